#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# coverage.sh [N]: how much of src/ the tests have run through, from the counts that a build with VARIANT=cov left in $B: lines, and
# branches of which both ways were taken; the N files (default 15) with most lines that never ran; the sums.
set -eu
B=${B:-build/cov}
most=${1:-15}
T=$(mktemp -d "${TMPDIR:-/tmp}/sabin-cov.XXXXXX")
trap 'rm -rf "$T"' EXIT
root=$PWD

# One summary a file of ours, whatever includes it: FILE LINES RUN BRANCHES TAKEN.  What no test opened has no counts: none of
# it ran.
find "$B/src" -name '*.gcno' | sort | while read -r notes; do
	gcov -b -c -n "$root/$notes" 2>/dev/null
done | awk '
	/^File / { file = $2; gsub(/\047/, "", file); lines = run = branches = taken = 0; next }
	/^Lines executed:/ { split($2, p, ":"); lines = $4; run = substr(p[2], 1) * $4 / 100; next }
	/^Taken at least once:/ { split($4, p, ":"); branches = $6; taken = p[2] * $6 / 100; next }
	/^No branches/ { branches = taken = 0; next }
	/^(No calls|Calls executed)/ || /^$/ { if (file ~ /^src\/.*\.c$/ && lines > 0) print file, lines, run, branches, taken; file = "" }
' | sed -E 's/executed://' >"$T/files"
sort -u "$T/files" | awk '{
	share = 100
	if ($4 > 0) share = 100 * $5 / $4
	if ($2 - $3 > 0.5) printf("%6d of %5d lines, %5.1f %% of branches  %s\n", $2 - $3 + 0.5, $2, share, $1)
}' |
	sort -rn | head -n "$most"
sort -u "$T/files" | awk '
	{ lines += $2; run += $3; branches += $4; taken += $5; n++ }
	END {
		if (n == 0) { print "no counts: build and test with VARIANT=cov first"; exit 1 }
		printf "%d files: %.1f %% of %d lines, %.1f %% of %d branches\n", n, 100 * run / lines, lines, 100 * taken / branches, branches
	}'
