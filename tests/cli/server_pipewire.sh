#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_pipewire.sh: measuring through PipeWire, with its own convolver as the room.  Optional: skips
# (77) where the programs are missing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
ls /usr/lib/*/alsa-lib/libasound_module_pcm_pipewire.so >/dev/null 2>&1 ||
	{ echo "alsa-lib's plugin for PipeWire is not installed (make deps-all)"; exit 77; }
# shellcheck source=tests/cli/lib_server.sh
. "$(dirname "$0")/lib_server.sh"

test=$B/tests/test_foreign
"$test" make "$T/h.wav"
quantum=4096
node="audio.rate = 48000 audio.channels = 1 audio.position = [ MONO ] node.latency = \"$quantum/48000\""
cat >asound.conf <<EOC
</usr/share/alsa/alsa.conf>
pcm.room { type pipewire server "pipewire-0" playback_node "speakers" capture_node "mic" }
EOC
export ALSA_CONFIG_PATH=$T/asound.conf
server 48000 "{ name = libpipewire-module-filter-chain
    args = {
      node.description = \"room\"
      filter.graph = {
        nodes = [
          { type = builtin name = room label = convolver
            config = { filename = \"$T/h.wav\" channel = 0 gain = 1.0 blocksize = $quantum } }
        ]
      }
      capture.props = { node.name = \"speakers\" media.class = Audio/Sink $node }
      playback.props = { node.name = \"mic\" media.class = Audio/Source $node }
    }
  }"
appears mic || { echo "PipeWire did not come up"; exit 77; }
sleep 1
"$test" check "$T/h.wav" -80
