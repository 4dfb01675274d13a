#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# hacking.sh: the walks of sabin-hacking(7), followed to the letter in a copy of the source: every change applies, and
# what is new compiles.  SABIN_TEST_HACKING=1 (make check-hacking): the copy is built as well, new command, chart and dialect
# are used, and the rails and the tests that the page names pass.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

page=$tree/man/sabin-hacking.7
copy=$T/copy
mkdir "$copy"
(cd "$tree" && cp -a CHANGELOG.md Makefile README.md include man plots rooms src tests "$copy")

# follow PAGE FOLDER: each display below an item `.It Pa FILE` is the file where there is none, else lines of it that go
# (-), come (+) or stay ( ), which must stand there once.  Prints the names of the files.
follow()
{
	awk -v folder="$2/" '
	function plain(s) { gsub(/\\&/, "", s); gsub(/\\\(aq/, "\047", s); gsub(/\\e/, "\\", s); return s }
	function slurp(path,  s, line) { s = ""; while ((getline line <path) > 0) s = s line "\n"; close(path); return s }
	function change(body,  i, c, rest, old, new, at) {
		old = new = ""
		for (i = 1; i <= n; i++) {
			c = substr(text[i], 1, 1)
			rest = substr(text[i], 2) "\n"
			if (c != "+") old = old rest
			if (c != "-") new = new rest
			if (c !~ /[-+ ]/) old = ""
		}
		at = old == "" ? 0 : index(body, old)
		if (!at || index(substr(body, at + 1), old)) {
			print file ": what is to be changed does not stand there once" >"/dev/stderr"
			bad = 1
			return body
		}
		return substr(body, 1, at - 1) new substr(body, at + length(old))
	}
	!open && /^\.(It|El|Sh|Ss)/ { file = $2 == "Pa" && NF == 3 ? $3 : "" }
	/^\.Bd/ && file != "" { open = 1; n = 0; next }
	/^\.Ed/ && open {
		open = 0
		body = slurp(folder file)
		if (body != "") body = change(body)
		else for (i = 1; i <= n; i++) body = body text[i] "\n"
		printf "%s", body >(folder file)
		close(folder file)
		print file
		next
	}
	open { text[++n] = plain($0) }
	END { exit bad }' "$1"
}

if follow "$page" "$copy" >"$T/files" 2>"$T/err"; then
	pass "the page's $(wc -l <"$T/files") changes apply"
else
	fail "the page changes what is not there"
	sed 's/^/    /' "$T/err"
fi
chmod +x "$copy/tests/cli/peak.sh"
for file in src/cli/cmd_peak.c src/chart/kind_centre.c src/io/dialect/table.c; do
	hold "the page makes $file" grep -qx "$file" "$T/files"
done
cd "$copy"
grep '^src/.*\.c$' "$T/files" | sort -u >"$T/sources"
hold "what is new compiles" xargs "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -include src/banned.h -Iinclude -Isrc -Wall -Wextra -Werror \
	-fsyntax-only -DSABIN_VERSION='""' -DSABIN_DATADIR='""' -DSABIN_PLUGINDIR='""' <"$T/sources"

if [ -n "${SABIN_TEST_HACKING:-}" ]; then
	mkdir build
	cp -a "$B" build/
	B=build/${B##*/}
	export B
	read -ra make <<<"${MAKE:-make}"
	if "${make[@]}" --no-print-directory VARIANT="${B##*/}" all "$B/tests/test_chart" "$B/tests/test_dialects" >"$T/out" 2>&1; then
		pass "the copy builds"
	else
		fail "the copy does not build"
		grep -v '^  [A-Z]' "$T/out" | head -n 20
	fi
	hold "rails and tests" tests/run.sh tests/guard/*.sh tests/cli/{peak,doc_help,completion}.sh "$B/tests/test_chart" "$B/tests/test_dialects"
	cd "$T"
	sabin=$copy/$B/sabin
	export SABIN_PLOTS=$copy/plots SABIN_ROOMS=$copy/rooms
	sed 's/^sweep:.*/sweep: {length_s: 1, tail_s: 0.5}/' "$tree/rooms/control-room.yaml" >room.yaml
	expect_status 0 "$sabin" measure room.yaml --simulate -q --speaker left --position mix -o m
	expect_status 0 "$sabin" plot m --kind centre -q -o centre.svg
	hold "the chart of the page is drawn" grep -q 'Centre time' centre.svg
	printf 'Preamp: -3 dB\nFilter 1: ON PK Fc 100 Hz Gain -3 dB Q 2\n' >left.txt
	expect_status 0 "$sabin" eq --from left.txt --dialect table -q -o table
	expect_status 0 "$sabin" eq --from table/table/left.tsv --dialect autoeq -q -o again
	hold "the dialect of the page says the same again" grep -q 'PK Fc 100' again/autoeq/left.txt
fi
finish
