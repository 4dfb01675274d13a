# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lib_server.sh: a PipeWire of one's own, in a folder of its own, without a sound card; sourced after lib.sh by
# the tests that need it.  They work in $T.
#
#   needs PROGRAM...          ends the test as skipped (77) where one is missing
#   start LOG COMMAND...      in the background, until `stop`
#   stop                      all that was started, the last first
#   server RATE [MODULE [OBJECT]]  bus, server and session manager; what else stands in the configuration
#   appears NODE              wait for it; false: it does not come
#   le NUMBER                 its four bytes, the lowest first
#   impulse RATE              in.wav: half a second of silence, 0.5 on both channels, 2 s of silence
#   levels FILE               of the JSON of `eq --from`, one a line, all channels
#   judge WHAT RATE DB [MOST]  got against want less DB: the largest difference is at most MOST, else 0.05 dB

pids=()

needs()
{
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || { echo "$program is not installed (make deps-all)"; exit 77; }
	done
}

start()
{
	local log=$1
	shift
	"$@" >"$log" 2>&1 &
	pids+=($!)
}

stop()
{
	local i
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

needs pipewire wireplumber pw-cli dbus-daemon
cd "$T" || exit
mkdir -m 700 run conf home
cp /usr/share/pipewire/client*.conf conf/
export XDG_RUNTIME_DIR=$T/run PIPEWIRE_RUNTIME_DIR=$T/run PIPEWIRE_CONFIG_DIR=$T/conf HOME=$T/home
export XDG_CONFIG_HOME=$T/home/.config XDG_STATE_HOME=$T/home/.state XDG_DATA_HOME=$T/home/.local/share
export DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/bus

modules='{ name = libpipewire-module-protocol-native } { name = libpipewire-module-client-node }
  { name = libpipewire-module-adapter } { name = libpipewire-module-metadata }'
libs='context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }'

# A large quantum: with a small one a busy machine loses data and nobody is told.
server()
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
  ${2-}
]
context.objects = [
  { factory = spa-node-factory
    args = { factory.name = support.node.driver node.name = Dummy-Driver priority.driver = 20000 } }
  ${3-}
]
EOC
	start dbus.log dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile
	start pipewire.log pipewire
	for _ in $(seq 200); do
		[ ! -S run/pipewire-0 ] || break
		sleep 0.05
	done
	start wireplumber.log wireplumber
}

appears()
{
	for _ in $(seq 200); do
		if pw-cli ls Node 2>/dev/null | grep -q "\"$1\""; then return 0; fi
		sleep 0.1
	done
	return 1
}

le()
{
	printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}

impulse()
{
	local size
	LC_ALL=C awk -v n=$(($1 / 2)) -v m=$((2 * $1)) 'BEGIN {
		for (i = 0; i < n + m; i++) printf "%s", i == n ? "a" : "b" }' |
		sed 's/a/\x00\x00\x00\x3f\x00\x00\x00\x3f/; s/b/\x00\x00\x00\x00\x00\x00\x00\x00/g' >data
	size=$(stat -c %s data)
	{
		printf 'RIFF'; le $((36 + size)); printf 'WAVEfmt '; le 16; printf '\003\000\002\000'; le "$1"
		le $((8 * $1)); printf '\010\000\040\000data'; le "$size"; cat data
	} >in.wav
}

levels()
{
	awk '/"level_db": \[/ { on = 1; next } on && /\]/ { on = 0 } on { gsub(/[ ,]/, ""); print }' "$1"
}

judge()
{
	local verdict status=0
	verdict=$(paste got want | awk -v rate="$2" -v db="$3" -v most="${4-0.05}" '{
		d = $1 - ($2 - db); if (d < 0) d = -d; if (d > worst) worst = d; n++ }
		END { printf "%d Hz: %.4f dB at most", rate, worst; exit !(n > 900 && worst <= most) }') || status=$?
	if [ $status -eq 0 ]; then pass "$1 at $verdict"; else fail "$1 at $verdict"; fi
}
