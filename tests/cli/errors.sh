#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# errors.sh: bad input, bad places to write to, interruption: one clear message, the exit status of
# sabin(1), and nothing half-written.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

room=$tree/rooms/control-room.yaml
cd "$T"

# One message that holds TEXT, perhaps with a line of advice; never a report of a sanitizer.
nothing_left() # NAME...: none of them, and no temporary file
{
	local name left
	for name in "$@"; do
		[ ! -e "$name" ] || fail "left behind: $name"
	done
	left=$(find . -name '.*sabin-*' | head -n 3)
	if [ -z "$left" ]; then pass "nothing left behind"; else fail "left behind: $left"; fi
}

# a short room for the runs that have to play
sed 's/length_s: 5/length_s: 0.5/; s/tail_s: 2/tail_s: 0.5/' "$room" >short.yaml
expect_status 0 "$sabin" measure short.yaml --simulate -q --position mix -o good
w=good/left.mix.wav

# ---- usage
expect_status 2 "$sabin"
expect_status 2 "$sabin" mesure
says_once "did you mean 'measure'"
expect_status 2 "$sabin" measure --simulte short.yaml
says_once "did you mean --simulate"
expect_status 2 "$sabin" measure short.yaml
says_once "-o DIR"
expect_status 2 "$sabin" measure short.yaml --simulate -o a b
says_once "too many arguments"
expect_status 2 "$sabin" sweep -o a.wav --from 20k --to 20
says_once "--from below --to"
expect_status 2 "$sabin" sweep -o a.wav --length 0
says_once "out of range"
expect_status 2 "$sabin" sweep -o a.wav --level +6dBFS
says_once "out of range"
expect_status 2 "$sabin" sweep -o a.wav --rate 1
says_once "out of range"
expect_status 2 "$sabin" sweep -o a.wav --rate nan
says_once "expected a frequency"
expect_status 2 "$sabin" measure short.yaml --simulate --level 0dBFS -o a
says_once "above the ceiling"
expect_status 2 "$sabin" measure short.yaml --simulate --speaker middle -o a
says_once "no speaker 'middle'"
expect_status 2 "$sabin" measure short.yaml -o a
says_once "--simulate"
expect_status 2 "$sabin" analyze good --json --csv
says_once "exclude each other"
expect_status 2 "$sabin" response good --range 200..20
says_once "LO below HI"
for name in x.jpg X.JPEG charts/x.gif; do
	expect_status 2 "$sabin" plot good -k response -o $name
	says_once "ends in .png, .svg or .pdf is expected"
done
nothing_left a a.wav a.wav.yaml

# ---- input
: >empty.wav
echo 'not sound' >text.wav
head -c 60 "$w" >cut.wav
mkdir folder
for command in analyze response; do
	expect_status 3 "$sabin" $command missing.wav
	says_once "missing.wav"
	expect_status 3 "$sabin" $command empty.wav
	says_once "empty.wav"
	expect_status 3 "$sabin" $command text.wav
	says_once "text.wav"
	expect_status 3 "$sabin" $command folder
	says_once "folder"
	expect_status 3 "$sabin" $command cut.wav
	says_once "cut.wav"
done
expect_status 3 "$sabin" measure missing.yaml --simulate -o a
says_once "missing.yaml"
expect_status 3 "$sabin" measure folder --simulate -o a
says_once "folder"
expect_status 3 "$sabin" measure text.wav --simulate -o a
says_once "text.wav:1:1"
while IFS=$'\t' read -r file place _; do
	case $file in '' | '#'*) continue ;; esac
	expect_status 3 "$sabin" measure "$tree/rooms/broken/$file" --simulate -o a
	says_once "$file:$place"
