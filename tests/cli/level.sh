#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# level.sh: sabin level: meters, headroom, calibration by tone and by meter, the check of calibration
# files, and what becomes of the level in a measurement.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
printf '"Sens Factor =-12.11dB, AGain =18dB, SERNO: 7103946"\n20 -1\n1000 0\n20000 2\n' >umik.txt
sed -e 's/length_s: 5/length_s: 0.5/; s/tail_s: 2/tail_s: 0.5/' \
	-e 's/microphone: {input: 1}/microphone: {input: 1, calibration: umik.txt}/' \
	"$tree/rooms/control-room.yaml" >room.yaml
# a card that runs free waits for somebody to play, which a calibrator does not: these have a clock
sed 's/noise_dbfs: -80/noise_dbfs: -80, speed: 2/' room.yaml >quiet.yaml
sed 's/noise_dbfs: -80/noise_dbfs: -80, hum_hz: 1000, hum_dbfs: -30, speed: 2/' room.yaml >tone.yaml
sed 's/noise_dbfs: -80/noise_dbfs: -80, hum_hz: 1050, hum_dbfs: -30, speed: 2/' room.yaml >wrong.yaml
sed 's/seed: 1}/seed: 1, gain_db: 25}/' room.yaml >loud.yaml

holds() # TEXT FILE: the file has it
{
	if grep -qF -- "$1" "$2"; then pass "holds: $1"; else
		fail "does not hold: $1"
		sed 's/^/    /' "$2"
	fi
}

expect_status 0 "$sabin" level room.yaml --simulate --duration 1s -q
holds 'raise the preamp by' out
holds 'LA' out
expect_status 0 "$sabin" level room.yaml --simulate --duration 1s --speaker right --json -q
holds '"schema": "sabin.level/1"' out
holds '"light": "low"' out
expect_status 1 "$sabin" level loud.yaml --simulate --duration 1s --speaker left -q
holds 'lower the preamp' out
expect_status 2 "$sabin" level room.yaml --simulate --level -10
holds 'above the ceiling' err
expect_status 2 "$sabin" level room.yaml --simulate --speaker centre
expect_status 2 "$sabin" level --simulate
expect_status 2 "$sabin" level room.yaml --simulate -o x.txt
expect_status 2 "$sabin" level room.yaml --calibrate 94dB --reference-meter 80dB
expect_status 3 "$sabin" level none.yaml
expect_status 4 "$sabin" level --playback nonesuch --capture nonesuch

# ---- calibrators
expect_status 0 "$sabin" level tone.yaml --simulate --calibrate 94dB -o cal.txt -q
holds 'tone of 1000.0 Hz at -30.00 dBFS' out
holds '0 dBFS RMS = 124.00 dB SPL +- 0.23 dB' cal.txt
expect_status 2 "$sabin" level tone.yaml --simulate --calibrate 94dB -o cal.txt -q
expect_status 0 "$sabin" level tone.yaml --simulate --calibrate 114dB -o cal.txt --force -q
holds '0 dBFS RMS = 144.00 dB SPL' cal.txt
expect_status 1 "$sabin" level wrong.yaml --simulate --calibrate 94dB -o not.txt -q
holds 'a calibrator of 1 kHz' out
expect_status 1 "$sabin" level quiet.yaml --simulate --calibrate 94dB -o not.txt -q
if [ ! -e not.txt ]; then pass 'no file of a refused calibration'; else fail 'not.txt was written'; fi
expect_status 0 "$sabin" level room.yaml --simulate --reference-meter 80dB --duration 2s -o meter.txt -q
holds 'by reference meter of 80 dB (C-weighted)' out
expect_status 0 "$sabin" level room.yaml --simulate --duration 2s --speaker left --calibration meter.txt -q
holds 'LC       80.0' out

# ---- the check of files
expect_status 0 "$sabin" level --check-calibration umik.txt
holds '0 dBFS RMS is 136.11' out
holds 'subtracted' out
expect_status 0 "$sabin" level --check-calibration cal.txt --json
holds '"schema": "sabin.calibration/1"' out
holds 'recorded in the file' out
printf '20 1\n10 2\n' >bad.txt
expect_status 3 "$sabin" level --check-calibration bad.txt
holds 'bad.txt:2:1: frequencies must rise' err
expect_status 3 "$sabin" level --check-calibration none.txt
expect_status 3 "$sabin" level room.yaml --simulate --calibration bad.txt

# ---- in a measurement
expect_status 0 "$sabin" measure room.yaml --simulate --speaker left --position mix -o m -q
holds 'dbspl_at_0dbfs: {value: 136.11, plus_minus: 0.8, valid: true}' m/measurement.yaml
expect_status 0 "$sabin" response m
holds 'dB SPL' out
expect_status 0 "$sabin" response m --json
holds '"dbspl_at_0db"' out
cp bad.txt umik.txt
expect_status 3 "$sabin" measure room.yaml --simulate -o n -q
holds 'umik.txt:2:1' err
finish
