#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# eq.sh: the whole circle on the simulated card (measure, eq, measure through it, verify), with
# mistakes planted on the way.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"

# ---- the circle, in a room with a second place 15 cm from the first, which the correction does not know
sed 's/length_s: [0-9.]*/length_s: 2/; s/tail_s: [0-9.]*/tail_s: 1/' "$tree/rooms/living-room.yaml" >room.yaml
place=$(sed -n '/^positions:/,/^[a-z]/s/^  \([A-Za-z0-9_-]*\):.*/\1/p' room.yaml | head -n 1)
sed -n "/^positions:/,/^[a-z]/s/^  $place: *{position_m: *\[\([0-9.]*\), *\([0-9.]*\), *\([0-9.]*\)\].*/\1 \2 \3/p" \
	room.yaml >at
read -r x y z <at
sed -i "s/^positions:.*/positions:\n  near: {position_m: [$(awk "BEGIN { print $x + 0.15 }"), $y, $z]}/" room.yaml
expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place,near" -o before
expect_status 0 "$sabin" eq before --position "$place" --json -o correction
cp out correction.json
hold "the deviation falls" no_more error_after_db error_before_db 0 correction.json
hold "the net boost is held" at_most 3.01 net_boost_db correction.json
hold "preamps leave the room that is stated" at_most 0 preamp_db correction.json
hold "the dialects are there" test -s correction/apo/config.txt -a -s correction/wav/left-48000.wav -a -s correction/wav/all-96000.wav
expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place,near" --through correction -o after
expect_status 0 "$sabin" verify correction after --position "$place" --json
cp out verified.json
hold "achieved is predicted within 0.3 dB" at_most 0.3 difference_db verified.json
hold "the deviation fell as predicted" no_more achieved_error_db predicted_error_db 0.3 verified.json
# 15 cm away: held against the same target, it is no worse than it was
expect_status 0 "$sabin" eq before --position near --filters 0 --json
cp out near.json
expect_status 0 "$sabin" eq after --position near --filters 0 --json
paste -d' ' <(numbers error_before_db out) <(numbers error_before_db near.json) >both
hold "15 cm away it is not worse ($(paste -sd, both))" awk '$1 > $2 { bad = 1 } END { exit bad || !NR }' both
expect_status 1 "$sabin" verify correction before
hold "a correction that is not applied is told" grep -q 'is not applied' out

# ---- mistakes: the model that is played through is not the one that is verified
plant() # NAME SED...: a copy of the correction with an edit, played through
{
	local name=$1
	shift
	rm -rf "$name"
	cp -r correction "$name"
	sed -i "$@" "$name/correction.yaml"
	expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place" --through "$name" --force -o wrong
	expect_status 1 "$sabin" verify correction wrong --json
	hold "named: $name" grep -q "\"code\": \"$name\"" out
}
# the first filter of the first speaker
first=$(grep -n 'type: ' correction/correction.yaml | head -n 1 | cut -d: -f1)
plant filter-missing "${first}d"
hold "it is the first" grep -q '"filter": 1$\|"filter": 1,' out
factor() # a line's freq_hz times 48000/44100
{
	awk '/type: / { match($0, /freq_hz: [0-9.e+-]+/); f = substr($0, RSTART + 9, RLENGTH - 9);
		sub(/freq_hz: [0-9.e+-]+/, "freq_hz: " f * 48000 / 44100) } { print }' "$1"
}
factor correction/correction.yaml >stretched.yaml
rm -rf wrong-rate && cp -r correction wrong-rate && cp stretched.yaml wrong-rate/correction.yaml
expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place" --through wrong-rate --force -o wrong
expect_status 1 "$sabin" verify correction wrong --json
hold "named: wrong-rate" grep -q '"code": "wrong-rate"' out
plant applied-twice '/type: /{p}'
# polarity and level are of one against the other: the left one's
sed '0,/^    gain_db: /s//    polarity: inverted\n    gain_db: /' correction/correction.yaml >inverted.yaml
awk '!done && /{rate_hz: 48000,/ { match($0, /preamp_db: [0-9.-]+/); db = substr($0, RSTART + 11, RLENGTH - 11)
	sub(/preamp_db: [0-9.-]+/, "preamp_db: " db - 2); done = 1 } { print }' correction/correction.yaml >softer.yaml
for mistake in inverted:wrong-polarity softer:wrong-level; do
	rm -rf mistaken && cp -r correction mistaken && cp "${mistake%:*}.yaml" mistaken/correction.yaml
	expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place" --through mistaken --force -o wrong
	expect_status 1 "$sabin" verify correction wrong --json
	hold "named: ${mistake#*:}" has "\"code\": \"${mistake#*:}\""
	sed -n 's/^ *"text": "\(.*\)"$/\1/p' out >words
	hold "and told: $(head -n 1 words)" grep -qE 'left.*(inverted|was to change by)' words
done

