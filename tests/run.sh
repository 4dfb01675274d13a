#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh [--loud] [--valgrind] PROGRAM...: run test programs and scripts one after the other.
# What they print is shown when they fail, or always with --loud.  Ends with "N passed, N failed".
set -u
loud='' wrap=()
while :; do
  case ${1-} in
    --loud) loud=1 ;;
    --valgrind)
      wrap=(valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite)
      # forty times slower: what is drawn by chance is drawn once, and the same every time
      export SABIN_TEST_DRAWS=${SABIN_TEST_DRAWS:-1} SABIN_TEST_SEED=${SABIN_TEST_SEED:-1}
      echo "random tests: SABIN_TEST_DRAWS=$SABIN_TEST_DRAWS SABIN_TEST_SEED=$SABIN_TEST_SEED" ;;
    *) break ;;
  esac
  shift
done
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
for test in "$@"; do
  start=$(date +%s.%N)
  "${wrap[@]}" "$test" >"$log" 2>&1 </dev/null
  status=$?
  took=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
  if [ $status -eq 77 ]; then
    skipped=$((skipped + 1))
    printf 'skip  %s: %s\n' "$test" "$(tail -n 1 "$log")"
  elif [ $status -eq 0 ]; then
    passed=$((passed + 1))
    printf 'ok    %s (%s s)\n' "$test" "$took"
    [ -z "$loud" ] || cat "$log"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s (status %d, %s s)\n' "$test" "$status" "$took"
    cat "$log"
  fi
done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
