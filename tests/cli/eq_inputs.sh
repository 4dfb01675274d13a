#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# eq_inputs.sh: what eq and verify are given: options that contradict, files of another kind, responses and
# targets that nobody should have sent; and a subwoofer.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"

# ---- measurements of a room with two places, and a correction, without playing anything
sed 's/length_s: [0-9.]*/length_s: 2/; s/tail_s: [0-9.]*/tail_s: 1/' "$tree/rooms/living-room.yaml" >room.yaml
place=$(sed -n '/^positions:/,/^[a-z]/s/^  \([A-Za-z0-9_-]*\):.*/\1/p' room.yaml | head -n 1)
sed -i "s/^positions:.*/positions:\n  near: {position_m: [2.3, 3.4, 1.1]}/" room.yaml
expect_status 0 "$sabin" simulate room.yaml -q --length 0.7 --position "$place" -o before
expect_status 0 "$sabin" eq before -o correction

# ---- what is refused
expect_status 2 "$sabin" eq
says "MEASUREMENT or --response"
expect_status 2 "$sabin" eq before --response before/room.yaml
expect_status 2 "$sabin" eq before --filters 65
says "0 to 64"
expect_status 2 "$sabin" eq before --target tilt:steep
says "tilt:"
expect_status 2 "$sabin" eq before --dialect nonsense
says "apo"
expect_status 2 "$sabin" eq before --rates 48000,48000
says "once"
expect_status 2 "$sabin" eq before -o correction
says "correction"
expect_status 3 "$sabin" eq before --target nowhere.txt
says "nowhere.txt"
expect_status 3 "$sabin" eq missing
for command in analyze advise eq; do
	expect_status 3 "$sabin" $command correction
	says "correction: is a correction made by 'sabin eq', not a measurement"
done
expect_status 0 "$sabin" eq before -o correction --force
hold "how to load a dialect is told by a line that can be given" grep -q -- '--dialect NAME --force' out
expect_status 0 "$sabin" eq before -o correction --force --dialect apo
hold "and it does" grep -q '^Equalizer APO: copy correction/apo' out
expect_status 3 "$sabin" verify before correction
says "before: is a measurement, not a correction"
expect_status 3 "$sabin" verify nope before
says "a directory made by 'sabin eq' was expected"
expect_status 2 "$sabin" verify nope
says "DIR MEASUREMENT"
expect_status 3 "$sabin" measure room.yaml --simulate -q --through before -o a
expect_status 3 "$sabin" eq --response before/room.yaml
mkdir broken && printf 'version: 1\nchannels: [' >broken/correction.yaml
expect_status 3 "$sabin" verify broken before
says "broken/correction.yaml:"

# ---- responses of any kind: a message or a sane result, never worse than before
sane() # NAME: whatever it is, never worse, and finite
{
	expect_status 0 "$sabin" eq --response "$1" --target flat --unlimited --json
	hold "$1: not worse" no_more error_after_db error_before_db 0 out
	expect_status 0 "$sabin" eq --response "$1" --json
	hold "$1: not worse" no_more error_after_db error_before_db 0 out
}
printf '20,0\n20000,-3\n' >two.csv
sane two.csv
awk 'BEGIN { for (f = 20; f < 20000; f *= 1.03) print f "," (int(log(f) * 3) % 2 ? 60 : -60) }' >steps.csv
sane steps.csv
awk 'BEGIN { for (f = 20; f < 20000; f *= 1.01) if (f < 90 || f > 4000) print f "," 5 * sin(9 * log(f)) }' >gap.csv
sane gap.csv
awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "%.6f,%.3f\n", 20 + i * 0.02, 8 * sin(i / 7000) }' >long.csv
sane long.csv
expect_status 0 "$sabin" eq --response two.csv --target long.csv
printf '20,0\n1000,nan\n20000,3\n' >nan.csv
expect_status 0 "$sabin" eq --response nan.csv --target flat --json
printf '1000,0\n100,3\n5000,1\n' >unsorted.csv
expect_status 3 "$sabin" eq --response unsorted.csv
says "unsorted.csv:2"
printf '500,0\n510,3\n' >narrow.csv
expect_status 2 "$sabin" eq --response narrow.csv
says "half an octave"
: >empty.csv
expect_status 3 "$sabin" eq --response empty.csv
expect_status 0 "$sabin" eq --response steps.csv --target two.csv --filters auto
expect_status 0 "$sabin" eq --response steps.csv --fir min --json
expect_status 3 "$sabin" eq --response steps.csv --fir mixed
says "impulse responses"

