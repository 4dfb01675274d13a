#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# floors.sh: files include downwards only; the library's mathematics calls nothing that touches the
# world; each third-party library is known to one file.
set -u
failed=0
bad() { echo "$*"; failed=1; }
# one pass over all of src/: a process for each of its includes would cost half a minute
find src -mindepth 2 -name '*.[ch]' -exec awk '
  BEGIN {
    split("signal 1 acoustics 2 room 2 live 2 correction 3 advice 3 io 4 audio 5 roomcard 5 chart 5 screen 5 report 6 cli 7", row)
    for (i = 1; i in row; i += 2) floor[row[i]] = row[i + 1]
    # memory is no part of the world; one file asks for it in its own way
    allowed["src/signal/large.c"] = "<sys/mman[.]h>"
  }
  function bad(text) { print text; failed = 1 }
  FNR == 1 { split(FILENAME, part, "/"); folder = part[2]; own = floor[folder] + 0 }
  /^#include "[^"]*\// {
    split($0, quoted, "\""); split(quoted[2], other, "/"); there = floor[other[1]] + 0
    if (other[1] != folder && there >= own) bad(FILENAME " (floor " own ") includes " quoted[2] " (floor " there ")")
    if (folder == "roomcard" && other[1] == "audio") bad(FILENAME ": the card does not know the measuring side")
  }
  own <= 3 && (/#include <(stdio|unistd|time|fcntl|errno|signal|dirent|locale)[.]h>/ || /#include <sys\//) &&
    !(FILENAME in allowed && $0 ~ allowed[FILENAME]) { bad(FILENAME ": the world is not let in below floor 4: " $0) }
  END { exit failed }' {} + || failed=1
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
