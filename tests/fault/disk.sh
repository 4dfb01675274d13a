#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# disk.sh: files cannot be written: each system call in its turn fails with ENOSPC or EIO (strace injects it),
# a real disk is full (a small tmpfs, where one may be mounted), standard output is.  The command ends with 5
# and names what it could not write; what was there is there; nothing is left.  Short and interrupted reads
# and writes change no byte.
#
#   CALLS=N  so many of each call are tried, spread over all (6)
# shellcheck source=tests/fault/lib.sh
. "$(dirname "$0")/lib.sh"

scene
most=${CALLS:-6}

begin() # NAME: an old output stands there, which is another one than the new
{
	name=$1
	command "$name"
	rm -rf "$T/old/$name"
	stand "$name"
	(cd place && "$sabin" "${words[@]}" >/dev/null 2>&1 <"$input")
	mkdir -p "old/$name"
	cp -a "place/$outputs" "old/$name/"
	if [ -d "old/$name/$outputs" ]; then echo old >"old/$name/$outputs/note"; else echo '# old' >>"old/$name/$outputs"; fi
	stand "$name"
	before=$(sum "place/$outputs")
}

judge() # HOW STATUS
{
	local now
	now=$(left)
	[ -z "$now" ] || { fail "$name, $1: leaves $now"; rm -rf $now; }
	[ "$2" -ne 0 ] || { stand "$name"; return 0; } # nobody needed what failed
	[ "$2" -eq 5 ] || fail "$name, $1: status $2, $(head -n 1 "$T/err")"
	grep -q "${outputs%%.*}" "$T/err" || fail "$name, $1: does not name $outputs: $(head -n 1 "$T/err")"
	[ "$(sum "place/$outputs")" = "$before" ] || { fail "$name, $1: spoils what was there"; stand "$name"; }
}

# ---- one call fails
if strace -qq -o /dev/null true 2>/dev/null; then
	for one in 'write ENOSPC' 'write EIO' 'fsync EIO' 'renameat2 EIO' 'rename ENOSPC' 'mkdir ENOSPC' 'ftruncate EIO'; do
		read -r call error <<<"$one"
		for name in ${COMMANDS:-eq measure report setup sweep response}; do
			begin "$name"
			failures=$failed
			(cd place && strace -f -qq -e "trace=$call" -o "$T/calls" "$sabin" "${words[@]}" >/dev/null 2>&1 <"$input") || :
			stand "$name"
			# of the first thread; what goes to the terminal and to pipes is not meant
			count=$(awk -v call="$call" 'index($2, call "(") == 1' "$T/calls" | wc -l)
			step=$(((count + most - 1) / most))
			for ((n = 1; n <= count; n += step)); do
				status=0
				(cd place && strace -f -qq -e trace=none -e "inject=$call:error=$error:when=$n" -o /dev/null \
					"$sabin" "${words[@]}" >"$T/out" 2>"$T/err" <"$input") || status=$?
				judge "$call $n of $count: $error" "$status"
			done
			if [ "$count" -gt 0 ] && [ "$failures" -eq "$failed" ]; then pass "$name: $call fails with $error"; fi
		done
	done
else
	skip 'no strace, or it may not trace: no system call was made to fail'
fi

# ---- interrupted and short: the same bytes
for name in eq sweep response; do
	begin "$name"
	(cd place && "$sabin" "${words[@]}" >/dev/null 2>&1 <"$input")
	want=$(sum "place/$outputs")
	stand "$name"
	status=0
	(cd place && SABIN_FAULT=trickle LD_PRELOAD=$preload "$sabin" "${words[@]}" >"$T/out" 2>"$T/err" <"$input") || status=$?
	[ "$status" -eq 0 ] || fail "$name, seven bytes at a time: status $status, $(head -n 1 "$T/err")"
	hold "$name: seven bytes at a time give the same" [ "$(sum "place/$outputs")" = "$want" ]
done

# ---- standard output is full
for words in 'analyze m --json' 'analyze m --csv' 'response m --json' 'room room.yaml --json' 'help topics' 'devices --json'; do
	status=0
	# shellcheck disable=SC2086
	"$sabin" $words >/dev/full 2>"$T/err" || status=$?
	hold "sabin $words >/dev/full: status $status" [ "$status" -eq 5 ]
done

# ---- a full disk
if unshare -m true 2>/dev/null; then
	for size in 4k 16k 64k 256k; do
		for name in eq measure report; do
			begin "$name"
			full=$T/place/full
			mkdir -p "$full"
			status=0
			unshare -m bash -c '
				mount -t tmpfs -o size='"$size"' tmpfs "$0" && cd "$0" && shift || exit 99
				"$@"; status=$?
				[ -z "$(ls -A)" ] || [ $status -eq 0 ] || { ls -A >&2; exit 98; }
				exit $status' "$full" x "$sabin" "${words[@]//..\//$T/}" >"$T/out" 2>"$T/err" <"$input" || status=$?
			[ "$status" -ne 99 ] || { skip "no tmpfs may be mounted"; break 2; }
			hold "$name on a disk of $size: status $status" [ "$status" -eq 5 ] && grep -q 'No space' "$T/err"
		done
	done
else
	skip 'not root: no small disk is mounted'
fi
finish
