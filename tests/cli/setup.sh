#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# setup.sh: whatever is answered to `sabin setup`, the room file is good or there is none.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"
export ALSA_CONFIG_PATH=$T/asound.conf # no devices, whatever this machine has
: >asound.conf

answer() # STATUS ANSWERS OPTION...: run it with these answers, one a line
{
	local wanted=$1 got=0
	printf '%b' "$2" >answers
	shift 2
	"$sabin" setup "$@" <answers >out 2>err || got=$?
	hold "status $wanted after $(tr '\n' '|' <answers | cut -c 1-60): setup $*" [ "$got" = "$wanted" ]
	[ "$got" = "$wanted" ] || sed 's/^/    /' err
}

# ---- defaults -------------------------------------------------------------------------------------------------
expect_status 0 "$sabin" setup --yes -o yes.yaml
hold "its path is on standard output" [ "$(cat out)" = yes.yaml ]
expect_status 0 "$sabin" room --check yes.yaml
empty=$(printf '\\n%.0s' {1..40})
answer 0 "$empty" -o empty.yaml
hold "empty answers are --yes" cmp -s yes.yaml empty.yaml
hold "defaults are shown" grep -qF 'Height [2.6 m]: ' err
expect_status 2 "$sabin" setup --yes -o yes.yaml
says "--force"
expect_status 0 "$sabin" setup --yes --force -q -o yes.yaml
hold "--quiet says nothing" [ ! -s err ]
expect_status 2 "$sabin" setup --yes
expect_status 5 "$sabin" setup --yes -o missing/room.yaml

# ---- answers are in the file -----------------------------------------------------------------------------------
printf '20 0.1\n1000 0.0\n20000 0.5\n' >mic.txt
printf '%s\n' 'A "room": {x}, # 1 & <b>' 3.9 520cm 2.7 brick-rendered linoleum plaster-on-lath 2 1.5 1.15 1.25 yes 0.2 0.3 0.35 \
	y 0.5 0.3 2.45 1.2 no yes 1.7 0.6 0.75 3 4 5 2 mic.txt yes 6 3 96k >all
answer 0 "$(sed 's/$/\\n/' all | tr -d '\n')" -o all.yaml
for line in 'size_m: {width: 3.9, length: 5.2, height: 2.7}' '  back: brick-rendered' '  floor: linoleum' '  ceiling: plaster-on-lath' \
	'  left: {output: 3, position_m: [1.2, 1.15, 1.25], pair: right, aim_deg: 30, box_m: [0.2, 0.3, 0.35]}' \
	'  right: {output: 4, position_m: [2.7, 1.15, 1.25], pair: left, aim_deg: -30, box_m: [0.2, 0.3, 0.35]}' \
	'  sub: {output: 5, position_m: [0.5, 0.3, 0.25], range_hz: [20, 120]}' '  mix: {position_m: [1.95, 2.45, 1.2]}' \
	'  - {kind: desk, min_m: [1.1, 1.6, 0], max_m: [2.8, 2.2, 0.75]}' '  rate_hz: 96000' '  microphone: {input: 2, calibration: mic.txt}' \
	'  loopback: {output: 6, input: 3}'; do
	hold "$line" grep -qxF -- "$line" all.yaml
done
answer 0 "$(sed '2s/$/ m/; s/$/\\n/' all | tr -d '\n')" -o blank.yaml
hold "a unit may stand apart, as in the question" cmp -s all.yaml blank.yaml
hold "no second place" [ "$(grep -c seat-left all.yaml)" = 0 ]
expect_status 0 "$sabin" room --check all.yaml
hold "the name is what was typed" [ "$("$sabin" room all.yaml --json | python3 -c 'import json, sys; print(json.load(sys.stdin).get("name"))' 2>/dev/null || head -n 1 all)" = "$(head -n 1 all)" ]
answer 0 "$(head -n 19 all | sed 's/$/\\n/' | tr -d '\n')0.12\nno\n$empty" -o low.yaml
hold "nobody is asked for a desk below ears near the floor" [ "$(grep -c 'Is there a desk' err)" = 0 ]
mkdir sub
answer 0 "$(sed 's/$/\\n/' all | tr -d '\n')" -o sub/all.yaml
expect_status 0 "$sabin" room --check sub/all.yaml
expect_status 0 "$sabin" measure yes.yaml --simulate -q --length 0.3s --position mix --speaker left -o m

