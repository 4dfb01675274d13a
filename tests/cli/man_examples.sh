#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# man_examples.sh: every command line of the manual's EXAMPLES does what the page promises.
#
# Lines that begin with "$ " in the EXAMPLES of man/sabin*.1 are run, page by page, in an empty folder
# in which `rooms` is a link to the sample rooms.  They must end with status 0, or with the N of a
# preceding comment line `.\" status N`.  Lines without that prompt need a sound card and are not run.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$B:$PATH

# "STATUS COMMAND" for each example of a page.
examples()
{
	awk '
	/^\.Sh / { inside = $2 == "EXAMPLES"; next }
	!inside { next }
	/^\.\\" status [0-9]+$/ { status = $3; next }
	{ sub(/^\.Dl /, "") }
	/^\$ / {
		line = substr($0, 3)
		gsub(/\\e/, "\\", line)
		gsub(/\\-/, "-", line)
		gsub(/\\\(aq/, "\x27", line)
		gsub(/\\&/, "", line)
		print status + 0, line
		status = 0
	}' "$1"
}

# The folder in which a page's examples run.
enter()
{
	mkdir "$T/$1"
	ln -s "$tree/rooms" "$T/$1/rooms"
	cd "$T/$1"
}

# Run an example.  The same room, simulated, measures the same: what one page measured is copied for the
# next one that begins like that.
try() # COMMAND LINE
{
	local line=$1 kept got=0
	kept=$T/kept.$(printf %s "$line" | cksum | tr ' ' .)
	case $line in
	'sabin measure rooms/'*' --simulate '*' -o before')
		if [ -d "$kept" ] && [ ! -e before ]; then
			cp -r "$kept" before
			return 0
		fi
		bash -c "set -o pipefail; $line" || got=$?
		[ $got -ne 0 ] || cp -r before "$kept"
		return $got
		;;
	*) bash -c "set -o pipefail; $line" ;;
	esac
}

for page in "$tree"/man/sabin*.1; do
	name=$(basename "$page" .1)
	enter "$name"
	examples "$page" >"$T/examples"
	if [ ! -s "$T/examples" ]; then
		fail "$name has no examples that can be run"
	fi
	while read -r status line; do
		case $line in
		*'sabin plot'* | 'gnuplot '*)
			if ! command -v gnuplot >/dev/null; then
				skip "$line (gnuplot is not installed)"
				continue
			fi
			;;
		esac
		got=0
		try "$line" >"$T/out" 2>"$T/err" </dev/null || got=$?
		if [ "$got" -eq "$status" ]; then
			pass "$name: $line"
		else
			fail "$name: $line (status $got, expected $status)"
			sed 's/^/    /' "$T/err"
		fi
	done <"$T/examples"
	cd "$tree"
done

# ---- the files in sabin-room(5): the first is whole, the others are parts that go with it ------------------

awk -v folder="$T" '
/^\.Sh / { inside = $2 == "EXAMPLES"; next }
inside && /^\.Bd/ { part = folder "/part" ++count ".yaml"; next }
/^\.Ed/ { part = ""; next }
part != "" { print >part }' "$tree/man/sabin-room.5"
parts=0
for part in "$T"/part*.yaml; do
	parts=$((parts + 1))
	[ "$part" = "$T/part1.yaml" ] || cat "$T/part1.yaml" >>"$part"
	expect_status 0 "$sabin" room --check "$part"
done
if [ "$parts" -lt 2 ]; then
	fail "sabin-room(5) has no examples"
fi

# ---- the program in libsabin(3) ---------------------------------------------------------------------------

sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$tree/man/libsabin.3" |
	sed -n '/^\.Bd/,/^\.Ed/{/^\./d;s/\\e/\\/g;p}' >"$T/example.c"
fftw=$("${PKG_CONFIG:-pkg-config}" --libs fftw3 2>/dev/null) || fftw=-lfftw3
flags=
case $B in
*/san) flags='-fsanitize=address,undefined' ;;
*/cov) flags=--coverage ;;
esac
# shellcheck disable=SC2086 # the flags are words
if ! "${CC:-cc}" -std=gnu11 -Wall -Wextra -Werror -I"$tree/include" $flags -o "$T/example" \
	"$T/example.c" "$B/libsabin.a" $fftw -lm -lpthread 2>"$T/err"; then
	fail "libsabin: the example compiles"
	sed 's/^/    /' "$T/err"
elif ! (cd "$T" && ./example >out) || ! grep -q '^T20 0\.[0-9][0-9] s$' "$T/out"; then
	fail "libsabin: the example gives a reverberation time"
	sed 's/^/    /' "$T/out"
else
	pass "libsabin: the example compiles and gives $(cat "$T/out")"
fi

finish
