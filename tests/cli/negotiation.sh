#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# negotiation.sh: a card that cannot do what is asked, or is not there: one message that says what to do;
# what was asked and what was got is kept; and what is between us and the card is told.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
sed 's/length_s: 5/length_s: 0.3/; s/tail_s: 2/tail_s: 0.3/' "$tree/rooms/control-room.yaml" >room.yaml
sed 's/^simulation:.*/simulation: {noise_dbfs: -85, offers: {formats: [s16], rates_hz: [44100, 48000], channels: 2}}/' room.yaml >card.yaml
cat >asound.conf <<END
</usr/share/alsa/alsa.conf>
pcm_type.sabin { lib "$B/libasound_module_pcm_sabin.so" }
pcm.card { type sabin room "$T/card.yaml" }
pcm.plugged { type plug slave.pcm "card" }
END
export ALSA_CONFIG_PATH=$T/asound.conf

says() # TEXT: once, on standard error
{
	if grep -qF -- "$1" err && [ "$(grep -c '^sabin' err)" -le 1 ]; then pass "says: $1"; else
		fail "does not say once: $1"
		sed 's/^/    /' err
	fi
}

measure() # STATUS OPTION...
{
	local status=$1
	shift
	expect_status "$status" "$sabin" measure room.yaml --position mix --playback card --capture card -o m --force "$@"
}

measure 0 --speaker left
says "warning: playback device 'card' is a sound server's"
for line in 'rate_hz: 48000' 'requested_rate_hz: 48000' 'requested_channels: 2' 'format: "\?S16_LE' 'type: "\?IOPLUG'; do
	if grep -q "$line" m/measurement.yaml; then pass "kept: $line"; else fail "not kept: $line"; fi
done
expect_status 0 "$sabin" analyze m
measure 4 --rate 96000
says "does not run at 96000 Hz; it offers 44100 or 48000 Hz"
says "audio.rate_hz in the room file, or --rate"
sed 's/right: {output: 2/right: {output: 5/' room.yaml >five.yaml
expect_status 4 "$sabin" measure five.yaml --playback card --capture card -o m --force
says "playback device 'card' has 2 channels, channel 5 is needed"
says "correct the output and input numbers"
sed 's/microphone: {input: 1/microphone: {input: 3/' room.yaml >three.yaml
expect_status 4 "$sabin" measure three.yaml --playback card --capture card -o m --force
says "capture device 'card' has 2 channels, channel 3 is needed"
expect_status 4 "$sabin" measure room.yaml --playback hw:CARD=NoSuchCard --capture card -o m --force
says "playback device 'hw:CARD=NoSuchCard'"
says "'sabin devices' lists what there is"
expect_status 2 "$sabin" measure room.yaml --playback card -o m --force
says "no device to record from"
# playback is somebody else's already
aplay -q -D card -f S16_LE -c 2 -r 48000 /dev/zero 2>/dev/null &
other=$!
for ((i = 0; i < 50; i++)); do # until it is in the card's world
	if ! kill -0 $other 2>/dev/null || grep -q /dev/shm/sabin /proc/$other/maps 2>/dev/null; then break; fi
	sleep 0.1
done
if kill -0 $other 2>/dev/null; then
	sleep 0.2
	measure 4 --speaker left
	says "playback device 'card': cannot be opened: Device or resource busy"
	says "close that program"
else
	skip "a busy card (aplay is not installed, or cannot load this build of the card)"
fi
kill $other 2>/dev/null || true
wait $other 2>/dev/null || true
expect_status 0 "$sabin" measure room.yaml --position mix --speaker left --playback plugged --capture plugged -o m --force
says "'plugged' (PLUG) is not the card itself"
finish
