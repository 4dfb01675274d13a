#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_pipewire.sh: measuring through PipeWire, with its own convolver as the room.  Optional: skips
# (77) where the programs are missing.  A server of its own, in a folder of its own; no sound card.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

for program in pipewire wireplumber pw-cli dbus-daemon; do
	command -v $program >/dev/null || { echo "$program is not installed"; exit 77; }
done
ls /usr/lib/*/alsa-lib/libasound_module_pcm_pipewire.so >/dev/null 2>&1 ||
	{ echo "alsa-lib's plugin for PipeWire is not installed"; exit 77; }

test=$B/tests/test_foreign
pids=()
cleanup()
{
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$T"
}
trap cleanup EXIT

"$test" make "$T/h.wav"
mkdir -m 700 "$T/run" "$T/conf" "$T/home"
# a large quantum: with a small one a busy machine loses data and nobody is told
quantum=4096
node="audio.rate = 48000 audio.channels = 1 audio.position = [ MONO ] node.latency = \"$quantum/48000\""
cat >"$T/conf/pipewire.conf" <<EOC
context.properties = {
  core.daemon = true
  core.name = pipewire-0
  default.clock.rate = 48000
  default.clock.allowed-rates = [ 48000 ]
  default.clock.quantum = $quantum
  default.clock.min-quantum = $quantum
  default.clock.max-quantum = $quantum
  mem.mlock-all = false
  support.dbus = false
}
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-access }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory }
  { name = libpipewire-module-session-manager }
  { name = libpipewire-module-filter-chain
    args = {
      node.description = "room"
      filter.graph = {
        nodes = [
          { type = builtin name = room label = convolver
            config = { filename = "$T/h.wav" channel = 0 gain = 1.0 blocksize = $quantum } }
        ]
      }
      capture.props = { node.name = "speakers" media.class = Audio/Sink $node }
      playback.props = { node.name = "mic" media.class = Audio/Source $node }
    }
  }
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver node.name = Dummy-Driver priority.driver = 20000 } }
]
EOC
cp /usr/share/pipewire/client*.conf "$T/conf/"
cat >"$T/asound.conf" <<EOC
</usr/share/alsa/alsa.conf>
pcm.room { type pipewire server "pipewire-0" playback_node "speakers" capture_node "mic" }
EOC
export XDG_RUNTIME_DIR=$T/run PIPEWIRE_RUNTIME_DIR=$T/run PIPEWIRE_CONFIG_DIR=$T/conf HOME=$T/home
export XDG_CONFIG_HOME=$T/home/.config XDG_STATE_HOME=$T/home/.state
export ALSA_CONFIG_PATH=$T/asound.conf DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/bus

dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile >"$T/dbus.log" 2>&1 &
pids+=($!)
pipewire >"$T/pipewire.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do
	[ ! -S "$T/run/pipewire-0" ] || break
	sleep 0.05
done
wireplumber >"$T/wireplumber.log" 2>&1 &
pids+=($!)
up=
for _ in $(seq 100); do
	if pw-cli ls Node 2>/dev/null | grep -q '"mic"'; then
		up=1
		break
	fi
	sleep 0.1
done
[ -n "$up" ] || { echo "PipeWire did not come up"; exit 77; }
sleep 1
"$test" check "$T/h.wav" -80