# ---- a subwoofer joins: travel times are those of the simulation
sed 's/^speakers:.*/&\n  sub: {output: 3, position_m: [0.5, 0.5, 0.3], range_hz: [20, 150]}/' room.yaml >sub.yaml
expect_status 0 "$sabin" simulate sub.yaml -q --length 0.7 --position "$place,near" -o sub
expect_status 0 "$sabin" eq sub --json
cp out joined
hold "the sum is more even" no_more unevenness_after_db unevenness_before_db 0 out
hold "there are low and high passes" awk '/"low_pass"/ { l++ } /"high_pass"/ { h++ } END { exit l != 2 || h != 4 }' out
expect_status 0 "$sabin" eq sub --crossover none --json
hold "what counts of each ends where the crossover takes 18 dB" awk '/"range_hz"/ { getline a; getline b; n++
	if (n == 1) bad += a + 0 > 25 || b + 0 < 120 || b + 0 > 131; else bad += a + 0 < 49 || a + 0 > 52 || b + 0 < 15000 }
	END { exit bad || n != 3 }' joined
hold "or none" awk '/_pass"/ { bad = 1 } END { exit bad }' out
expect_status 2 "$sabin" eq sub --crossover 5k
says "30 to 300"

# main speakers are aligned at the room file's first position, and of chosen ones at the first of these
expect_status 0 "$sabin" eq sub --crossover none --filters 0 -o lined
hold "it is named" [ "$(grep -c '^  aligned at near: level' out)" = 2 ]
hold "the sound of both arrives at once" awk 'NR == FNR { if ($1 == "position:") near = $2 == "near"
	if (near && $1 == "arrival_s:") at[++n] = $3 + 0; next } $1 == "delay_s:" { at[++k] += $2 }
	END { d = at[2] - at[3]; exit n != 3 || k != 3 || d > 1e-6 || d < -1e-6 }' sub/measurement.yaml lined/correction.yaml
expect_status 0 "$sabin" eq sub --crossover none --filters 0 --position "$place"
hold "so is another one" [ "$(grep -c "^  aligned at $place: level" out)" = 2 ]
expect_status 0 "$sabin" eq sub --align no --filters 0
hold "nothing is aligned that was not asked for" [ "$(grep -c 'aligned at' out)" = 0 ]

# one deviation, whoever tells it: the design, the same held against itself, and the page
expect_status 0 "$sabin" eq sub -o subbed
cp out preview
sed -n 's/^  deviation from it \([0-9.]*\) dB before, \([0-9.]*\) dB after.*/\1 \2/p' out >designed
expect_status 1 "$sabin" verify subbed sub
awk '/ dB RMS from / { print $2, $3 }' out >verified
hold "verify tells the same ($(paste -sd, verified))" cmp -s designed verified
expect_status 0 "$sabin" plot subbed sub --kind correction --speaker sub --script -o page.png
grep -ho 'falls from [0-9.]* to [0-9.]* dB' page*/* page.* 2>/dev/null | head -n 1 >told
hold "the page tells the same ($(cat told))" awk 'NR == FNR { a = $3; b = $5; next } FNR == 1 {
	exit (a - $1) ^ 2 > 0.0026 || (b - $2) ^ 2 > 0.0026 || !a }' told designed
# of the mode 0 2 0: c / 6.1 m
hold "what becomes of a mode is told" [ "$(grep -cE '(in place of the mode at|mode at) 56\.[45] Hz \(T60 [0-9.]+ s\)' preview)" = 3 ]
hold "the preview ends with what the subwoofer plays" awk '/^sub: / { sub_ = 1 } /^left: / { sub_ = 0 }
	sub_ && /^  after - target/ { n = gsub(/–/, ""); exit n < 6 }' preview

# ---- options that would have no effect are refused, and what is given in place of a measurement is told
expect_status 2 "$sabin" eq before --taps 4096
says "--fir"
expect_status 2 "$sabin" eq before --crossover 90
says "no speaker of the measurement is a subwoofer"
expect_status 2 "$sabin" eq before --flatness 1
says "--filters auto"
expect_status 2 "$sabin" eq before --unlimited --transition 200
says "--transition"
expect_status 2 "$sabin" eq before --dialect apo
says "-o DIR"
expect_status 2 "$sabin" eq --response two.csv --position "$place"
says "--position"
expect_status 3 "$sabin" eq room.yaml
says "sabin measure room.yaml -o DIR"
expect_status 0 "$sabin" eq before --filters auto --flatness 0.1
hold "a flatness that is not reached is told" grep -q 'the 0.10 dB asked for are not reached' out
hold "the target is named" grep -q "^left: target trend, the speaker's own" out
expect_status 0 "$sabin" eq before --filters auto --flatness 6 --json
hold "one that is" grep -q '"flatness_reached": true' out

# ---- a sound is no equaliser's response; a correction of another room is not this one's
expect_status 0 "$sabin" sweep --length 2s -q -o sweep.wav
expect_status 3 "$sabin" eq --from sweep.wav
says "no impulse response of an equaliser"
sed 's/^name:.*/name: Somewhere else/' room.yaml >other.yaml
expect_status 2 "$sabin" measure other.yaml --simulate --through correction -o before
says "this one is 'Somewhere else'"
sed "s/^  $place:/  elsewhere:/; s/^  near:/  far:/" room.yaml >other.yaml
expect_status 2 "$sabin" measure other.yaml --simulate --through correction -o before
says "at other positions"
finish
