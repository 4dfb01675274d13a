# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lib.sh: what the tests of the command share; sourced by them.
#
#   $B       the build folder, build/release unless the environment says otherwise; made absolute
#   $sabin   the command in it
#   $tree    the source tree
#   $T       a temporary folder, removed at the end
#   pass TEXT, fail TEXT, skip TEXT      one line each; the first two are counted
#   expect_status N COMMAND...           run it; what it said is in $T/out and $T/err
#   hold TEXT COMMAND...                 does it succeed?
#   has TEXT                             true where the last output holds it: hold '...' has '...'
#   says TEXT                            the last messages hold it, and no report of a sanitizer
#   says_once TEXT                       the same, and there is no other message
#   numbers KEY FILE                     of a key in a JSON document, one a line, in its order
#   at_most LIMIT KEY FILE               every number of that key is there and at most LIMIT
#   no_more KEY_A KEY_B SLACK FILE       keys held against each other, number by number: a <= b + slack
#   between NAME LOW HIGH                NAME becomes a random number in between, three digits
#   one_of WORD...                       $chosen becomes one of them, by chance
#   typed                                of standard input the commands behind "$ ", one a line; where one ends in \, | or && the
#                                        next line goes on with it
#   displays PAGE                        what a manual page displays (.Dl, .Bd to .Ed), as it is read
#   finish                               the last line; the exit status tells whether all passed

set -eu

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-build/release}
case $B in
/*) ;;
*) B=$tree/$B ;;
esac
sabin=$B/sabin
export LC_ALL=C.UTF-8
unset SABIN_ROOMS SABIN_PLOTS NO_COLOR

if [ ! -x "$sabin" ]; then
	echo "there is no $sabin; run make first" >&2
	exit 2
fi

T=$(mktemp -d "${TMPDIR:-/tmp}/sabin-cli.XXXXXX")
trap 'rm -rf "$T"' EXIT

passed=0
failed=0

# A subshell has random numbers of its own; so these set variables.
between()
{
	local r=$RANDOM
	printf -v "$1" %s "$(awk -v l="$2" -v h="$3" -v r="$r" 'BEGIN { printf "%.3f", l + (h - l) * r / 32767 }')"
}
one_of() { local i=$((RANDOM % $# + 1)); chosen=${!i}; }

pass()
{
	printf 'ok: %s\n' "$*"
	passed=$((passed + 1))
}

fail()
{
	printf 'FAILED: %s\n' "$*"
	failed=$((failed + 1))
}

skip()
{
	printf 'skipped: %s\n' "$*"
}

expect_status()
{
	local wanted=$1 got=0
	shift
	"$@" >"$T/out" 2>"$T/err" </dev/null || got=$?
	if [ "$got" -eq "$wanted" ]; then
		pass "status $wanted: ${*/#"$sabin"/sabin}"
		return 0
	fi
	fail "status $got, expected $wanted: ${*/#"$sabin"/sabin}"
	sed 's/^/    /' "$T/err"
	return 0
}

hold()
{
	local text=$1
	shift
	if "$@"; then pass "$text"; else fail "$text"; fi
}

has() { grep -qF -- "$1" "$T/out"; }

says()
{
	if grep -qF -- "$1" "$T/err" && ! grep -qE 'Sanitizer|runtime error' "$T/err"; then
		pass "says: $1"
	else
		fail "does not say: $1"
		sed 's/^/    /' "$T/err"
	fi
}

says_once()
{
	says "$1"
	if [ "$(grep -c '^sabin' "$T/err")" -ne 1 ]; then fail "says more than: $1"; fi
}

numbers()
{
	sed -n "s/^ *\"$1\": \(-\{0,1\}[0-9.e+-]*\),\{0,1\}\$/\1/p" "$2"
}

at_most()
{
	numbers "$2" "$3" | awk -v most="$1" '{ n++; if ($1 > most) bad = 1 } END { exit bad || !n }'
}

no_more()
{
	paste <(numbers "$1" "$4") <(numbers "$2" "$4") |
		awk -v slack="$3" '{ n++; if ($1 > $2 + slack) bad = 1 } END { exit bad || !n }'
}

typed()
{
	awk '
	!more { if (index($0, "$ ") != 1) next; line = substr($0, 3) }
	more { sub(/^ */, ""); line = line " " $0 }
	{ more = line ~ /(\\|\||&&)$/; sub(/ *\\$/, "", line); if (!more) print line }'
}

displays()
{
	sed -n -e 's/^\.Dl //p' -e '/^\.Bd/,/^\.Ed/{/^\./d;p}' "$1" | sed -e "s/\\\\(aq/'/g" -e 's/\\e/\\/g'
}

finish()
{
	printf '%d passed, %d failed\n' "$passed" "$failed"
	[ "$failed" -eq 0 ]
}
