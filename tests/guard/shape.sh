#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# shape.sh: no file outgrows its room; every file says its licence; no unfinished work is marked.
set -u
failed=0
# one pass over all: three processes for each of a thousand files cost half a minute
find src include tests plots \( -name '*.[ch]' -o -name '*.sh' -path '*tests*' -o -name '*.gp' -path 'plots/*' \) -exec awk '
  function judge() {
    if (lines > 600) { print file " has " lines " lines, 600 are allowed"; failed = 1 }
    if (file != "" && !licensed) { print file ": no licence line"; failed = 1 }
  }
  FNR == 1 { judge(); file = FILENAME; licensed = 0 }
  FNR <= 3 && /SPDX-License-Identifier: GPL-3.0-or-later/ { licensed = 1 }
  { lines = FNR }
  END { judge(); exit failed }' {} + || failed=1
if grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src include plots; then failed=1; fi
exit $failed
