#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# response.sh: what sabin response, measure and plot say beyond the range of a subwoofer.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >room.yaml <<'END'
size_m: {width: 3.9, length: 5.2, height: 2.7}
surfaces: {front: 0.1, back: 0.2, left: 0.1, right: 0.12, floor: 0.15, ceiling: 0.1}
speakers:
  left: {output: 1, position_m: [1.15, 1.10, 1.20]}
  sub:  {output: 2, position_m: [0.40, 0.40, 0.20], range_hz: [25, 120]}
positions:
  mix:  {position_m: [1.95, 2.50, 1.20]}
sweep: {length_s: 1, tail_s: 0.5, repeats: 2} # two clocks: repeats of the sub are no loss
simulation: {noise_dbfs: -85, skew_ppm: 60, speakers: {sub: {low_hz: 25, high_hz: 120, order: 4}}}
END

expect_status 0 "$sabin" measure room.yaml --simulate -q -o both
hold "the verdict on a sub says why its chirps are not heard" \
	has "clock skew taken from the response before: the timing chirps (5 kHz and up) are above this speaker's range (to 120 Hz)"

expect_status 0 "$sabin" response both --speaker sub --csv
hold "CSV: empty below the range" awk -F, 'NR > 1 && $1 > 20 && $1 < 24.9 && $2 $3 $4 != "" {bad = 1} END {exit bad}' out
hold "CSV: numbers within it" awk -F, 'NR > 1 && $1 > 25.1 && $1 < 119 && ($2 == "" || $3 == "" || $4 == "") {bad = 1} END {exit bad}' out
hold "CSV: empty above it" awk -F, 'NR > 1 && $1 > 121 && $2 $3 $4 != "" {bad = 1} END {exit bad}' out
expect_status 0 "$sabin" response both --speaker sub --json
hold "JSON: null, and why" has '"why_not_above": "above the speaker'"'"'s range"'
hold "JSON: null beyond the range" has 'null'
expect_status 0 "$sabin" response both
hold "text: a dash for the sub at 1 kHz" grep -qE '^  1k +-?[0-9.]+ +–$' out
hold "text: why" has "sub.mix over 120 Hz: above the speaker's range"
hold "text: no mean of what the sub does not play" [ "$(grep -c 'mean from 200 Hz' out)" -eq 1 ]
expect_status 0 "$sabin" response both --speaker left --window 10 --csv
hold "CSV: empty below what the window resolves" awk -F, 'NR > 1 && $1 > 20 && $1 < 99 && $2 != "" {bad = 1} END {exit bad}' out
expect_status 0 "$sabin" response both/left.mix.wav --window 10
hold "text: why, also for a bare file" has "under 100 Hz: period longer than the window"

expect_status 2 "$sabin" response both --range 1000..1001
hold "a range without a point is told" grep -qF "none of the points lies between 1 kHz and 1.001 kHz" err
expect_status 0 "$sabin" response both --range 1000..1001 --points 1000 --speaker left --csv
hold "not smoothed is called that" grep -qF "mean of the response, not smoothed" <("$sabin" response both --smooth none)

if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" plot both -k response --script -q -o c.svg
	hold "chart: the sub's line ends with its range" \
		awk '$1 ~ /^[0-9]/ && $1 > 125 && $1 < 1e6 && $2 ~ /[0-9]/ {bad = 1} END {exit bad}' c.svg.gnuplot/response_2.dat
	hold "chart: the rest is grey" \
		awk '$1 > 125 && $1 < 1e6 && $2 ~ /[0-9]/ {good = 1} END {exit !good}' c.svg.gnuplot/response_untrusted_2.dat
else
	skip "charts: no gnuplot"
fi
finish
