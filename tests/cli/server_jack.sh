#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_jack.sh: measuring through JACK, with jconvolver as the room.  Optional: skips (77) where the
# programs are missing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

for program in jackd jack_wait jack_lsp jconvolver; do
	command -v $program >/dev/null || { echo "$program is not installed"; exit 77; }
done
ls /usr/lib/*/alsa-lib/libasound_module_pcm_jack.so >/dev/null 2>&1 ||
	{ echo "alsa-lib's plugin for JACK is not installed"; exit 77; }

test=$B/tests/test_foreign
export JACK_DEFAULT_SERVER=sabin$$ JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
pids=()
cleanup()
{
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		kill "${pids[i]}" 2>/dev/null || true
		wait "${pids[i]}" 2>/dev/null || true
	done
	rm -f /dev/shm/jack_sem.*_"$JACK_DEFAULT_SERVER"_* /dev/shm/jack-*-"$JACK_DEFAULT_SERVER"
	rm -rf "$T"
}
trap cleanup EXIT

"$test" make "$T/h.wav"
period=4096
cat >"$T/room.conf" <<EOC
/cd $T
/convolver/new 1 1 $period 48000 1.0
/input/name 1 In
/output/name 1 Out
/impulse/read 1 1 1.0 0 0 0 1 h.wav
EOC
cat >"$T/asound.conf" <<EOC
</usr/share/alsa/alsa.conf>
pcm.room { type jack playback_ports { 0 room:In } capture_ports { 0 room:Out } }
EOC
export ALSA_CONFIG_PATH=$T/asound.conf

# the synchronous mode waits for clients that are late; and with a short period jconvolver falls silent
# for good on a loaded machine
jackd -n "$JACK_DEFAULT_SERVER" -r -S -m -d dummy -r 48000 -p $period >"$T/jackd.log" 2>&1 &
pids+=($!)
jack_wait -s "$JACK_DEFAULT_SERVER" -w -t 10 >/dev/null 2>&1
jconvolver -N room "$T/room.conf" >"$T/jconvolver.log" 2>&1 &
pids+=($!)
up=
for _ in $(seq 50); do
	if timeout 3 jack_lsp -s "$JACK_DEFAULT_SERVER" 2>/dev/null | grep -q '^room:Out'; then
		up=1
		break
	fi
	sleep 0.1
done
[ -n "$up" ] || { echo "jconvolver did not come up"; exit 77; }
sleep 1 # its ports are there before it has made its plans
"$test" check "$T/h.wav" -100
