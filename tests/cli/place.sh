#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# place.sh: sabin place: what moves and what stays, its JSON, and rooms in which nothing fits.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
export SABIN_ROOMS=$tree/rooms

room() # NAME LINE...: a small room with more lines
{
	local name=$1
	shift
	{
		echo 'size_m: {width: 3.2, length: 4.2, height: 2.5}'
		echo 'surfaces: {front: 0.15, back: 0.35, left: 0.2, right: 0.2, floor: 0.1, ceiling: 0.3}'
		echo 'speakers:'
		echo '  left: {output: 1, position_m: [1.025, 0.6, 1.2], pair: right}'
		echo '  right: {output: 2, position_m: [2.175, 0.6, 1.2]}'
		echo '  sub: {output: 3, position_m: [0.4, 0.4, 0.2], range_hz: [20, 80]}'
		echo '  rear: {output: 4, position_m: [1.6, 3.9, 1.2]}'
		echo 'positions: {mix: {position_m: [1.6, 1.6, 1.2]}, beside: {position_m: [2.0, 1.7, 1.2]}}'
		printf '%s\n' "$@"
	} >"$name"
}

has() # PATTERN: somewhere in the output
{
	if grep -qE -- "$1" "$T/out"; then pass "prints $1"; else
		fail "does not print $1"
		head -n 20 "$T/out" | sed 's/^/    /'
	fi
}

# The three numbers of NAME in the first alternative of a JSON document.
best()
{
	tr -d ' \n' <"$T/out" | sed 's/.*"best":\[{//' | grep -oE "\"$1\":\[[^]]*\]" | head -n 1 | sed 's/.*:\[//; s/\]//'
}

equal() # WHAT GOT WANTED
{
	if [ "$2" = "$3" ]; then pass "$1: $2"; else fail "$1: $2, expected $3"; fi
}

room plain.yaml
expect_status 0 "$sabin" place plain.yaml --step 0.1 --tolerance 0 --top 2 --json -q
has '"schema": "sabin.placement/1"'
has '"score": "flat-v1"'
has '"current"'
has '"metrics"'
has '"best"'
equal 'a speaker that is not scored stays' "$(best rear)" 1.6,3.9,1.2

expect_status 0 "$sabin" place plain.yaml --step 0.1 --tolerance 0 --top 1 --keep LEFT,mix --json -q
equal 'a kept speaker' "$(best left)" 1.025,0.6,1.2
equal 'and its partner' "$(best right)" 2.175,0.6,1.2
equal 'a kept listener' "$(best mix)" 1.6,1.6,1.2

expect_status 0 "$sabin" place plain.yaml --step 0.1 --tolerance 0 --top 1 --move mix,beside --json -q
equal 'all but what --move names' "$(best sub)" 0.4,0.4,0.2
mix=$(best mix)
beside=$(best beside)
equal 'another place goes along' "$(echo "$mix,$beside" | awk -F, '{ printf "%.3f %.3f", $4 - $1, $5 - $2 }')" '0.400 0.100'

room boxed.yaml 'place: {left: {min_m: [0.5, 0.5, 1.0], max_m: [0.7, 0.7, 1.1]}}'
expect_status 0 "$sabin" place boxed.yaml --step 0.05 --tolerance 0 --top 1 --json -q
equal 'in its box' "$(best left | awk -F, '{ print ($1 >= 0.5 && $1 <= 0.7 && $2 >= 0.5 && $2 <= 0.7 && $3 == 1.1) }')" 1

expect_status 0 "$sabin" place plain.yaml --step 0.2 --top 1
has 'scored as they sound together in their ranges, without a crossover'
has '^  now +[0-9.]+'
has 'rear is not part of the score'

has '^      costs?:|^      gains:  [a-z ]+ -?[0-9.]+ → -?[0-9.]+ dB \([-+][0-9.]+\)'
has '^      [0-9.]+ m to the listener, half-angle [0-9.]+°$'
has '^      [0-9.]+ m to the listener \([-+][0-9.]+\), half-angle [0-9.]+° \([-+][0-9.]+\)$'

# one of a pair cannot move alone; where nothing may move there is a score and no search
has_error() { if grep -q -- "$1" "$T/err"; then pass "says: $1"; else fail "does not say: $1"; fi; }
expect_status 2 "$sabin" place plain.yaml --move left
has_error 'left moves only together with right'
expect_status 2 "$sabin" place plain.yaml --move left,right --keep right
has_error 'right is both to move and to stay\|left moves only together with right'
expect_status 0 "$sabin" place plain.yaml --keep left,mix,sub --top 2
has 'Nothing may move, so nothing was searched'
if grep -q 'good within' "$T/out"; then fail 'no empty basin'; else pass 'no empty basin'; fi

# nobody sits above the table; on a sofa one does
room table.yaml 'objects: [{kind: table, min_m: [1.0, 1.3, 0], max_m: [2.2, 2.6, 0.5]}]'
expect_status 0 "$sabin" place table.yaml --step 0.1 --tolerance 0 --top 1 --json -q
has 'or 0.1 m from an object'
equal 'not above the table' "$(best mix | awk -F, '{ print ($2 <= 1.2 + 1e-9 || $2 >= 2.7 - 1e-9) }')" 1
sed 's/kind: table/kind: sofa/' table.yaml >sofa.yaml
expect_status 0 "$sabin" place sofa.yaml --step 0.1 --tolerance 0 --top 1 --json -q
has '"breaks": null'

# the chart's number is the one that is printed
expect_status 0 "$sabin" place plain.yaml --step 0.5 --top 1
now=$(awk '$1 == "now" && $2 ~ /^[0-9.]+$/ { printf "%.1f", $2; exit }' "$T/out")
cp plain.yaml charted.yaml
printf '%s\n' 'sweep: {length_s: 1, tail_s: 0.5}' >>charted.yaml
expect_status 0 "$sabin" measure --simulate charted.yaml -o charted -q --speaker left --position mix
expect_status 0 "$sabin" plot charted --kind placement --script -o chart -q
equal 'now on the chart' "$(grep -rhoE "now [0-9]+\.[0-9]" chart* | head -n 1)" "now $now"

room full.yaml 'keep_out: [{name: all, min_m: [0, 0, 0], max_m: [3.2, 4.2, 2.5]}]'
expect_status 3 "$sabin" place full.yaml --step 0.2
has_error 'no arrangement keeps all constraints'
expect_status 2 "$sabin" place plain.yaml --move nobody
has_error "no speaker or position 'nobody'"
expect_status 2 "$sabin" place plain.yaml --move rear
has_error 'is not part of the score'
expect_status 2 "$sabin" place plain.yaml --tolerance -1
if grep -q ' cm$' "$T/err"; then pass 'the unit is told'; else fail 'the unit is told'; cat "$T/err"; fi
expect_status 2 "$sabin" place plain.yaml --step 10
if grep -q ' m$' "$T/err"; then pass 'the unit is told'; else fail 'the unit is told'; cat "$T/err"; fi
expect_status 2 "$sabin" place plain.yaml --tolerance x
says_once 'expected a length such as 5 or 0.05m'
expect_status 2 "$sabin" place plain.yaml --step x
says_once 'expected a length such as 0.1 or 10cm'
expect_status 2 "$sabin" place plain.yaml --score loud
sed 's/width: 3.2, length: 4.2, height: 2.5/width: 400, length: 400, height: 90/' plain.yaml >hall.yaml
expect_status 3 "$sabin" place hall.yaml
has_error 'too large to be searched'

finish
