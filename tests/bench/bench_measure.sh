#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench_measure.sh: how long `sabin measure --simulate` takes for one response with a sweep of 10 s at
# 48 kHz, as a share of the sound it plays: median of three runs.  The rig is free-running, so this is
# what sabin and the simulated card compute; it must be done faster than the sound would last.
set -euo pipefail
sabin=${B:-build/release}/sabin
limit=1.0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
for run in 1 2 3; do
  start=$(date +%s.%N)
  "$sabin" measure rooms/control-room.yaml --simulate --yes --quiet --length 10s --repeats 1 \
    --speaker left --position mix --rate 48000 -o "$folder/$run" >/dev/null
  awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }'
done | sort -n | awk -v limit=$limit 'NR == 2 {
  played = 10 + 1 + 0.7 + 3 + 0.6 # sweep, lead-in, chirp and gap, tail, chirp and end
  printf "measure one response of 10 s at 48 kHz: %.2f s, %.2f of real time (limit %.1f)\n",
         $1, $1 / played, limit
  exit $1 / played > limit
}'
