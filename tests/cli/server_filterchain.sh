#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_filterchain.sh: an impulse through PipeWire's filter-chain with our configuration, its output made a
# source that can be recorded.  Optional: skips (77) where the programs are missing.  A server of its own, in a
# folder of its own; no sound card.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

for program in pipewire wireplumber pw-cli pw-cat dbus-daemon; do
	command -v $program >/dev/null || { echo "$program is not installed (make deps-all)"; exit 77; }
done
cd "$T"

pids=()
stop()
{
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		kill "${pids[i]}" 2>/dev/null || true
		wait "${pids[i]}" 2>/dev/null || true
	done
	pids=()
}
cleanup()
{
	stop
	rm -rf "$T"
}
trap cleanup EXIT

mkdir -m 700 run conf home
cp /usr/share/pipewire/client*.conf conf/
export XDG_RUNTIME_DIR=$T/run PIPEWIRE_RUNTIME_DIR=$T/run PIPEWIRE_CONFIG_DIR=$T/conf HOME=$T/home
export XDG_CONFIG_HOME=$T/home/.config XDG_STATE_HOME=$T/home/.state
export DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/bus

modules='{ name = libpipewire-module-protocol-native } { name = libpipewire-module-client-node }
  { name = libpipewire-module-adapter } { name = libpipewire-module-metadata }'
libs='context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }'

server() # RATE
{
	cat >conf/pipewire.conf <<EOC
context.properties = {
  core.daemon = true core.name = pipewire-0
  default.clock.rate = $1 default.clock.allowed-rates = [ $1 ]
  default.clock.quantum = 4096 default.clock.min-quantum = 4096 default.clock.max-quantum = 4096
  mem.mlock-all = false support.dbus = false
}
$libs
context.modules = [
  $modules
  { name = libpipewire-module-spa-node-factory } { name = libpipewire-module-access }
  { name = libpipewire-module-link-factory } { name = libpipewire-module-session-manager }
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver node.name = Dummy-Driver priority.driver = 20000 } }
]
EOC
	dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile >dbus.log 2>&1 &
	pids+=($!)
	pipewire >pipewire.log 2>&1 &
	pids+=($!)
	for _ in $(seq 200); do
		[ ! -S run/pipewire-0 ] || break
		sleep 0.05
	done
	wireplumber >wireplumber.log 2>&1 &
	pids+=($!)
}

chain() # FILE: the configuration of the chain's own process
{
	cat >conf/chain.conf <<EOC
context.properties = { mem.mlock-all = false }
$libs
context.modules = [
  $modules
$(sed -n '/name = libpipewire-module-filter-chain/,$p' "$1" |
		sed 's/node.passive = true/media.class = Audio\/Source/')
EOC
}

appears() # NODE
{
	for _ in $(seq 200); do
		if pw-cli ls Node 2>/dev/null | grep -q "\"$1\""; then return 0; fi
		sleep 0.1
	done
	return 1
}

levels()
{
	awk '/"level_db": \[/ { on = 1; next } on && /\]/ { on = 0 } on { gsub(/[ ,]/, ""); print }' "$1"
}

cat >left.txt <<'EOT'
Preamp: -6.5 dB
Filter 1: ON LSC Fc 105 Hz Gain 3.0 dB Q 0.7071
Filter 2: ON PK Fc 141.5 Hz Gain -7.5 dB Q 3.0
Filter 3: ON PK Fc 3150.5 Hz Gain -2.25 dB Q 1.41
Filter 4: ON HSC Fc 8000 Hz Gain -2.00 dB Q 0.7071
Filter 5: ON LPQ Fc 9000 Hz Q 1.2
EOT
sed 's/Fc 141.5/Fc 263/' left.txt >right.txt
"$sabin" eq --from left.txt,right.txt -f pipewire -q -o made >/dev/null
for rate in 44100 48000 96000; do
	"$sabin" eq --from left.txt,right.txt --rates $rate --json -q | sed '/"dialects"/,$d' >want.json
	levels want.json >want
	# an impulse of 0.5 on both channels, as raw floats: half a second of silence, then 2 s of it
	LC_ALL=C awk -v n=$((rate / 2)) -v m=$((2 * rate)) 'BEGIN {
		for (i = 0; i < n + m; i++) printf "%s", i == n ? "a" : "b" }' |
		sed 's/a/\x00\x00\x00\x3f\x00\x00\x00\x3f/; s/b/\x00\x00\x00\x00\x00\x00\x00\x00/g' >data
	size=$(stat -c %s data)
	le() { printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; }
	{
		printf 'RIFF'; le $((36 + size)); printf 'WAVEfmt '; le 16; printf '\003\000\002\000'; le $rate
		le $((8 * rate)); printf '\010\000\040\000data'; le "$size"; cat data
	} >in.wav
	server $rate
	chain made/pipewire/sabin.conf
	pipewire -c chain.conf >chain.log 2>&1 &
	pids+=($!)
	if ! appears effect_input.sabin; then
		cat pipewire.log chain.log
		echo "PipeWire did not come up"
		exit 77
	fi
	sleep 1
	pw-cat -r --target effect_output.sabin --rate $rate --channels 2 --format f32 out.wav >record.log 2>&1 &
	record=$!
	sleep 1
	timeout 30 pw-cat -p --target effect_input.sabin in.wav >play.log 2>&1 || true
	sleep 1
	kill -INT $record
	wait $record 2>/dev/null || true
	stop
	"$sabin" eq --from out.wav --json -q 2>err | sed '/"dialects"/,$d' >got.json || true
	levels got.json >got
	# the recording has the preamp and the impulse's own -6.02 dB in it
	paste got want | awk -v rate=$rate '{ d = $1 - ($2 - 6.5 - 6.0206); if (d < 0) d = -d; if (d > worst) worst = d; n++ }
		END { printf "%d Hz: %.4f dB at most\n", rate, worst; exit !(n > 900 && worst <= 0.05) }' >verdict &&
		pass "PipeWire at $(cat verdict)" || fail "PipeWire at $(cat verdict)"
done

# a broken file: the program ends
sed 's/bq_peaking/bq_picking/' made/pipewire/sabin.conf >broken.conf
server 48000
chain broken.conf
got=0
timeout 20 pipewire -c chain.conf >chain.log 2>&1 || got=$?
if [ $got -eq 254 ]; then pass "a node that is not there: status 254"; else fail "a broken file: status $got"; fi
finish