# ---- wrong answers ----------------------------------------------------------------------------------------------
wrong() # LINE ANSWER WORDS: the answers of `all`, one of them wrong
{
	answer 3 "$(awk -v n="$1" -v a="$2" '{ printf "%s\\n", NR == n ? a : $0 }' all | sed 's/%/%%/g')" -o wrong.yaml
	says "standard input:$1:1: "
	says "$3"
	hold "nothing was written" [ ! -e wrong.yaml ]
}
wrong 2 wide "'wide' is no number in m"
wrong 2 3,9 "with a decimal point"
wrong 2 390 "1 to 100 m is expected"
wrong 3 nan "is no number"
wrong 4 0 "1.5 to 40 m"
wrong 5 gold "no material 'gold'; there are brick-rendered, brick,"
wrong 5 gold "there are $(sed -n 's/^\([a-z0-9-]*\):.*/\1/p' "$tree/rooms/materials.yaml" | paste -s -d , | sed 's/,/, /g')"
wrong 8 3 "a whole number from 1 to 2"
wrong 9 5 "0.3 to 3.7 m"
wrong 10 5 "0.1 to 4.2 m"
wrong 12 perhaps "yes or no is expected"
wrong 19 1.2 "1.45 to 5.1 m"
wrong 26 left "a whole number from 1 to 1024"
wrong 26 99999999999999999999 "a whole number from 1 to 1024"
wrong 30 none.txt "a calibration file or none is expected"
wrong 33 2 "that input is the microphone's"
wrong 34 1k "8000 to 384000 Hz"
answer 3 'Room\n4\n' -o short.yaml
says "the answers ended at"
answer 3 '' -o short.yaml
says "--yes takes the defaults"
answer 3 "$(printf 'x%.0s' {1..600})\\n" -o short.yaml
says "no line of text"
answer 3 'a\033[2Jb\n' -o short.yaml
hold "nothing was written" [ ! -e short.yaml ]

# ---- anything that is accepted is good ---------------------------------------------------------------------------
seed=${SABIN_TEST_SEED:-$$}
echo "seed $seed"
RANDOM=$seed
number() { printf '%d.%02d' $((RANDOM % $1)) $((RANDOM % 100)); } # below $1
good=0 refused=0 odd=0
draws=$(( ${SABIN_TEST_DRAWS:-0} > 0 ? SABIN_TEST_DRAWS : 80 ))
for ((i = 0; i < draws; i++)); do
	{
		echo "room $i"
		for most in 6 8 4; do number $most | sed 's/$/\n/'; done
		printf '\n\n\n'
		echo $((1 + RANDOM % 2))
		for _ in {1..30}; do
			case $((RANDOM % 5)) in
			0) number 3 ; echo ;;
			1) echo yes ;;
			*) echo ;;
			esac
		done
	} >answers
	got=0
	"$sabin" setup -q -o draw.yaml <answers >out 2>err || got=$?
	case $got in
	0) "$sabin" room --check -q draw.yaml >/dev/null && good=$((good + 1)) || odd=$((odd + 1)) ;;
	3) grep -q 'standard input:' err && [ ! -e draw.yaml ] && refused=$((refused + 1)) || odd=$((odd + 1)) ;;
	*) odd=$((odd + 1)) ;;
	esac
	rm -f draw.yaml
done
hold "of $draws random answers $good made a good file and $refused were refused" [ "$odd" = 0 ]
# numbers only where numbers are asked for: most of these pass
good=0
for ((i = 0; i < draws; i++)); do
	w=$((100 + RANDOM % 900)) l=$((200 + RANDOM % 900)) h=$((190 + RANDOM % 300))
	printf '%s\n' "r$i" ${w}cm ${l}cm ${h}cm '' '' '' $((1 + RANDOM % 2)) >answers
	printf '\n%.0s' {1..30} >>answers
	"$sabin" setup -q -o draw.yaml --force <answers >out 2>err && "$sabin" room --check -q draw.yaml >/dev/null && good=$((good + 1))
done
hold "all of $draws sizes of rooms have defaults that fit" [ "$good" = "$draws" ]

# ---- interrupted ---------------------------------------------------------------------------------------------------
mkdir k
mkfifo fifo
for signal in INT TERM; do
	env --default-signal=INT "$sabin" setup -q -o k/room.yaml <fifo >/dev/null 2>&1 &
	pid=$!
	exec 9>fifo
	printf 'Room\n4\n5\n' >&9
	sleep 0.3
	kill -$signal $pid
	got=0
	wait $pid || got=$?
	exec 9>&-
	hold "$signal ends it, and nothing is left" [ "$got" -gt 128 -a -z "$(ls -A k)" ]
done

# ---- on a terminal a wrong answer is asked again --------------------------------------------------------------------
if command -v script >/dev/null; then
	{ printf 'Room\nwide\n3.5\n'; printf '\n%.0s' {1..30}; } >answers
	script -qec "'$sabin' setup -o tty.yaml" /dev/null <answers >out 2>&1 || true
	hold "it says what is wrong" grep -q "'wide' is no number in m" out
	hold "and takes the next answer" grep -q 'width: 3.5' tty.yaml
else
	skip "a terminal: script is not installed"
fi
finish
