#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# compare_draws.sh: what sabin compare claims, held against rooms whose change is known.
#
# One room is measured with many seeds of its noise, before and after a change of its surfaces, against the
# change between measurements of the same two rooms without noise, whose recordings are long enough for their
# decays to end.  (With noise 25 dB lower the truth's own T30 strayed a third as much as what was held against
# it, alike in all draws.)  Of every quantity whose true change is noticeable the sign must be right and the
# error within twice the stated uncertainty.  Two measurements of one room must show no significant change,
# whether the microphone stays where it is or was put back within 5 mm.  Topt has no truth to be held against:
# with less noise it is read over another range.
# The two rooms are computed once and played as impulse responses; each moved microphone is computed.
#
# Environment: SABIN_TEST_DRAWS = how many seeds; 100 is the full run, with 93 and 95 of 100 demanded.
#              SABIN_TEST_FIRST = the first of them, 1.
#              SABIN_TEST_KEEP  = a folder that gets the tables.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

draws=${SABIN_TEST_DRAWS:-1}
first=${SABIN_TEST_FIRST:-1}
cd "$T"

# room NAME FLOOR BACK MIX SWEEP SIMULATION
room()
{
	cat >"$1.yaml" <<-END
	size_m: {width: 4.1, length: 5.3, height: 2.6}
	surfaces: {front: 0.12, back: $3, left: 0.1, right: 0.14, floor: $2, ceiling: 0.1}
	speakers:
	  left: {output: 1, position_m: [1.3, 1.1, 1.2], pair: right}
	  right: {output: 2, position_m: [2.8, 1.1, 1.2], pair: left}
	positions:
	  mix: {position_m: [$4]}
	audio: {rate_hz: 48000}
	sweep: {$5}
	simulation: {$6}
	END
}

# measured NAME FLOOR BACK MIX SWEEP SIMULATION: a measurement of that room
measured()
{
	room "$@"
	"$sabin" measure "$1.yaml" --simulate -q -o "$1" >/dev/null
	rm -f "$1.yaml"
}

# computed NAME FLOOR BACK: that room's responses without noise, as NAME.SPEAKER.wav
computed()
{
	local s
	room "$1" "$2" "$3" "$mix" "$usual" 'seed: 1'
	"$sabin" simulate "$1.yaml" --length 1.5s -q -o "$1-computed" >/dev/null
	for s in left right; do mv "$1-computed/$s.mix.wav" "$1.$s.wav"; done
	rm -rf "$1-computed"
}

# played NAME ROOM SIMULATION: a measurement of what was computed under the name ROOM; the gain is that of a
# simulated room
played()
{
	measured "$1" 0 0 "$mix" "$usual" \
		"$3, gain_db: -20, responses: {left.mix: $2.left.wav, right.mix: $2.right.wav}"
}

# near SEED: a place in the ball of 5 mm about the microphone's
near()
{
	awk -v seed="$1" 'BEGIN { srand(seed)
	do { x = 2 * rand() - 1; y = 2 * rand() - 1; z = 2 * rand() - 1 } while (x * x + y * y + z * z > 1)
	printf "%.5f, %.5f, %.5f", 2.05 + 0.005 * x, 2.9 + 0.005 * y, 1.2 + 0.005 * z }'
}

# unchanged NAME BEFORE AFTER OPTION...: one more line in NAME where nothing is significant
unchanged()
{
	local name=$1
	shift
	"$sabin" compare "$@" --json -q >again.json
	if grep -q '"no-significant-change"' again.json; then echo "$draw" >>"$name"; else cp again.json "$name.$draw.json"; fi
}

mix='2.05, 2.9, 1.2'
quiet='length_s: 5, tail_s: 5, level_dbfs: -6'
usual='length_s: 1, tail_s: 1.5, level_dbfs: -20'
measured true-before 0.08 0.1 "$mix" "$quiet" 'seed: 1'
measured true-after 0.3 0.25 "$mix" "$quiet" 'seed: 2'
"$sabin" compare true-before true-after --moved 0 --csv -q >true.csv
rm -rf true-before true-after
computed untreated 0.08 0.1
computed treated 0.3 0.25

