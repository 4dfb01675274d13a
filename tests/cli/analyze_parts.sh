#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# analyze_parts.sh: what sabin analyze tells of two ears and of a background with hum, against what was put in.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"

# ---- two ears: the right one hears the same 8 frames later, half as loud
# ears FILE: 16 bit, 16 kHz, noise that falls by 60 dB in half a second, from frame 160 on
ears()
{
	awk 'function little(x, bytes) { for (; bytes > 0; bytes--) { printf "\\%03o", x % 256; x = int(x / 256) } }
	BEGIN {
		srand(3)
		frames = 9600
		printf "RIFF"; little(36 + 4 * frames, 4)
		printf "WAVEfmt "; little(16, 4); little(1, 2); little(2, 2); little(16000, 4); little(64000, 4); little(4, 2); little(16, 2)
		printf "data"; little(4 * frames, 4)
		for (i = 0; i < frames; i++) {
			x[i] = i < 160 ? 0 : int(14000 * (rand() + rand() + rand() - 1.5) * exp(-6.9078 * (i - 160) / 8000)) * 2
			y = i < 8 ? 0 : x[i - 8] / 2
			little((x[i] + 65536) % 65536, 2); little((y + 65536) % 65536, 2)
		}
	}' >"$1.octal"
	printf '%b' "$(sed 's/\\/\\0/g' "$1.octal")" >"$1"
}
ears ears.wav
expect_status 0 "$sabin" analyze ears.wav --pair 1,2 --only bands --json
sed -n '/"iacc": \[/,$p' out >iacc
hold "early, late and all are the same in both ears, 1 ms apart or less" \
	awk '/"(early|late|all)": [{]/ { getline; if ($2 == "null,") next; n++; if ($2 < 0.97 || $2 + 0 > 1.0001) bad = 1 } END { exit bad || n < 15 }' iacc
hold "the right one hears it 8 of 16000 s later, wherever there is sound" awk '/"(early|late|all)_delay_s"/ { d = $2 + 0; n++
	if (d * d < 0.0004 ^ 2 || d * d > 0.0006 ^ 2) bad++ } END { exit n < 15 || bad > 6 }' iacc
expect_status 0 "$sabin" analyze ears.wav --pair 2,1 --only bands
hold "as a table" has 'IACC of channels 2 and 1, ears.wav'
hold "of the first and of all" [ "$(sed -n '/^IACC/,$p' out | grep -cE '^  (early|all) .* 1\.00 +1\.00$')" = 2 ]
expect_status 0 "$sabin" analyze ears.wav --pair 1,2 --only bands --csv
hold "as lines" [ "$(grep -c ',iacc_\(early\|late\|all\),' out)" = 24 ]
expect_status 2 "$sabin" analyze ears.wav --pair 1,3
says 'ears.wav'
for pair in 1 1,1 0,1 1,x 1,2,3; do
	expect_status 2 "$sabin" analyze ears.wav --pair $pair
	says 'two different channels'
done

# ---- a background of white noise with hum of 60 Hz, whose level is known
sed -e 's/length_s: 5/length_s: 0.5/; s/tail_s: 2/tail_s: 1/' \
	-e 's/noise_dbfs: -80/noise_dbfs: -80, hum_hz: 60, hum_dbfs: -70/' "$tree/rooms/control-room.yaml" >room.yaml
expect_status 0 "$sabin" measure room.yaml --simulate -q --speaker left --position mix -o humming
expect_status 0 "$sabin" analyze humming --only noise --json
hold "hum is found" has '"found": true'
hold "of 60 Hz mains" has '"mains_hz": 60'
hold "its lines are harmonics of it" awk '/"harmonic"/ { h = $2 + 0; n++ } /"frequency"/ && h { getline; f = $2 + 0; if ((f - 60 * h) ^ 2 > 1) bad = 1; h = 0 }
	END { exit bad || !n }' out
sed -n '/"hum": {/,/"lines"/p' out | grep -A1 '"level"' | numbers value /dev/stdin >level
hold "as loud as it was made: -70 dB within 1 dB ($(cat level))" awk '{ n++; if (($1 + 70) ^ 2 > 1) bad = 1 } END { exit bad || n != 1 }' level
hold "without a calibration nothing is rated" [ "$(sed -n '/"nr": {/,/}/p' out | grep -c '"valid": false')" = 1 ]
expect_status 0 "$sabin" analyze humming --only noise
hold "in words" has 'hum        60 Hz mains'
hold "and why nothing is rated" has 'no rating:'
expect_status 0 "$sabin" analyze humming --only noise --csv
hold "and as a line" grep -q ',hum_level,60,' out

# ---- the same where full scale is known: 0 dBFS RMS is 94 dB SPL, and then so much that no curve reaches so far
printf '%s\n' '"Sens Factor =0dB, SERNO: 1"' '* 0 dBFS RMS = 94.00 dB SPL' '20 0' '20000 0' >cal.txt
sed 's/microphone: {input: 1}/microphone: {input: 1, calibration: cal.txt}/' room.yaml >known.yaml
expect_status 0 "$sabin" measure known.yaml --simulate -q --speaker left --position mix -o known
expect_status 0 "$sabin" analyze known --only noise --json
hold "levels are absolute" has '"absolute": true'
expect_status 0 "$sabin" analyze known --only noise
cp out known.txt
hold "dBA, dBC" grep -qE 'noise +[0-9.]+ dBA, [0-9.]+ dBC' out
hold "and ratings" grep -qE 'NR [0-9]+ set by|NC ' out

finish
