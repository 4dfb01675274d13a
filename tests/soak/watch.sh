#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# watch.sh: sabin watch on eight inputs of the simulated card in real time, with noise played into the room by another
# program: what share of a core it takes, whether it grows, whether frames are lost without a word.
#   SOAK_S=3600   how long
# shellcheck source-path=SCRIPTDIR/../cli source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

SOAK_S=${SOAK_S:-3600}
cd "$T"
command -v aplay >/dev/null || { echo 'skipped: aplay is not installed (make deps)'; exit 77; }

{
	printf 'name: Soak\nsize_m: {width: 3.9, length: 5.2, height: 2.7}\n'
	printf 'surfaces: {front: 0.3, back: 0.3, left: 0.3, right: 0.3, floor: 0.3, ceiling: 0.3}\n'
	printf 'speakers:\n  left: {output: 1, position_m: [1.15, 1.10, 1.20]}\npositions:\n'
	for i in 1 2 3 4 5 6 7; do printf '  p%d: {position_m: [%d.%d, 2.50, 1.20], microphone: m%d}\n' $i $((1 + i / 5)) $((2 * i % 10)) $i; done
	printf 'audio:\n  rate_hz: 48000\n  microphones: {'
	for i in 1 2 3 4 5 6 7; do printf 'm%d: {input: %d}, ' $i $i; done | sed 's/, $//'
	printf '}\n  loopback: {output: 2, input: 8}\n'
	printf 'simulation: {latency_ms: 20, noise_dbfs: -80, seed: 1, speed: 1}\n'
} >room.yaml
cat >asound.conf <<END
pcm_type.sabin { lib "$B/libasound_module_pcm_sabin.so" }
pcm.soak { type sabin room "$T/room.yaml" position "p1,p2,p3,p4,p5,p6,p7" world "soak-$$" speed "1" }
pcm.both { type plug slave.pcm soak ttable.0.0 0.1 ttable.0.1 0.1 }
END
export ALSA_CONFIG_PATH=$T/asound.conf
# white noise without end on both outputs: loudspeaker and loopback
aplay -q -t raw -f S16_LE -c 1 -r 48000 -D both /dev/urandom 2>aplay.err &
player=$!
trap 'kill $player 2>/dev/null || true; rm -rf "$T"' EXIT
"$sabin" watch room.yaml --capture soak --input 1,2,3,4,5,6,7,8 --reference 8 --interval 10s --duration "${SOAK_S}s" \
	--json --log log.csv >out 2>err &
watcher=$!
ticks() { awk '{ print $14 + $15 }' "/proc/$watcher/stat"; }
kib() { awk '/^VmRSS/ { print $2 }' "/proc/$watcher/status"; }
sleep 20 # it has found its delays and filled its histories
begun=$(date +%s.%N)
first_ticks=$(ticks)
first_kib=$(kib)
last_ticks=$first_ticks last_kib=$first_kib ended=$begun
while kill -0 $watcher 2>/dev/null; do
	if now=$(ticks 2>/dev/null) && [ -n "$now" ]; then
		last_ticks=$now last_kib=$(kib) ended=$(date +%s.%N)
	fi
	sleep 1
done
status=0
wait $watcher || status=$?
[ $status = 0 ] && pass 'ended by itself' || { fail "status $status"; cat err; }
share=$(awk -v t=$((last_ticks - first_ticks)) -v hz="$(getconf CLK_TCK)" -v a="$begun" -v b="$ended" 'BEGIN { printf "%.1f", 100 * t / hz / (b - a) }')
echo "share of a core: $share % (the simulated card's own work included)"
echo "memory: $first_kib kiB, at the end $last_kib kiB"
if awk -v s="$share" 'BEGIN { exit !(s < 10) }'; then pass 'below a tenth of a core'; else fail "a tenth of a core is $share %"; fi
if [ $((last_kib - first_kib)) -lt 1024 ]; then pass 'does not grow'; else fail "grew by $((last_kib - first_kib)) kiB"; fi
sed "s/^/    /" err | head -20
frames=$(tail -1 log.csv | cut -d, -f2)
lost=$(tail -1 log.csv | cut -d, -f20)
echo "heard: $frames s, lost: $lost frames"
if awk -v f="$frames" -v s="$SOAK_S" 'BEGIN { exit !(f >= s - 0.01) }'; then pass 'every frame was told'; else fail 'the log is short'; fi
if kill -0 $player 2>/dev/null; then pass 'there was sound all the time'; else fail "the player ended: $(cat aplay.err)"; fi
kill $player 2>/dev/null || true
lines=$(wc -l <log.csv)
if [ "$lines" -ge $((8 * (SOAK_S / 10) + 1)) ]; then pass 'the log is whole'; else fail "the log has $lines lines"; fi
finish