done <"$tree/rooms/broken/EXPECT"
# samples that are no numbers: WAV, float, one NaN
printf 'RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x03\0\x01\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x20\0data\x08\0\0\0\0\0\0\0\0\0\xc0\x7f' >nan.wav
expect_status 3 "$sabin" analyze nan.wav
says_once "nan.wav"
# digital silence; samples that 32-bit float cannot hold
{ head -c 40 nan.wav && printf '\x80\x3e\0\0' && head -c 16000 /dev/zero; } >silent.wav
# one kind of directory in place of another, and an output that is refused before anything is read
expect_status 2 "$sabin" plot good -k correction -o a.png
says_once "--kind=correction draws a directory made by 'sabin eq'; good is none"
expect_status 3 "$sabin" verify good good
says 'good: is a measurement, not a correction'
says "a directory made by 'sabin eq' was expected"
mkdir taken
expect_status 2 "$sabin" eq nowhere -o taken
says 'taken: already exists'
rmdir taken

for command in analyze response 'plot -k response -o a.png'; do
	expect_status 3 "$sabin" ${command%% *} silent.wav ${command#"${command%% *}"}
	says_once "silent"
done
# a sweep, and the recording of one, in place of a response
expect_status 0 "$sabin" sweep -q --length 2 --tail 0.5 -o played.wav
mkdir raw && cp good/recordings/left.mix.* raw/
for command in 'analyze' 'response' 'plot -k response -o a.png' 'import -o a'; do
	for file in played.wav raw/left.mix.*; do
		expect_status 3 "$sabin" ${command%% *} "$file" ${command#"${command%% *}"}
		says_once "no impulse response: it looks like a sweep"
		hold "tells what to do" grep -q "sabin deconvolve $file" err
	done
done
expect_status 3 "$sabin" analyze good/left.mix.noise.wav
says_once "looks like noise"
expect_status 0 "$sabin" import --unchecked played.wav -q -o unchecked
expect_status 0 "$sabin" analyze unchecked
expect_status 3 "$sabin" deconvolve "$w" --sweep text.wav -o a
says_once "text.wav"
expect_status 3 "$sabin" deconvolve missing.wav --sweep "$w" -o a
says_once "missing.wav"
expect_status 0 "$sabin" sweep -q --length 0.5 -o tone.wav
expect_status 3 "$sabin" deconvolve "$w" --sweep "$w" -o a
says_once "does not look like an exponential sweep"
expect_status 3 "$sabin" deconvolve "$w" --sweep tone.wav --channel 3 -o a
says_once "channel 3 is asked for"
expect_status 3 "$sabin" deconvolve "$w" --sweep tone.wav --calibration text.wav -o a
says_once "text.wav"
cp -r good hostile
sed -i 's|file: left.mix.wav|file: ../../../etc/passwd|' hostile/measurement.yaml
expect_status 3 "$sabin" analyze hostile
says_once "measurement.yaml"
printf 'version: 1\nresponses: [' >hostile/measurement.yaml
expect_status 3 "$sabin" analyze hostile
says_once "hostile/measurement.yaml:"
nothing_left a

# ---- what is allowed but hardly meant
cat >plain.yaml <<'END'
size_m: {width: 3.9, length: 5.2, height: 2.7}
surfaces: {front: 0.1, back: 0.2, left: 0.1, right: 0.12, floor: 0.15, ceiling: 0.1}
speakers: {left: {output: 1, position_m: [1.2, 1.1, 1.2]}, right: {output: 2, position_m: [2.7, 1.1, 1.2]}}
positions: {mix: {position_m: [1.95, 2.5, 1.2]}}
END
sed 's/plasterboard-ceiling/carpet/; t; s/carpet-on-felt/carpet/' "$room" >carpet.yaml
expect_status 3 "$sabin" room carpet.yaml
says "unknown material 'carpet'"
says 'carpet-thin, carpet-on-felt, carpet-on-hair perhaps'
says 'rooms/materials.yaml lists those that are known'
sed 's/width: 3.9/width: 390/' "$room" >wide.yaml
expect_status 3 "$sabin" room wide.yaml
says 'does not lie on its surface'
says 'size_m.width: 390 m looks like centimetres; metres are expected: 3.9?'
warns() # EDIT TEXT: a room so changed warns of TEXT
{
	sed "$1" plain.yaml >odd.yaml
	expect_status 0 "$sabin" room odd.yaml --check
	hold "warns: $2" grep -qF -- "odd.yaml: warning: $2" err
	expect_status 0 "$sabin" room odd.yaml --json -q
	hold "JSON holds it, quiet is quiet" test "$(grep -cF -- "$2" out)$(wc -l <err)" = 10
}
warns 's/width: [0-9.]*/width: 390/' 'size_m.width: 390 m looks like centimetres; metres are expected: 3.9?'
warns 's/output: 2/output: 1/' 'speakers left and right share output 1'
warns 's/1.95, 2.5, 1.2/2.715, 1.1, 1.2/' 'position mix lies in the speaker right'
warns '$a objects: [{kind: desk, min_m: [1, 2, 0], max_m: [3, 3, 1.3]}]' 'position mix lies inside the desk'
expect_status 0 "$sabin" room "$room"
hold "a good room warns of nothing" test ! -s err
for good in "$tree"/rooms/*-room.yaml; do
	hold "no warning: ${good##*/}" test -z "$("$sabin" room "$good" 2>&1 >/dev/null)"
done

# ---- sabin's own files
without() # VARIABLE COMMAND...: it says which file is missing, and what would supply it
{
	local variable=$1
	shift
	expect_status 5 env "$variable=$T/gone" "$@"
	says_once "$T/gone"
	hold "names $variable" grep -q "$variable" err
}
without SABIN_PLUGIN "$sabin" measure short.yaml --simulate -o a
without SABIN_PLOTS "$sabin" plot good -k response -o a.png
without SABIN_ROOMS "$sabin" room "$room"
without SABIN_ROOMS "$sabin" measure short.yaml --simulate -o a
mkdir gone
without SABIN_PLOTS "$sabin" plot good -k response -o a.png
without SABIN_ROOMS "$sabin" room "$room"
rmdir gone
nothing_left a a.png

# ---- devices
expect_status 4 "$sabin" measure short.yaml --playback nowhere --capture nowhere -o a
says_once "nowhere"
expect_status 4 "$sabin" measure short.yaml --playback null --capture hw:99 -o a
says_once "hw:99"
hold "alsa-lib's own words are part of the message" [ "$(grep -c 'ALSA lib' err)" -eq 0 ]
expect_status 0 "$sabin" devices
hold "no library talks while devices are listed" [ ! -s err ]
nothing_left a

# ---- output
expect_status 2 "$sabin" measure short.yaml --simulate -o good
says_once "good"
mkdir not-ours && touch not-ours/thesis.txt
expect_status 2 "$sabin" measure short.yaml --simulate --force -o not-ours
says_once "not-ours"
hold "what is not sabin's own is left alone" [ -e not-ours/thesis.txt ]
expect_status 5 "$sabin" measure short.yaml --simulate -o folder/no/where
says_once "folder/no"
expect_status 5 "$sabin" sweep -q --length 0.1 -o /dev/full
says_once "/dev/full"
expect_status 5 "$sabin" response good --speaker left --csv -o /dev/full
says_once "/dev/full"
got=0
"$sabin" analyze good >/dev/full 2>err || got=$?
hold "full disk behind standard output: status 5" [ $got -eq 5 ]
says_once "standard output"
got=0
"$sabin" analyze good --json -q >/dev/full 2>err || got=$?
hold "the same for JSON" [ $got -eq 5 ]
says_once "standard output"
if [ "$(id -u)" -ne 0 ]; then
	mkdir locked && chmod 555 locked
	expect_status 5 "$sabin" sweep -q --length 0.1 -o locked/a.wav
	says_once "locked"
fi
expect_status 0 "$sabin" sweep --length 0.1 -o s.wav
expect_status 2 "$sabin" sweep --length 0.1 -o s.wav
says_once "s.wav"
expect_status 0 "$sabin" sweep --length 0.1 --force -o s.wav
# a full disk: a small file system of its own, where that may be mounted
mkdir small
if mount -t tmpfs -o size=256k none small 2>/dev/null; then
	expect_status 5 "$sabin" measure short.yaml --simulate -q -o small/a
	says_once "small"
	hold "a full disk keeps nothing" [ -z "$(ls -A small)" ]
	umount small
else
	skip "full disk: no file system may be mounted here"
fi
nothing_left a

# ---- interruption: real time, so that there is something to interrupt
sed 's/simulation: {/simulation: {speed: 1, /' short.yaml >slow.yaml
interrupt() # STAGE NAME: status of a run stopped by Ctrl-C half a second after it came to STAGE
{
	local got=0 pid n=0
	: >err
	"$sabin" measure slow.yaml --simulate -o "$2" >out 2>err &
	pid=$!
	while ! grep -qF "$1" err && [ $n -lt 600 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	sleep 0.5
	kill -INT $pid
	wait $pid || got=$?
	hold "interrupted at '$1': status 130" [ $got -eq 130 ]
}
# a background job of a shell without job control ignores SIGINT: give it back
trap - INT
set -m
interrupt 'left at mix' a
says_once "nothing was written"
nothing_left a
interrupt 'right at mix' b
cp err err.b
# a fast machine may be done before
for wait_s in 0.15 0.05 0.02 0; do
	rm -rf c
	got=0
	"$sabin" simulate "$room" -o c >out 2>err &
	sleep $wait_s
	kill -INT $! 2>/dev/null || :
	wait $! || got=$?
	[ $got -eq 0 ] || break
done
hold "an interrupted simulate: status 130" [ $got -eq 130 ]
nothing_left c
"$sabin" measure slow.yaml --simulate --speaker left -o c >out 2>err &
sleep 0.05
kill -INT $!
wait $! || :
nothing_left c
set +m
cp err.b err
says_once "1 whole response is in b; --append goes on"
if "$sabin" analyze b >out 2>err && grep -q 'complete: false' b/measurement.yaml; then
	pass "what was measured before is whole"
else
	fail "an interrupted directory cannot be read"
fi
hold "what is missing is told" grep -qF "b is not complete: 1 of 4 responses; 'sabin measure ROOM -o b --append' goes on" err
expect_status 2 "$sabin" measure slow.yaml --simulate -q -o b
hold "--append is named where the directory exists" grep -qF "go on with it with --append" err
# another room is refused by the key that differs, before anything is said to be playing
sed 's/mix: {position_m: \[1.95/mix: {position_m: [1.96/' slow.yaml >moved.yaml
expect_status 3 "$sabin" measure moved.yaml --simulate --append -o b
says_once "positions.mix.position_m differs"
hold "nothing is announced that is not played" [ "$(grep -c playing err)" -eq 0 ]
# speed, words and a new position are no other room
sed -i -e 's/speed: 1, //' -e 's/^name: .*/name: Again/' -e 's/^positions:/&\n  door: {position_m: [3, 4.5, 1.2]}/' slow.yaml
expect_status 0 "$sabin" measure slow.yaml --simulate --append --speaker right --position mix -o b
hold "what goes on is not whole yet" grep -qF "b: 2 of 6 responses, not complete" out
hold "how long it sounds is told" grep -qE '; 1 response of [0-9.]+ s: 0:0[0-9] min of sound' err
expect_status 0 "$sabin" measure slow.yaml --simulate -q --append -o b
hold "--append adds what was missing" ls b/left.mix.wav b/right.mix.wav b/left.seat-left.wav b/right.seat-left.wav
hold "--append completes it" grep -q 'complete: true' b/measurement.yaml
nothing_left

# ---- a run that was killed: whoever reads what it left, or looks for what it meant to write, is told so once
mkdir .killed.sabin-abcdef
for what in "killed" ".killed.sabin-abcdef"; do
	for command in analyze response "plot --kind response" "compare $what" "eq -o e" "room $tree/rooms/control-room.yaml --fit"; do
		# shellcheck disable=SC2086
		expect_status 3 "$sabin" $command "$what"
		if [ "$(grep -c killed err)" = 1 ] && grep -q 'that was killed left .killed.sabin-abcdef\|the run that wrote it was killed' err; then
			pass "told by $command"
		else fail "$command: $(cat err)"; fi
	done
done
rmdir .killed.sabin-abcdef

finish