for draw in $(seq "$first" $((first + draws - 1))); do
	noise="noise_dbfs: -85, skew_ppm: 40"
	played before untreated "$noise, seed: $((4 * draw))"
	played again untreated "$noise, seed: $((4 * draw + 1))"
	played after treated "$noise, seed: $((4 * draw + 2))"
	measured moved 0.08 0.1 "$(near "$draw")" "$usual" "$noise, seed: $((4 * draw + 3))"
	"$sabin" compare before after --moved 0 --csv -q | sed "s/^/$draw,/" >>changed.csv
	unchanged same before again --moved 0
	unchanged moved.same before moved
	rm -rf before again after moved
done

# Of each quantity that truly changed noticeably: draws in which it was judged, right sign, within 2 sigma.  A mean
# is held against the mean of the same responses: of all.
awk -F, '
NR == FNR { if ($11 != "true") part[$3 "," $4] = 1
  if ($1 == "" && ($3 "," $4) in part) next
  if ($12 == "true" && $11 == "true" && $3 !~ /^(reflection|noise|mode|topt)/) truth[$1 "," $2 "," $3 "," $4] = $7; next }
{ key = $2 "," $3 "," $4 "," $5
  if ($12 != "true") some[$1 "," $4 "," $5] = 1
  if ($2 == "" && ($1 "," $4 "," $5) in some) next
  if (!(key in truth) || $12 != "true") next
  n[key]++
  if ($8 * truth[key] > 0 && ($8 - truth[key]) ^ 2 <= 4 * $10 ^ 2) good[key]++ }
END { for (key in n) printf "%s %d %d\n", key, good[key], n[key] }' true.csv changed.csv | sort >coverage

all=$(awk '{ good += $2; n += $3; if ($3) { share = $2 / $3; if (worst == "" || share < worst) { worst = share; who = $1 } } }
END { printf "%.1f %% of %d, worst %.0f %% (%s)", 100 * good / n, n, 100 * worst, who }' coverage)
if awk -v draws="$draws" '{ good += $2; n += $3 } END { exit !(n > 20 * draws && good >= 0.93 * n) }' coverage; then
	pass "right sign and within twice the uncertainty: $all"
else
	fail "right sign and within twice the uncertainty: $all"
	awk '$2 < 0.93 * $3' coverage | head -12
fi
# no quantity by itself may lie below, but for what the draws leave to chance
if [ "$draws" -lt 20 ]; then
	skip "each quantity by itself: $draws draws say nothing of it"
elif awk '{ if ($2 < 0.93 * $3 - 2 * sqrt(0.93 * 0.07 * $3)) { bad = 1; if (++shown <= 12) print "    " $0 } } END { exit bad }' coverage; then
	pass "no quantity below by more than chance"
else
	fail "some quantity misses"
fi
# quiet_enough NAME TEXT
quiet_enough()
{
	local same=0
	if [ -f "$1" ]; then same=$(wc -l <"$1"); fi
	if [ $((100 * same)) -ge $((95 * draws)) ]; then
		pass "no significant change between equal rooms, $2: $same of $draws"
	else
		fail "no significant change between equal rooms, $2: $same of $draws"
		grep -h '"text"' "$1".*.json | head
	fi
}
quiet_enough same 'the microphone not touched'
quiet_enough moved.same 'the microphone put back within 5 mm'
if [ -n "${SABIN_TEST_KEEP:-}" ]; then
	mkdir -p "$SABIN_TEST_KEEP"
	cp true.csv changed.csv coverage "$SABIN_TEST_KEEP"
	cp same moved.same ./*.json "$SABIN_TEST_KEEP" || true
fi
finish
