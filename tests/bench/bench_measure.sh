#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench_measure.sh: `sabin measure --simulate` of two speakers at one position, sweeps of 10 s at 48 kHz,
# as a share of the sound it plays: CPU time, median of five runs.  The card runs free, so this is what
# sabin and the card compute, the room's prediction included; 40 times real time is the promise.
set -euo pipefail
sabin=${B:-build/release}/sabin
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
TIMEFORMAT='%U %S %R'
for run in 1 2 3 4 5; do
  { time "$sabin" measure rooms/control-room.yaml --simulate --yes --quiet --length 10s --repeats 1 \
    --position mix --rate 48000 -o "$folder/$run" >/dev/null; } 2>&1
done | awk '{ print $1 + $2, $3 }' | sort -n | awk 'NR == 3 {
  played = 2 * (1 + 0.1 + 0.5 + 10.5 + 2 + 0.1 + 0.5 + 0.5) # the parts of the stimulus, and latency
  printf "measure 2 x 10 s at 48 kHz: %.0f times real time (%.2f s of CPU, %.2f s by the clock; promise 40)\n",
         played / $1, $1, $2
  exit played / $1 < 40
}'
