#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# matrix.sh: many speakers, places and microphones: a run that is interrupted again and again ends with
# the files of one that was not; microphones that hear the same sweep; and the memory it takes.
# SABIN_TEST_DRAWS: interrupted runs.  SABIN_TEST_LONG=1: sweeps of 30 s in place of 1.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
seed=${SABIN_TEST_SEED:-$$}
RANDOM=$seed
echo "seed $seed"

is() # TEXT CONDITION-OF-AWK
{
	if awk "BEGIN { exit !($2) }"; then pass "$1"; else fail "$1: $2"; fi
}

head_of() # three speakers
{
	printf 'size_m: {width: 4, length: 6, height: 3}\n'
	printf 'surfaces: {front: 0.5, back: 0.5, left: 0.5, right: 0.5, floor: 0.5, ceiling: 0.5}\n'
	printf 'speakers:\n  left: {output: 1, position_m: [1, 1, 1.2]}\n  right: {output: 2, position_m: [3, 1, 1.2]}\n'
	printf '  sub: {output: 3, position_m: [0.4, 0.4, 0.2]}\n'
}

places() # COUNT MICROPHONES
{
	echo 'positions:'
	for ((i = 0; i < $1; i++)); do
		printf '  p%d: {position_m: [%s, %s, 1.2], microphone: m%d}\n' $i $((1 + i % 3)) $((2 + i / 3)) $((1 + i % $2))
	done
	printf 'audio: {microphones: {'
	for ((i = 1; i <= $2; i++)); do printf 'm%d: {input: %d}%s' $i $i "$([ $i = "$2" ] || echo ', ')"; done
	printf '}}\n'
}

# ---- interrupted at random
{
	head_of
	places 9 1
	echo 'sweep: {from_hz: 20, to_hz: 22000, length_s: 0.4, tail_s: 0.4}'
	echo 'simulation: {latency_ms: 10}'
} >nine.yaml
began=$(date +%s%N)
expect_status 0 "$sabin" measure nine.yaml --simulate -q -o whole
took_ms=$((($(date +%s%N) - began) / 1000000))
is "27 responses" "$(find whole -maxdepth 1 -name '*.p?.wav' | wc -l) == 27"
for ((draw = 0; draw < ${SABIN_TEST_DRAWS:-1}; draw++)); do
	rm -rf part
	runs=0 status=130
	while [ $status = 130 ] && [ $runs -lt 100 ]; do
		"$sabin" measure nine.yaml --simulate -q -o part --append >out 2>err </dev/null &
		pid=$!
		# a part of what the whole takes on this machine, as busy as it is
		wait_ms=$((took_ms * (10 + RANDOM % 40) / 100))
		sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
		kill -INT $pid 2>/dev/null || true
		status=0
		wait $pid || status=$?
		runs=$((runs + 1))
	done
	is "whole after $runs runs" "$status == 0"
	differ=$(diff -rq whole part | grep -v measurement.yaml || true)
	if [ -z "$differ" ]; then pass "the same files"; else fail "differ: $differ"; fi
	if diff <(grep -v '^date\|^command' whole/measurement.yaml) <(grep -v '^date\|^command' part/measurement.yaml) >out; then
		pass "the same measurement.yaml"
	else
		fail "measurement.yaml: $(head -n 3 out)"
	fi
done

# ---- microphones at once: each hears what it would hear alone, with its own calibration
{
	head_of
	places 5 2
	echo 'sweep: {from_hz: 20, to_hz: 22000, length_s: 0.4, tail_s: 0.4}'
	echo 'simulation: {latency_ms: 10}'
} | sed 's/m1: {input: 1}/m1: {input: 1, calibration: one.txt}/; s/m2: {input: 2}/m2: {input: 2, calibration: two.txt}/' >five.yaml
printf '20 1\n1000 0\n20000 2\n' >one.txt
printf '20 2\n1000 0\n20000 3\n' >two.txt
expect_status 0 "$sabin" measure five.yaml --simulate -o five
if grep -q '15 responses in 9 takes' err; then pass "5 places in 3 rounds"; else fail "$(grep takes err)"; fi
if grep -q ' 15/15 *sub *p4 .* good' err; then pass "a running table"; else fail "no running table"; fi
expect_status 0 "$sabin" measure five.yaml --simulate -q --position p1,p3 -o two
expect_status 0 "$sabin" measure five.yaml --simulate -q --position p0 --append -o two
for f in two/*.p?.wav; do cmp -s "$f" "five/${f#two/}" || fail "$f: not as when measured alone"; done
hold "the calibration of what was there goes along" cmp two.txt two/calibration/two.txt
is "each has its calibration" "$(grep -c 'file: .*calibration/one.txt' five/measurement.yaml) == 9 && $(grep -c 'file: .*calibration/two.txt' five/measurement.yaml) == 6"

# ---- the memory of eight inputs at 192 kHz, which lies on the disk: at 30 s less than 400 MB
length=1 tail=0.3
[ -z "${SABIN_TEST_LONG:-}" ] || length=30 tail=2
{
	head_of
	places 8 8
	echo "sweep: {from_hz: 20, to_hz: 22000, length_s: $length, tail_s: $tail}"
	echo 'simulation: {latency_ms: 10}'
} | sed 's/audio: {/audio: {rate_hz: 192000, /' >eight.yaml

peak() # REPEATS: into $most, the most anonymous memory in MB
{
	local kb=0 word value rest
	"$sabin" measure eight.yaml --simulate -q --speaker left --repeats "$1" --no-recordings -o m --force >out 2>err </dev/null &
	local pid=$!
	while kill -0 $pid 2>/dev/null; do
		while read -r word value rest; do
			if [ "$word" = RssAnon: ] && [ "$value" -gt $kb ]; then kb=$value; fi
		done 2>/dev/null </proc/$pid/status || true
		sleep 0.02
	done
	wait $pid || fail "status $? of a run with eight inputs"
	most=$((kb / 1024))
}
peak 2
twice=$most
# 70 MB that do not grow with the recording: the simulated card, the program (a sanitizer holds on to what was freed)
grep -q __asan_init "$sabin" || is "at most 400 MB at 30 s: $twice MB at $length s" "$twice < 70 + 330 * ($length + $tail + 3.8) / 35.8"
peak 3
is "no more with three repeats: $most MB" "$most < $twice + 16"
finish
