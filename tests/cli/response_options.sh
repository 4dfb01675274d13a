#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# response_options.sh: windows, averages and formats of sabin response; what it writes reads back.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >room.yaml <<'END'
size_m: {width: 3.9, length: 5.2, height: 2.7}
surfaces: {front: 0.1, back: 0.2, left: 0.1, right: 0.12, floor: 0.15, ceiling: 0.1}
speakers:
  left:  {output: 1, position_m: [1.15, 1.10, 1.20]}
  right: {output: 2, position_m: [2.60, 1.10, 1.20]}
positions:
  mix:  {position_m: [1.95, 2.50, 1.20]}
  seat: {position_m: [1.60, 3.00, 1.20]}
sweep: {length_s: 1, tail_s: 1}
simulation: {noise_dbfs: -85}
END

"$sabin" measure room.yaml --simulate -q -o all >/dev/null
one="all --speaker left --position mix"

for smooth in var psy erb none 1/48; do
	# shellcheck disable=SC2086
	expect_status 0 "$sabin" response $one --smooth $smooth --csv
	hold "$smooth: a number at each point from 30 Hz on" \
		awk -F, 'NR > 1 && $1 > 30 && $2 == "" {bad = 1} END {exit bad || NR < 900}' out
done
# shellcheck disable=SC2086
{
	expect_status 0 "$sabin" response $one --gate 4 --csv
	hold "gate: nothing below its own resolution" \
		awk -F, 'NR > 1 && $1 < 249 && $2 != "" {bad = 1} END {exit bad}' out
	expect_status 0 "$sabin" response $one --fdw 15 --json
	hold "fdw: said in the window" has '"cycles": 15'
	expect_status 2 "$sabin" response $one --fdw 15 --excess
	expect_status 2 "$sabin" response $one --fdw 15 --points all
	expect_status 0 "$sabin" response $one --min-phase --excess --csv
	hold "columns of minimum and excess phase" \
		grep -q '^freq_hz,level_db,phase_deg,group_delay_s,minimum_phase_deg,excess_phase_deg,excess_group_delay_s$' out
	hold "phase = minimum + excess where it is smooth" awk -F, '
		NR > 1 && $1 > 2000 && $3 != "" && $6 != "" { n++ } END { exit n < 100 }' out
}

expect_status 0 "$sabin" response all --json
hold "trust" has '"trust": ['
hold "unwrapped phase" has '"unwrapped_deg": ['
hold "left against right" has '"differences": ['
for kind in power db vector; do
	expect_status 0 "$sabin" response all --average $kind --json
	hold "$kind: two speakers" [ "$(grep -c "\"average\": \"$kind\"" out)" -eq 2 ]
	hold "$kind: coherence and spread" grep -q '"coherence": \[' out
	hold "$kind: of two places" has '"position_count": 2'
done
expect_status 0 "$sabin" response all --average power --align --speaker left --csv
expect_status 2 "$sabin" response all --average power --excess

# the mean power of two places lies between them
"$sabin" response all --speaker left --average power --csv >mean
for place in mix seat; do
	"$sabin" response all --speaker left --position $place --csv >$place
done
hold "power average: mean of the powers" sh -c 'paste -d, mix seat mean | awk -F, "
	NR > 1 && \$2 != \"\" && \$6 != \"\" { p = 10 * log((10 ^ (\$2 / 10) + 10 ^ (\$6 / 10)) / 2) / log(10)
		if ((p - \$10) ^ 2 > 1e-8) bad = 1; n++ } END { exit bad || n < 900 }"'

# ---- round trips: FRD is CSV within its last printed digit; an impulse response is the same file ----

# shellcheck disable=SC2086
"$sabin" response $one --csv -o one.csv
# shellcheck disable=SC2086
"$sabin" response $one --frd -o one.frd
hold "FRD holds what CSV holds, to its last digit" sh -c '
	grep -v "^\*" one.frd >frd; awk -F, "NR > 1 && \$2 != \"\"" one.csv >csv
	paste -d" " frd csv | tr , " " | awk "(\$1 - \$4) ^ 2 > 3e-17 * \$1 ^ 2 + 1e-12 || (\$2 - \$5) ^ 2 > 3e-9 ||
		(\$3 - \$6) ^ 2 > 3e-9 { bad = 1 } END { exit bad || NR < 900 }"'
# shellcheck disable=SC2086
expect_status 0 "$sabin" response $one --impulse -o ir.txt
expect_status 0 "$sabin" import ir.txt -q -o back
"$sabin" response back --impulse -q >again.txt
hold "the impulse response is the same, sample for sample, and its times" sh -c '
	grep -v "^\*" ir.txt >first; grep -v "^\*" again.txt >second; cmp -s first second'
expect_status 2 "$sabin" response all --impulse
finish
