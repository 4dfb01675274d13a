#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# floors.sh: files include downwards only; the library's mathematics calls nothing that touches the
# world; each third-party library is known to one file.
set -u
failed=0
bad() { echo "$*"; failed=1; }
floor() {
  case $1 in
    signal) echo 1 ;; acoustics | room | live) echo 2 ;; correction | advice) echo 3 ;; io) echo 4 ;;
    audio | roomcard | chart | screen) echo 5 ;; report) echo 6 ;; cli) echo 7 ;; *) echo 0 ;;
  esac
}
for file in src/*/*.[ch] src/*/*/*.[ch]; do
  [ -e "$file" ] || continue
  folder=${file#src/} folder=${folder%%/*}
  own=$(floor "$folder")
  while IFS= read -r included; do
    other=${included%%/*}
    [ "$other" = "$included" ] && continue
    [ "$other" = "$folder" ] && continue
    there=$(floor "$other")
    [ "$there" -lt "$own" ] || bad "$file (floor $own) includes $included (floor $there)"
  done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
  if [ "$own" -le 3 ]; then
    # memory is no part of the world; one file asks for it in its own way
    allowed='^$'
    [ "$file" != src/signal/large.c ] || allowed='<sys/mman\.h>'
    grep -nE '#include <(stdio|unistd|time|fcntl|errno|signal|dirent|locale)\.h>|#include <sys/' "$file" |
      grep -v "$allowed" && bad "$file: the world is not let in below floor 4"
  fi
  if [ "$folder" = roomcard ] && grep -q '#include "audio/' "$file"; then bad "$file: the card does not know the measuring side"; fi
done
# what the archive of floors 1 to 3 asks for from outside
worldly='puts|putchar|printf|fprintf|fwrite|fputs|fputc|fopen|fread|fclose|stdout|stderr|stdin|open|read|write|close|getenv|setenv|exit|abort|time|clock|clock_gettime|gettimeofday|nanosleep|system|popen|fork|signal|setlocale|rand|srand'
asked=$(nm -u "${B:-build/release}/libsabin.a" | sed -n 's/^ *U //p' | sort -u | grep -xE "($worldly)(@.*)?|__($worldly)_chk" || true)
if [ "${B:-build/release}" = build/release ] && [ -n "$asked" ]; then bad "libsabin.a calls: $asked"; fi
# no mutable state: data and bss of the library hold FFTW's planner lock only
state=$(nm -f sysv "${B:-build/release}/libsabin.a" | awk -F'|' '$7 ~ /^(\.data|\.bss|\*COM\*)$/ && $4 ~ /OBJECT/ { gsub(/ /, "", $1); print $1 }' |
  grep -v '^planner_lock$' || true)
if [ "${B:-build/release}" = build/release ] && [ -n "$state" ]; then bad "mutable state in libsabin.a: $state"; fi
only() { # PATTERN FILE...: no other file under src/ may match
  local pattern=$1 found
  shift
  found=$(grep -lE "$pattern" -r src | grep -vxF "$(printf '%s\n' "$@")" || true)
  [ -z "$found" ] || bad "knows $pattern: $found"
}
only '#include <fftw3.h>' src/signal/fft.c
only '#include <lapacke.h>' src/signal/linalg.c
only '#include <sndfile.h>' src/io/wav.c
only '#include <yaml.h>' src/io/yaml.c
only '#include <jansson.h>' src/io/json.c
only '#include <ncurses.h>' src/screen/terminal.c
exit $failed