# ---- in an engine of one's own: nothing of sabin convolves, a foreign convolver stands before the room's PCM
engine() # FOLDER_OF_FIRS_FOR_LEFT FIRS_FOR_RIGHT: what either speaker sounds like through them, as engine.yaml
{
	local name fir
	for name in left right; do
		fir=$1
		[ $name = left ] || fir=$2
		cp "before/$name.$place.wav" dry.wav
		cp "$fir" fir.wav
		printf '/cd %s\n/convolver/new 1 1 512 204800 1.0\n/impulse/read 1 1 1.0 0 0 0 1 fir.wav\n' "$T" >engine.conf
		fconvolver engine.conf dry.wav "engine-$name.wav" >/dev/null 2>&1
	done
	sed '/^simulation:/,/^[a-z]/{/^simulation:/d;/^ /d}' room.yaml >engine.yaml
	printf 'simulation: {responses: {left.%s: engine-left.wav, right.%s: engine-right.wav}}\n' "$place" "$place" >>engine.yaml
}
if command -v fconvolver >/dev/null; then
	engine correction/wav/left-48000.wav correction/wav/right-48000.wav
	expect_status 0 "$sabin" measure engine.yaml --simulate -q --position "$place" -o engine
	expect_status 0 "$sabin" verify correction engine --json
	hold "achieved is predicted within 0.1 dB" at_most 0.1 difference_db out
	# the right speaker's branch of the engine is off
	"$sabin" eq before --position "$place" --filters 0 --align no --rates 48000 -o nothing >/dev/null
	engine correction/wav/left-48000.wav nothing/wav/right-48000.wav
	expect_status 0 "$sabin" measure engine.yaml --simulate -q --position "$place" --force -o engine
	expect_status 1 "$sabin" verify correction engine
	hold "the right one is named, and it alone" awk '/^right: the correction is not applied/ { r++ } /^left: / { l++ } END { exit r != 1 || l }' out
else
	skip "fconvolver is not installed"
fi

# ---- FIRs go the same way, at two places, of which one is measured again
expect_status 0 "$sabin" eq before --fir mixed --filters 6 --rates 44100,48000 --json -o fir
hold "the response file is named" grep -q '"fir": "left-48000.wav"' out
expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place" --through fir --force -o after
expect_status 0 "$sabin" verify fir after --json
hold "achieved is predicted within 0.1 dB" at_most 0.1 difference_db out
hold "over all that the FIR corrects" awk '/"corrected_hz"/ { getline; getline; n += $1 > 15000 } END { exit n != 2 }' out
hold "one of two places" grep -q '"positions": 1,' out
hold "of two" grep -q '"positions_corrected": 2,' out
expect_status 0 "$sabin" verify fir after
hold "and it is said" grep -q 'left: at 1 of 2 positions' out
# before is that of the place that was measured again
expect_status 0 "$sabin" eq before --position "$place" --filters 0 --json
numbers error_before_db out >alone
expect_status 0 "$sabin" verify fir after --position "$place" --json
hold "before is that place's" awk 'NR == FNR { a[NR] = $1; next } { d = $1 - a[FNR]; if (d * d > 1) bad = 1 } END { exit bad }' \
	alone <(numbers error_before_db out)
# the coefficients of 44.1 kHz in a file that says 48 kHz: rate and bytes a second in its header
rm -rf wrong-rate && cp -r fir wrong-rate
for name in left right; do
	cp wrong-rate/wav/$name-44100.wav wrong-rate/wav/$name-48000.wav
	printf '\200\273\000\000\000\356\002\000' |
		dd of=wrong-rate/wav/$name-48000.wav bs=1 seek=24 conv=notrunc status=none
done
expect_status 0 "$sabin" measure room.yaml --simulate -q --position "$place" --through wrong-rate --force -o wrong
expect_status 1 "$sabin" verify fir wrong
hold "named: coefficients of 44.1 kHz at 48 kHz, of both" awk '/as 44100 Hz to 48000 Hz/ { n++ } END { exit n != 2 }' out
expect_status 3 "$sabin" measure room.yaml --simulate -q --rate 96000 --through fir --force -o after
says "--rates 96000"

expect_status 0 "$sabin" eq before --filters 0 --rates 48000
hold "without a loopback it is said where times are from" grep -q "travel times are those of the room file's places" out

# ---- with a loopback, in which it is heard too, the delay of a speaker counts all the same
sed 's/^  microphone: {input: 1}.*/&\n  loopback: {output: 3, input: 2}/' room.yaml >cabled.yaml
expect_status 0 "$sabin" measure cabled.yaml --simulate -q --position near --force -o before
expect_status 0 "$sabin" eq before --filters 0 --rates 48000
hold "times were measured" [ "$(grep -c "room file's places" out)" = 0 ]
expect_status 0 "$sabin" eq before --filters 0 --rates 48000 --json -o correction --force
hold "one waits for 10.7 cm" awk -F '[:,]' '/"delay_s"/ { n += $2 > 0.0003 && $2 < 0.00032 } END { exit n != 1 }' out
expect_status 0 "$sabin" measure cabled.yaml --simulate -q --position near --through correction --force -o after
hold "they are in time within a sample" awk '$1 == "arrival_s:" { sub(/,/, "", $3); t[++n] = $3 }
	END { d = t[1] - t[2]; exit n != 2 || d > 2.1e-5 || d < -2.1e-5 }' after/measurement.yaml
expect_status 0 "$sabin" verify correction after
hold "verify has looked at delays" awk '/delays are not checked/ { bad = 1 } END { exit bad }' out
sed 's/delay_s: 0.0003[0-9]*/delay_s: 0.0005/' correction/correction.yaml >late.yaml
rm -rf mistaken && cp -r correction mistaken && cp late.yaml mistaken/correction.yaml
expect_status 1 "$sabin" verify mistaken after --json
hold "named: wrong-delay" has '"code": "wrong-delay"'
finish
