#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# distortion.sh: harmonics of a simulated speaker are read from its sweep, and noise is not taken for any.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
# -40 and -55 dB of what is played: the harmonics are given at full scale, and a sweep at -6 dBFS has a
# second harmonic 6 dB lower and a third 12 dB lower
cat >room.yaml <<'END_OF_ROOM'
name: Drive
size_m: {width: 4.1, length: 5.6, height: 2.7}
surfaces: {front: 0.3, back: 0.3, left: 0.3, right: 0.3, floor: 0.3, ceiling: 0.3}
speakers:
  bent: {output: 1, position_m: [1.25, 1.10, 1.20]}
  clean: {output: 2, position_m: [2.85, 1.10, 1.20]}
positions: {mix: {position_m: [2.05, 2.50, 1.20]}}
audio: {playback: "hw:0", capture: "hw:0", rate_hz: 48000, microphone: {input: 1}}
sweep: {from_hz: 20, to_hz: 22000, length_s: 4, level_dbfs: -6, repeats: 1}
simulation: {noise_dbfs: -77.2, seed: 1, speakers: {bent: {h2_db: -34, h3_db: -43}}}
END_OF_ROOM
expect_status 0 "$sabin" measure room.yaml --simulate -q -o drive
if grep -A 2 -F 'skew_ppm' drive/measurement.yaml | grep -qE 'snr_db: \{value: (49\.|50\.)'; then
	pass "50 dB over the noise"
else fail "not 50 dB over the noise"; fi
expect_status 0 "$sabin" analyze drive --only distortion --csv
cp out drive.csv

# SPEAKER QUANTITY,BAND CONDITION: of the row's value and valid
is()
{
	local row
	row=$(awk -F, -v s="$1" -v q="$2" '$1 == s && $3 "," $4 == q { print $6, $9 }' drive.csv)
	if awk -v row="$row" "BEGIN { if (split(row, f, \" \") != 2) exit 1
			value = f[1] + 0; valid = f[2] == \"true\"; exit !($3) }"; then
		pass "$1 $2: $3"
	else fail "$1 $2: $row, not $3"; fi
}

is bent h2,broadband 'valid && value > -40.5 && value < -39.5'
is bent h3,broadband 'valid && value > -55.5 && value < -54.5'
for order in h4 h5; do is bent $order,broadband '!valid'; done
for order in h2 h3 h4 h5 thd; do is clean $order,broadband '!valid'; done
for band in 100 1000; do is clean thd,$band '!valid'; done

# ---- nor at any one frequency: THD and four harmonics
expect_status 0 "$sabin" analyze drive --only distortion --json --speaker clean
if tr -d ' \n' <out | grep -o '"level_db":\[[^]]*\]' | awk '/[0-9]/ { bad++ } END { exit bad > 0 || NR != 5 }'; then
	pass "a clean speaker has no distortion at any frequency"
else fail "a clean speaker has distortion"; fi
finish
