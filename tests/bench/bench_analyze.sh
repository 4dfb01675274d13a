#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench_analyze.sh: `sabin analyze --only bands` of a 5 s response at 48 kHz as a process of its own, CPU
# time beyond that of `sabin --version`, the best of nine runs; the promise is 0.06 s.  And 64 of them in
# one directory, on all cores: how many cores worked.  Surveys of 100, 1,000 and 5,000 files of 1 s: how many
# cores worked, and the most memory; the promise is that 5,000 take no more than 2 MB beyond what 1,000 do.
set -euo pipefail
sabin=${B:-build/release}/sabin
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
kept=true
TIMEFORMAT='%U %S %R'

"$sabin" simulate rooms/control-room.yaml --speaker left --position mix --length 5s --quiet -o "$folder/one" >/dev/null

# best COMMAND...: user and system time, the least of nine runs
best()
{
	local run
	for run in 1 2 3 4 5 6 7 8 9; do
		{ time "$@" >/dev/null 2>&1; } 2>&1
	done | awk '{ t = $1 + $2; if (NR == 1 || t < least) least = t } END { print least }'
}

start=$(best "$sabin" --version)
one=$(best "$sabin" analyze "$folder/one" --only bands --json)

many=$folder/many
mkdir "$many"
cp "$folder/one/room.yaml" "$many"
awk -v count=64 '
	/^  - speaker:/ { in_response = 1 }
	in_response { block = block $0 "\n"; next }
	{ print }
	END {
		for (i = 0; i < count; i++) {
			text = block
			gsub(/position: mix/, "position: mix" i, text)
			gsub(/left\.mix\.wav/, "left.mix" i ".wav", text)
			printf "%s", text
		}
	}' "$folder/one/measurement.yaml" >"$many/measurement.yaml"
for i in $(seq 0 63); do ln "$folder/one/left.mix.wav" "$many/left.mix$i.wav"; done
{ time "$sabin" analyze "$many" --only bands --json --quiet >"$folder/json"; } 2>"$folder/time"

awk -v start="$start" -v one="$one" -v cores="$(nproc)" '{
	cold = one - start
	printf "analyze, 5 s at 48 kHz, cold: %.3f s of CPU beyond start-up (promise 0.06)\n", cold
	printf "64 of them: %.3f s of CPU each, %.1f of %d cores at work\n", ($1 + $2) / 64, ($1 + $2) / $3, cores
	exit cold > 0.06
}' "$folder/time" || kept=false

# peak COMMAND...: run it; $most becomes the most memory it held, in kB
peak()
{
	local now pid
	"$@" >/dev/null &
	pid=$!
	while now=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
		most=$now
		sleep 0.2
	done
	wait "$pid"
}

"$sabin" simulate rooms/control-room.yaml --speaker left --position mix --length 1s --quiet -o "$folder/short" >/dev/null
mkdir "$folder/survey"
first=0 made=0
for count in 100 1000 5000; do
	for ((; made < count; made++)); do ln "$folder/short/left.mix.wav" "$folder/survey/$made.wav"; done
	{ time peak "$sabin" analyze --jobs "$(nproc)" --only bands --quiet "$folder/survey"; } 2>"$folder/time"
	[ $count -ne 1000 ] || first=$most
	awk -v count=$count -v most="$most" -v cores="$(nproc)" '{
		printf "survey of %d: %.4f s of CPU each, %.2f of %d cores at work, %.1f MB at most\n", count,
			($1 + $2) / count, ($1 + $2) / $3, cores, most / 1024 }' "$folder/time"
done
[ $((most - first)) -le 2048 ] && $kept
