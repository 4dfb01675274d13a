#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# shape.sh: no file outgrows its room; every file says its licence; no unfinished work is marked.
set -u
failed=0
while IFS= read -r file; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 600 ] || { echo "$file has $lines lines, 600 are allowed"; failed=1; }
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || { echo "$file: no licence line"; failed=1; }
done < <(find src include tests plots -name '*.[ch]' -o -name '*.sh' -path '*tests*' -o -name '*.gp' -path 'plots/*')
if grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src include plots; then failed=1; fi
exit $failed
