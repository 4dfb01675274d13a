#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# cable.sh: the test of an interface, on a simulated card whose wiring, clock, noise and distortion are
# known; and a loopback as reference of timing and response.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
# an impulse of one half: 16 bit, 48 kHz, 100 frames
{
	printf 'RIFF\xec\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\xbb\x00\x00\x00\x77\x01\x00\x02\x00\x10\x00data\xc8\x00\x00\x00\x00\x40'
	head -c 198 /dev/zero
} >half.wav
cat >card.yaml <<'END'
size_m: {width: 4, length: 5, height: 3}
surfaces: {front: 0.9, back: 0.9, left: 0.9, right: 0.9, floor: 0.9, ceiling: 0.9}
speakers: {left: {output: 3, position_m: [1, 1, 1.2]}}
positions: {mix: {position_m: [2, 3, 1.2]}}
audio: {microphone: {input: 2}}
simulation: {latency_ms: 12.5, noise_dbfs: -100, skew_ppm: 40, offers: {channels: 4}, responses: {left.mix: half.wav}, speakers: {left: {h2_db: -40, low_hz: 20, order: 1}}}
END
sed 's/h2_db: -40, low_hz: 20, order: 1/polarity: inverted/; s/left.mix: half.wav/left.mix: half.wav/' card.yaml >inverted.yaml
sed 's/speakers: {left: {output: 3/speakers: {left: {output: 5/; s/, responses.*/}/; s/offers: {channels: 4}/offers: {channels: 2}/' card.yaml >nothing.yaml
for name in card inverted nothing; do
	printf 'pcm.%s { type sabin room "%s" }\n' $name "$T/$name.yaml"
done >pcms
{
	echo '</usr/share/alsa/alsa.conf>'
	echo "pcm_type.sabin { lib \"$B/libasound_module_pcm_sabin.so\" }"
	cat pcms
} >asound.conf
export ALSA_CONFIG_PATH=$T/asound.conf

has() # TEXT FILE
{
	if grep -qF -- "$1" "$2"; then pass "has: $1"; else
		fail "has not: $1"
		sed 's/^/    /' "$2"
	fi
}

value() # KEY: the first number after it
{
	tr -d ' \n' <out | grep -o "\"$1\":{\?\"\?[a-z]*\"\?:\?[-0-9.e]*" | head -n 1 | grep -o '[-0-9.e]*$'
}

near() # KEY WANTED TOLERANCE
{
	if awk "BEGIN { d = $(value "$1") - $2; exit !(d * d <= $3 * $3) }"; then pass "$1 is $2"; else
		fail "$1 is $(value "$1"), not $2 within $3"
	fi
}

expect_status 0 "$sabin" devices --test --playback card -o card.txt
has 'output 1   is heard on no input' out
has 'output 3   is input 2, -6.' out
has 'gain         -6.02 dB at 1 kHz' out
has 'Over the cable from output 3 to input 2' out
expect_status 0 "$sabin" devices --test --playback card --capture card --json -q
near skew_ppm 40 0.002
near latency_s 0.0125 0.00002
# -40 dB at full scale; 20 dB less at -20 dBFS, and what the high-pass takes of 1 kHz is the same
near thd_1k_db -60 0.3
# and the noise 71.8 dB below the tone
near thd_noise_db -59.7 0.3
# white over 24 kHz, of which 20 kHz are heard
near noise_dbfs -100.8 0.2
# a first-order high-pass of 20 Hz: -3 dB there
if awk "BEGIN { exit !($(tr -d ' \n' <out | grep -o '"minus_3_db_hz":\[[0-9.]*' | grep -o '[0-9.]*$') > 19 && 1) }"; then
	pass "-3 dB near 20 Hz"
else fail "-3 dB at $(tr -d ' \n' <out | grep -o '"minus_3_db_hz":\[[0-9.]*')"; fi
if awk '/^[0-9]/ { want = -10 * log(1 + (20 / $1) ^ 2) / log(10) + 10 * log(1 + 0.0004) / log(10);
		d = $2 - want; if ($1 > 12 && $1 < 21000 && d * d > worst * worst) worst = d; n++ }
	END { print "worst " worst " dB in " n " points"; exit !(n > 400 && worst * worst < 0.1 * 0.1) }' card.txt; then
	pass "the calibration file is the high-pass"
else fail "the calibration file is another curve"; fi
expect_status 0 "$sabin" level --check-calibration card.txt
expect_status 2 "$sabin" devices --test --playback card -o card.txt
expect_status 0 "$sabin" devices --test --playback inverted -q
has 'polarity     inverted' out
expect_status 1 "$sabin" devices --test --playback nothing -q
has 'No cable was found' out
expect_status 2 "$sabin" devices --test
expect_status 2 "$sabin" devices -o card.txt
expect_status 2 "$sabin" devices --test --playback card --level -3
expect_status 4 "$sabin" devices --test --playback nonesuch
expect_status 4 "$sabin" devices --test --playback card --channel 9

# ---- a loopback as reference: here a wire, which takes nothing away
loop() # REFERENCE FILE
{
	sed -e "s/microphone: {input: 2}/microphone: {input: 2}, loopback: {output: 1, input: 1, reference: $1}/" \
		-e 's/^simulation:.*/simulation: {latency_ms: 12.5, skew_ppm: 40, responses: {left.mix: half.wav}}/' card.yaml >"$2"
	echo 'sweep: {length_s: 4, tail_s: 0.4}' >>"$2"
}
loop timing timing.yaml
loop response response.yaml
for name in timing response; do
	expect_status 0 "$sabin" measure $name.yaml --simulate -q --no-recordings --json -o $name
	near arrival_s 0 0.0000001
	expect_status 0 "$sabin" response $name --smooth none --csv -o $name.csv
done
if paste -d, timing.csv response.csv | awk -F, 'NR > 1 { d = $2 - $6; if (d * d > worst * worst) worst = d }
	END { print "worst " worst " dB"; exit !(NR > 900 && worst * worst < 0.01 * 0.01) }'; then
	pass "the same response"
else fail "another response"; fi
loop phase phase.yaml
expect_status 3 "$sabin" measure phase.yaml --simulate -o phase
has 'phase.yaml:5:' err
finish
