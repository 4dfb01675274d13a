#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench_measure.sh: `sabin measure --simulate` of two speakers at one position, sweeps of 10 s at 48 kHz,
# as a share of the sound it plays: CPU time, the best of nine runs, because what else the machine does
# only ever adds to it.  The card runs free, so this is what sabin and the card compute, the room's
# prediction included, which grows with the cube of the reverberation time; 40 times real time is the
# promise, in a treated control room as in one of six plain surfaces (0.6 s by Eyring).
set -euo pipefail
sabin=${B:-build/release}/sabin
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
TIMEFORMAT='%U %S %R'
cat >"$folder/plain.yaml" <<'ROOM'
size_m: {width: 4.1, length: 5.2, height: 2.6}
surfaces: {front: 0.15, back: 0.15, left: 0.15, right: 0.15, floor: 0.15, ceiling: 0.15}
speakers:
  left: {output: 1, position_m: [1.3, 1.1, 1.2]}
  right: {output: 2, position_m: [2.8, 1.1, 1.2]}
positions:
  mix: {position_m: [2.0, 2.6, 1.2]}
sweep: {from_hz: 20, to_hz: 22000, tail_s: 2}
ROOM

# measure NAME ROOM
measure()
{
	local run
	for run in 1 2 3 4 5 6 7 8 9; do
		{ time "$sabin" measure "$2" --simulate --yes --quiet --length 10s --repeats 1 --position mix \
			--rate 48000 -o "$folder/$1.$run" >/dev/null 2>"$folder/said"; } 2>>"$folder/$1.times" ||
			{ cat "$folder/said" >&2; return 1; }
	done
	awk '{ print $1 + $2, $3 }' "$folder/$1.times" | sort -n | awk -v name="$1" 'NR == 1 {
		played = 2 * (1 + 0.1 + 0.5 + 10.5 + 2 + 0.1 + 0.5 + 0.5) # the parts of the stimulus, and latency
		printf "measure 2 x 10 s at 48 kHz, %s: %.0f times real time (%.2f s of CPU, %.2f s by the clock; promise 40)\n",
		       name, played / $1, $1, $2
		exit played / $1 < 40
	}'
}

status=0
measure control-room rooms/control-room.yaml || status=1
measure plain-room "$folder/plain.yaml" || status=1
exit $status
