#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# memory.sh: memory runs out at each place where the command or the ALSA plugin asks for it, also through a
# library that says when it has none.  The command ends with a status of sabin(1) and says so; an output
# that was there is there; nothing is left behind.
#
#   PLACES=N     so many places of each command, drawn by SABIN_TEST_SEED; else all
#   DEPTH=N      callers that make places differ (2): an asking line, and the line that called its function;
#                what was seen with one command is not seen again with another
#   COMMANDS=... only these
#
# Places that only a library reaches are counted and not held to this: FFTW's planner ends the process when it
# has no memory, and glibc's own tables cannot be had without.
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${SABIN_TEST_SEED:-$(date +%s)}
echo "SABIN_TEST_SEED=$seed"
[ -z "${COMMANDS-}" ] || commands=$COMMANDS
scene
seen=$T/seen
: >"$seen"

run() # HOW: in $T/place; the status is in $status
{
	status=0
	(cd "$T/place" && SABIN_FAULT=$1 SABIN_FAULT_TOLD=$T/told LD_PRELOAD=$preload \
		timeout -s KILL 120 "$sabin" "${words[@]}" <"$input" >"$T/out" 2>"$T/err") || status=$?
}

bad() # WHAT
{
	fail "$name, $how ${1}: status $status, $(head -n 2 "$T/err" | tr '\n' ' ')"
	printf '    asked for at %s\n' "$callers"
}

judge()
{
	local now
	if [ ! -e "$T/told" ]; then
		missed=$((missed + 1))
		return 0
	fi
	case $status in
	# 4: the plugin had none, and ALSA says so of the device
	4 | 5) grep -qiE 'memory|allocate' "$T/err" || bad 'says nothing of memory' ;;
	0 | 1) [ "$status" -eq "$wanted" ] || bad 'ends otherwise' ;;
	*) bad 'ends badly' ;;
	esac
	! grep -qE 'Sanitizer|runtime error' "$T/err" || bad 'is reported'
	now=$(left)
	[ -z "$now" ] || { bad "leaves $now"; find "$T" -path "$T/old" -prune -o -name '.*sabin-*' -print0 | xargs -0 rm -rf; }
	if [ "$status" -ge 4 ] && [ -n "$outputs" ]; then
		[ "$(sum "$T/place/$outputs")" = "$before" ] || { bad 'spoils what was there'; stand "$name"; }
	fi
}

total=0 missed=0 foreign=0
for name in $commands; do
	command "$name"
	rm -rf "$T/old/$name"
	stand "$name"
	[ "$input" = /dev/null ] || input=$T/answers
	run "list $T/places"
	wanted=$status
	case $status in 0 | 1) ;; *) fail "$name: status $status, $(head -n 1 "$T/err")"; continue ;; esac
	mkdir -p "$T/old/$name"
	[ -z "$outputs" ] || cp -a "$T/place/$outputs" "$T/old/$name/"
	stand "$name"
	before=$(sum "$T/place/$outputs")
	# the first caller that is no library: only libc may stand before it
	awk -v depth="${DEPTH:-2}" -v seen="$seen" -v other="$T/foreign" '
		BEGIN { while ((getline line <seen) > 0) known[line] = 1; print 0 >other }
		{
			k = 3
			while (k <= NF && $k ~ /^(libc\.so|preload\.so)/) k++
			if ($k !~ /^(sabin\+|libasound_module_pcm_sabin)/) { n++; next }
			key = ""
			for (i = 0; i < depth && k + i <= NF; i++) key = key " " $(k + i)
			if (key in known) next
			known[key] = 1
			print key >>seen
			print
		}
		END { print n + 0 >other }' "$T/places" >"$T/chosen"
	foreign=$((foreign + $(tail -n 1 "$T/foreign")))
	if [ -n "${PLACES-}" ]; then
		shuf -n "$PLACES" --random-source=<(yes "$seed") "$T/chosen" >"$T/drawn"
		mv "$T/drawn" "$T/chosen"
	fi
	count=$(wc -l <"$T/chosen") failures=$failed
	while read -r place _ callers; do
		for how in ${HOW:-once lasting}; do
			rm -f "$T/told"
			run "$how $place"
			judge
			total=$((total + 1))
			[ -z "$outputs" ] || [ "$status" -ge 4 ] || stand "$name"
		done
	done <"$T/chosen"
	if [ "$failures" -eq "$failed" ]; then pass "$name: memory refused at $count places"; fi
done
printf '%d runs; %d of them did not come by their place again; %d places are libraries'"'"' own\n' "$total" "$missed" "$foreign"
finish
