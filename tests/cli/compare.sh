#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# compare.sh: sabin compare and the chart compare: who goes with whom, what is refused, the formats.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"

# room FLOOR X SEED: a room file with its floor, the place of its microphone, the seed of its noise
room()
{
	cat <<-END
	size_m: {width: 3.9, length: 5.2, height: 2.7}
	surfaces: {front: 0.1, back: 0.2, left: 0.1, right: 0.12, floor: $1, ceiling: 0.1}
	speakers:
	  left: {output: 1, position_m: [1.15, 1.10, 1.20], pair: right}
	  right: {output: 2, position_m: [2.75, 1.10, 1.20]}
	positions:
	  mix: {position_m: [$2, 2.50, 1.20]}
	sweep: {length_s: 1, tail_s: 1}
	simulation: {noise_dbfs: -85, seed: $3}
	END
}

room 0.05 1.95 1 >a.yaml
room 0.4 1.95 2 >b.yaml
room 0.05 2.30 3 >c.yaml
for r in a b c; do
	"$sabin" measure $r.yaml --simulate -q -o $r >/dev/null
done
"$sabin" measure a.yaml --simulate --speaker left -q -o left >/dev/null

expect_status 0 "$sabin" compare a b
hold "text: reverberation fell" has "Reverberation (T30) fell"
hold "text: clarity rose" has "Clarity (C80) rose"
hold "text: left and right told together" grep -qE '^  [0-9]+\. (Modes fell: .*|The mode at [0-9]+ Hz fell )\(left and right at mix\)' out
hold "text: neighbouring octaves are a range" grep -qE 'Clarity \(C80\) rose at [0-9]+ k?Hz to [0-9]+ k?Hz, most at' out
hold "text: nothing that is too little to notice" sh -c '! grep -q "too little to notice$" out'
short=$(grep -cE '^  [0-9]+\. ' out)
expect_status 0 "$sabin" compare a b --all
hold "--all: one by one" [ "$(grep -cE '^  [0-9]+\. ' out)" -gt "$short" ]
hold "--all: each response by itself" grep -qE '[0-9]+\. The mode at [0-9]+ Hz fell \(left at mix\)' out
hold "text: the table" grep -qE '^ +change .* -0\.[0-9]+\*\*' out
expect_status 0 "$sabin" compare a b --json
for key in '"schema": "sabin.comparison/1"' '"before": "a"' '"after": "b"' '"responses": [' '"bands": [' \
	'"centre_hz": 125.0' '"t30": {' '"change": {' '"jnd": ' '"noticeable": true' '"significant": true' \
	'"p": ' '"response": {' '"modes": [' '"reflections": [' '"mean": {' '"summary": [' \
	'"code": "reverberation-fell"' '"not_compared": []' '"uncertainty": "repeatability"' '"repeatability": ' \
	'"same_place": true' '"pairs": ['; do
	hold "JSON has $key" has "$key"
done
hold "JSON: neither NaN nor infinity" sh -c '! grep -qiE "(^|:) *-?(nan|inf)" out'
cp out first.json
expect_status 0 "$sabin" compare a b --json
hold "the same every time" cmp -s out first.json

# One response in so much noise that some of its values are not valid: means of one stand beside means of both.
hold "all of both: no count in the text" sh -c '"$1" compare a b >whole && ! grep -q count whole' - "$sabin"
mkdir noise
sed 's/noise_dbfs: -85/noise_dbfs: -40/' a.yaml >noise/room.yaml
"$sabin" measure noise/room.yaml --simulate -q -o noise/of >/dev/null || :
cp -r a mixed
cp noise/of/right.mix.wav mixed
expect_status 0 "$sabin" compare mixed b
hold "means of one response are counted" grep -qE '^ +count .* 1( |$)' out
hold "and said to be such where they are told, and of which" grep -qE '^  [0-9]+\. .*, of 1( to 2 of 2 responses \(at [0-9.]+ k?Hz only left at mix\)| of 2 responses \(left at mix\)); ' out
hold "with a word on it below" has 'count: of how many of the 2 responses the mean is'
expect_status 0 "$sabin" compare mixed b --json
hold "JSON counts, too: 1 and 2" [ "$(sed -n '/^  "mean": {/,/^  "pairs"/p' out | sed -n 's/.*"count": //p' | grep -v 0 | sort -u | tr "\n" " ")" = "1 2 " ]
expect_status 0 "$sabin" compare mixed b --csv
hold "CSV: how many responses each mean is of, one of itself, none of what is not valid" awk -F, '
	NR == 1 { if ($NF != "count") bad = 1; next }
	$11 == "true" && $1 == "" { mean[$NF]++ }
	$11 == "true" && $1 != "" && $NF != 1 { bad = 1 }
	$11 == "false" && $NF != 0 { bad = 1 }
	END { exit bad || !mean[1] || !mean[2] || mean[0] }' out
