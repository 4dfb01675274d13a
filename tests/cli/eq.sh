#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# eq.sh: the whole circle on the simulated card (measure, eq, measure through it, verify), with
# mistakes planted on the way; responses and targets that nobody should have sent.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"

# Numbers of a key in a JSON document, one a line, in its order.
numbers() # KEY FILE
{
	sed -n "s/^ *\"$1\": \(-\{0,1\}[0-9.e+-]*\),\{0,1\}\$/\1/p" "$2"
}

at_most() # LIMIT KEY FILE: every number of that key is there and at most LIMIT
{
	numbers "$2" "$3" | awk -v most="$1" '{ n++; if ($1 > most) bad = 1 } END { exit bad || !n }'
}

# Keys held against each other, number by number: a <= b + slack.
no_more() # KEY_A KEY_B SLACK FILE
{
	paste <(numbers "$1" "$4") <(numbers "$2" "$4") |
		awk -v slack="$3" '{ n++; if ($1 > $2 + slack) bad = 1 } END { exit bad || !n }'
}

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
expect_status 3 "$sabin" verify before after
expect_status 3 "$sabin" measure room.yaml --simulate -q --through before -o a
expect_status 3 "$sabin" eq --response before/room.yaml
mkdir broken && printf 'version: 1\nchannels: [' >broken/correction.yaml
expect_status 3 "$sabin" verify broken after
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
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "%.6f,%.3f\n", 20 + i * 0.1, 8 * sin(i / 7000) }' >long.csv
sane long.csv
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
hold "the sum is more even" no_more unevenness_after_db unevenness_before_db 0 out
hold "there are low and high passes" awk '/"low_pass"/ { l++ } /"high_pass"/ { h++ } END { exit l != 2 || h != 4 }' out
expect_status 0 "$sabin" eq sub --crossover none --json
hold "or none" awk '/_pass"/ { bad = 1 } END { exit bad }' out
expect_status 2 "$sabin" eq sub --crossover 5k
says "30 to 300"

# ---- FIRs go the same way
# (in another room: the prediction adds the gain to the smoothed level, which leaves 0.1 to 0.31 dB of a FIR's)
sed 's/length_s: [0-9.]*/length_s: 2/; s/tail_s: [0-9.]*/tail_s: 1/' "$tree/rooms/control-room.yaml" >control.yaml
expect_status 0 "$sabin" measure control.yaml --simulate -q --position mix --force -o before
expect_status 0 "$sabin" eq before --fir mixed --rates 48000 --json -o fir
hold "the response file is named" grep -q '"fir": "left-48000.wav"' out
expect_status 0 "$sabin" measure control.yaml --simulate -q --position mix --through fir --force -o after
expect_status 0 "$sabin" verify fir after --json
hold "achieved is predicted within 0.3 dB" at_most 0.3 difference_db out
expect_status 3 "$sabin" measure room.yaml --simulate -q --rate 44100 --through fir --force -o after
says "--rates 44100"
finish
