#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# losses.sh: two clocks and faults of the simulated card through the whole command: each fault is
# found at random places, told, and taken again with a clean result.  SABIN_TEST_DRAWS: places.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

draws=${SABIN_TEST_DRAWS:-2}
cd "$T"

room() # FILE SIMULATION...
{
	local file=$1
	shift
	sed "s/length_s: 5/length_s: 1/; s/tail_s: 2/tail_s: 0.6/
	     s/^simulation:.*/simulation: {latency_ms: 43.7, noise_dbfs: -80, seed: 1, $*}/" \
		"$tree/rooms/control-room.yaml" >"$file"
}

measure() # ROOM OPTION...
{
	local file=$1
	shift
	expect_status 0 "$sabin" measure "$file" --simulate --speaker left --position mix --no-recordings \
		-o m --force --json "$@"
}

value() # KEY: the first number after it
{
	tr -d ' \n' <out | grep -o "\"$1\":{\?\"\?[a-z]*\"\?:\?[-0-9.e]*" | head -n 1 | grep -o '[-0-9.e]*$'
}

is() # TEXT CONDITION-OF-AWK
{
	if awk "BEGIN { exit !($2) }"; then pass "$1"; else fail "$1: $2"; fi
}

# ---- two clocks: the same room comes back
room one.yaml "skew_ppm: 0"
measure one.yaml
is "one clock" "$(value takes) == 1 && $(value skew_ppm)^2 < 0.02^2"
for ppm in 100 -500; do
	room two.yaml "skew_ppm: $ppm"
	measure two.yaml --repeats 2
	is "$ppm ppm is found" "$(value takes) == 1 && ($(value skew_ppm) - $ppm)^2 < 0.02^2"
	is "$ppm ppm: repeats agree as far as the noise" "$(value repeatability_db) < -15"
done

# ---- the sweep begins 0.6 s after the first sound and lasts a second
for ((i = 1; i <= draws; i++)); do
	at=$(awk -v i="$i" -v seed="${SABIN_TEST_SEED:-$$}" 'BEGIN { srand(seed + i); print 0.62 + 0.96 * rand() }')
	ppm=$(awk -v i="$i" -v seed="${SABIN_TEST_SEED:-$$}" 'BEGIN { srand(seed - i); print int(400 * rand()) - 200 }')
	room drop.yaml "skew_ppm: $ppm, drop: {at_s: $at, frames: 64}"
	measure drop.yaml
	is "64 frames lost at $at s, $ppm ppm: taken again" "$(value takes) == 2 && $(value lost_frames) == 0"
	is "... with a clean result" "($(value skew_ppm) - $ppm)^2 < 0.02^2"
	room burst.yaml "skew_ppm: $ppm, noise_burst: {at_s: $at, length_s: 0.05, dbfs: -40}"
	measure burst.yaml --repeats 2
	is "a burst at $at s, $ppm ppm: taken again" "$(value takes) == 2"
	is "... with a clean result" "$(value repeatability_db) < -15"
done

# ---- when takes run out
room always.yaml "drop: {at_s: 1.2, frames: 64, always: true}"
expect_status 1 "$sabin" measure always.yaml --simulate --speaker left --position mix --no-recordings \
	-o m --force --json --takes 2
is "told how many frames" "$(value lost_frames) > 30 && $(value lost_frames) < 100"
if grep -q "frames were lost between .* k\?Hz were playing" out; then pass "told when"; else fail "not told when"; fi

finish