expect_status 0 "$sabin" compare mixed b --json
hold "of means only" [ "$(sed '/^  "mean": {/,/^  "pairs"/d' out | grep -c '"count"')" = 0 ]

if command -v python3 >/dev/null; then
	expect_status 0 "$sabin" analyze mixed --json
	hold "analyze: each mean counts the valid values of its band" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
seen = set()
for i, band in enumerate(d["mean"]["bands"]):
    for key, q in band.items():
        if isinstance(q, dict):
            valid = [r["bands"][i][key]["value"] for r in d["responses"] if r["bands"][i][key]["valid"]]
            assert q["count"] == len(valid), (band["centre_hz"], key)
            assert not valid or abs(q["value"] - sum(valid) / len(valid)) < 1e-6 * (1 + abs(q["value"]))
            seen.add(q["count"])
assert {1, 2} <= seen, seen' out
fi
if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" report mixed --before b -q -o mixed.html
	hold "the report counts them, too" grep -q '>1.of.2<' mixed.html
	hold "and names the one" grep -qE 'of.1[^<]*\((at.[0-9.]+.k?Hz.only.)?left.at.mix\)' mixed.html
fi
expect_status 0 "$sabin" compare a a --json
hold "nothing changed against itself" has '"no-significant-change"'
expect_status 0 "$sabin" compare a a
hold "a single sentence has no number" grep -q '^  No significant change' out
expect_status 0 "$sabin" compare a c --json
hold "moved microphone: another uncertainty" has '"uncertainty": "plus_minus"'
hold "moved microphone: said" has "speaker or microphone moved"
hold "one room: no word of two" sh -c '! grep -q two-rooms out'
sed 's/width: 3.9, length: 5.2, height: 2.7/width: 4.3, length: 5.9, height: 2.5/' a.yaml >wide.yaml
"$sabin" measure wide.yaml --simulate -q -o wide >/dev/null
expect_status 0 "$sabin" compare a wide
hold "two rooms: said first" sh -c 'sed -n 2p out | grep -qE "^  These seem to be two rooms.*3.90 x 5.20 x 2.70 m and 4.30 x 5.90 x 2.50 m"'
# the same sizes in both files: the modes tell
cp wide/room.yaml wide.yaml
sed 's/width: 4.3, length: 5.9, height: 2.5/width: 3.9, length: 5.2, height: 2.7/' wide.yaml >wide/room.yaml
expect_status 0 "$sabin" compare a wide --json
hold "two rooms by their modes" has '"code": "two-rooms"'
expect_status 0 "$sabin" compare a left
hold "what one side lacks is named" has "not compared: right at mix: not in left"
expect_status 0 "$sabin" compare a/left.mix.wav b/right.mix.wav --json
hold "two bare files go together" has '"same_place": false'
expect_status 2 "$sabin" compare left a/ --speaker right
expect_status 2 "$sabin" compare left
expect_status 3 "$sabin" compare left nowhere
expect_status 0 "$sabin" compare a b a --json
hold "a series" has '"series": ['
expect_status 2 "$sabin" compare a b a --csv
expect_status 0 "$sabin" compare a b --csv -o changes.csv
hold "CSV: seventeen columns each" awk -F, 'NF != 17 {bad = 1} END {exit bad || NR < 100}' changes.csv
expect_status 2 "$sabin" compare a b --csv -o changes.csv
expect_status 0 "$sabin" compare a b --csv -o changes.csv --force

# a response that is not trustworthy is no side of a comparison
cp -r a bad
sed -i 's/trustworthy: true/trustworthy: false/' bad/measurement.yaml
expect_status 2 "$sabin" compare a bad
hold "not trustworthy: said" grep -q 'not trustworthy after' "$T/err"
# another calibration is said
cp -r a other
mkdir other/calibration
printf '20 1\n20000 1\n' >other/calibration/m.txt
sed -i 's|^\( *\)file: left.mix.wav|\1file: left.mix.wav\n\1calibration: {file: calibration/m.txt}|' other/measurement.yaml
expect_status 0 "$sabin" compare a other --speaker left
hold "another calibration is said" has "the calibration files differ"

if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" plot a b --kind compare -o c.svg --script -q
	hold "chart: significant somewhere" grep -q '^[0-9]' c.svg.gnuplot/compare_significant_1.dat
	expect_status 0 "$sabin" plot a b c --kind compare -o series.svg -q
	expect_status 2 "$sabin" plot a b --kind response -o r.svg
	expect_status 2 "$sabin" plot a --kind compare -o one.svg
	says_once '--kind=compare draws two measurements or more'
else
	skip "charts: no gnuplot"
fi
finish
