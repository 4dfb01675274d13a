#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# kills.sh: measure, eq and report are killed at random moments over an output of theirs that stood there
# before: SIGKILL mostly, else SIGTERM or SIGINT.  The old output is whole, or the new one; what cannot be
# removed by who is killed is the next run's to remove or to name.  A measurement that is interrupted, not killed, ends
# with what it has and says so (`complete: false`), for --append to go on with.
#
#   KILLS=N       so many of each command (1000)
#   COMMANDS=...  only these
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${SABIN_TEST_SEED:-$(date +%s)}
RANDOM=$seed
echo "SABIN_TEST_SEED=$seed"
kills=${KILLS:-1000}
# the old output is another one than the new: of other options
declare -A older=([measure]='measure ../room.yaml --simulate -q --speaker left --position mix --force -o m'
	[eq]='eq ../m -q --filters 3 --force -o c' [report]='report ../m --speaker left --force -o r.html')
scene

# What else lies here.
others()
{
	find . -mindepth 1 -maxdepth 1 ! -name "$outputs" -printf '%f '
}

# Is the new output whole?  Measurements and reports hold the time; they are read.
whole()
{
	case $name in
	eq) [ "$(sum "$T/place/$outputs")" = "$new" ] ;;
	measure)
		"$sabin" analyze "$T/place/m" --only noise -q >/dev/null 2>&1 &&
			if grep -q '^complete: false' "$T/place/m/measurement.yaml"; then [ "$signal" != KILL ]
			else [ "$(find "$T/place/m" -type f | wc -l)" -eq "$files" ]; fi
		;;
	report) tail -c 20 "$T/place/r.html" | grep -q '</html>' && [ "$(grep -c '<svg' "$T/place/r.html")" -eq "$files" ] ;;
	esac
}

for name in ${COMMANDS:-measure eq report}; do
	command "$name"
	stand none
	declare -A statuses=()
	cd "$T/place"
	read -ra former <<<"${older[$name]}"
	"$sabin" "${former[@]}" >/dev/null 2>&1
	mkdir -p "$T/old/$name"
	cp -a "$outputs" "$T/old/$name/"
	old=$(sum "$outputs")
	# how long it takes while others work, too: the longest of three
	longest=0
	for _ in 1 2 3; do
		start=${EPOCHREALTIME/./}
		"$sabin" "${words[@]}" >/dev/null 2>&1
		took=$((${EPOCHREALTIME/./} - start))
		[ "$took" -le "$longest" ] || longest=$took
	done
	new=$(sum "$outputs")
	[ "$new" != "$old" ] || fail "$name: old and new are one"
	files=$(if [ "$name" = report ]; then grep -c '<svg' r.html; else find "$outputs" -type f | wc -l; fi)
	stand "$name"
	cd "$T/place"
	stays=0 changed=0 ended=0 lost=0 failures=$failed
	statuses=()
	for ((i = 0; i < kills; i++)); do
		signal=KILL
		case $((RANDOM % 10)) in 0) signal=TERM ;; 1) signal=INT ;; esac
		after=$((longest * RANDOM / 32768 * 11 / 10))
		status=0
		before=$(others)
		(
			# a child of a shell without job control would not hear SIGINT
			exec timeout -s "$signal" --foreground "$((after / 1000000)).$(printf %06d $((after % 1000000)))" \
				"$sabin" "${words[@]}" >/dev/null 2>&1 </dev/null
		) || status=$?
		statuses[$status]=$((${statuses[$status]:-0} + 1))
		now=$(sum "$outputs")
		if [ "$now" = "$old" ]; then stays=$((stays + 1))
		elif whole; then changed=$((changed + 1)) && stand "$name" && cd "$T/place"
		else
			fail "$name, SIG$signal after $after us: the output is neither old nor new"
			[ -z "${KEEP-}" ] || cp -a "$T" "$KEEP/$name.$i"
			stand "$name" && cd "$T/place"
		fi
		names=$(others)
		if [ "$names" != "$before" ]; then lost=$((lost + 1)); fi
		# somebody who can tidy up does; what lies there after SIGKILL the next run removes
		if [ -n "$names" ] && [ "$names" != "$before" ] && [ "$signal" != KILL ]; then
			fail "$name, SIG$signal after $after us, leaves $names"
		fi
		[ "$(wc -w <<<"$names")" -le 1 ] || fail "$name: temporaries gather: $names"
		# of measurements it is only told
		if [ "$name" = measure ]; then rm -rf .m.sabin-*; fi
		[ "$status" -ne 0 ] || ended=$((ended + 1))
	done
	tally=''
	for status in "${!statuses[@]}"; do tally="$tally $status:${statuses[$status]}"; done
	text="$name: $kills runs, $((kills - ended)) killed; old $stays, new $changed; a temporary after $lost; statuses$tally"
	if [ "$failures" -eq "$failed" ]; then pass "$text"; else echo "$text"; fi
done
finish
