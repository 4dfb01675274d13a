#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# headers.sh: every header compiles alone; a public one with no other folder than include/.
set -u
failed=0
for h in include/sabin/*.h; do
  printf '#include <%s>\n' "${h#include/}" |
    ${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c - || { echo "not self-contained: $h"; failed=1; }
  grep -nE '#include <(fftw3|lapacke|sndfile|yaml|jansson|alsa)' "$h" && { echo "third-party header in $h"; failed=1; }
done
for h in src/*/*.h; do
  printf '#include "%s"\n' "${h#src/}" |
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -Isrc -fsyntax-only -x c - || { echo "not self-contained: $h"; failed=1; }
done
exit $failed
