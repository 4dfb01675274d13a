#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# doc_help.sh: what the manual says of each command is what its --help says; commands, source files and
# manual pages are the same set.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# compare WHAT FILE FILE: the two are equal, or show how they are not
compare()
{
	if diff "$2" "$3" >"$T/diff"; then
		pass "$1"
	else
		fail "$1 (<: program, >: manual)"
		sed 's/^/    /' "$T/diff"
	fi
}

# ---- the three lists of commands ----------------------------------------------------------------------

"$sabin" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort >"$T/table"
for file in "$tree"/src/cli/cmd_*.c; do
	name=${file##*/cmd_}
	echo "${name%.c}"
done | sort >"$T/sources"
for file in "$tree"/man/sabin-*.1; do
	name=${file##*/sabin-}
	echo "${name%.1}"
done | sort >"$T/pages"
if [ -s "$T/table" ]; then
	pass "sabin --help lists $(wc -l <"$T/table") commands"
else
	fail "sabin --help lists no commands"
fi
compare "every command has its cmd_*.c, and the other way round" "$T/table" "$T/sources"
compare "every command has its page, and the other way round" "$T/table" "$T/pages"
sed -n '/^\.Sh COMMANDS/,/^\.Sh OPTIONS/s/^\.It Xr sabin-\([a-z]*\) 1.*/\1/p' "$tree/man/sabin.1" |
	sort >"$T/overview"
compare "sabin(1) lists every command" "$T/table" "$T/overview"

# ---- one command --------------------------------------------------------------------------------------

# The SYNOPSIS of a page as plain words.
synopsis()
{
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/{/^\.Sh/d;p}' "$1" | tr '\n' ' ' |
		sed -e 's/\.Oo Ar OPTION Oc Ns \.\.\./[OPTION].../g' \
			-e 's/\.\(Nm\|Ar\) //g' -e 's/ Ar / /g' -e 's/\(\.\| \)Fl / -/g' -e 's/  */ /g' -e 's/ $//'
	echo
}

# The options of --help: letter or -, long name, argument or nothing.  After a name one blank and a
# word is its argument; the help text of a flag stands further to the right.
help_options()
{
	sed -n '/^options:/,$p' "$1" |
		sed -n -E 's/^  (-(.)|  ) --([a-z-]+)( ([^ ]+))?.*/\2|\3|\5/p'
}

# The same from the .It lines of a page's OPTIONS.
page_options()
{
	sed -n '/^\.Sh OPTIONS/,/^\.Sh [^O]/p' "$1" | sed -n 's/^\.It //p' |
		sed -E -e 's/^Fl (.)( Ar [^ ]+)? , Fl -([a-z-]+)( Ar ([^ ]+))?$/\1|\3|\5/' \
			-e 's/^Fl -([a-z-]+)( Ar ([^ ]+))?$/|\1|\3/'
}

while read -r name; do
	page=$tree/man/sabin-$name.1
	if [ ! -e "$page" ]; then
		fail "$name: no man/sabin-$name.1"
		continue
	fi
	"$sabin" help "$name" >"$T/help"
	sed -n 's/^usage: *//p' "$T/help" | sed -e 's/  */ /g' -e 's/ $//' >"$T/a"
	synopsis "$page" >"$T/b"
	compare "$name: SYNOPSIS" "$T/a" "$T/b"
	help_options "$T/help" >"$T/a"
	page_options "$page" >"$T/b"
	if [ ! -s "$T/a" ]; then
		fail "$name: --help shows no options"
	fi
	compare "$name: OPTIONS, in order" "$T/a" "$T/b"
	"$sabin" --help | sed -n "/^commands:/,/^\$/s/^  $name  *//p" >"$T/a"
	sed -n 's/^\.Nd //p' "$page" >"$T/b"
	compare "$name: the one line that says what it does" "$T/a" "$T/b"
	"$sabin" "$name" --help >"$T/b"
	compare "$name: 'sabin help $name' is 'sabin $name --help'" "$T/help" "$T/b"
done <"$T/table"

# ---- lint -----------------------------------------------------------------------------------------------

if ! command -v mandoc >/dev/null; then
	skip "lint: mandoc is not installed"
else
	for page in "$tree"/man/*.[1-9] "$B"/man/*.[1-9]; do
		# the source is as wide as the house's, the name of the system is ours, and what is not installed is looked up below
		mandoc -T lint -W style "$page" 2>/dev/null | grep -vE 'input text line longer than 80|operating system explicitly specified|referenced manual not found' \
			>"$T/lint" || true
		if [ ! -s "$T/lint" ]; then
			pass "lint ${page##*/}"
		else
			fail "lint ${page##*/}"
			sed 's/^/    /' "$T/lint"
		fi
	done
fi

# Pages of ours that pages refer to exist.
sed -n -E 's/.*\.?Xr (lib)?(sabin[a-z-]*) ([0-9]).*/\1\2.\3/p' "$tree"/man/*.[1-9] "$B"/man/*.[1-9] | sort -u >"$T/xr"
while read -r page; do
	if [ -e "$tree/man/$page" ] || [ -e "$B/man/$page" ]; then
		pass "a page refers to $page, which exists"
	else
		fail "a page refers to $page, which does not exist"
	fi
done <"$T/xr"

finish
