#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh [--loud] [--valgrind] PROGRAM...: run test programs and scripts, as many at a time as there are
# processors (JOBS), and report them in the order given.  Programs that measure time or hold a server
# (a line "# alone" in a script) run by themselves at the end; with --loud, for benchmarks, all do.
# What they print is shown when they fail, or always with --loud.  Ends with "N passed, N failed".
# Random tests draw the same numbers every time unless SABIN_TEST_SEED says otherwise ("clock": others).
set -u
loud='' wrap=()
jobs=${JOBS:-$(nproc)}
while :; do
  case ${1-} in
    --loud) loud=1 jobs=1 ;;
    --valgrind)
      wrap=(valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite)
      # forty times slower: what is drawn by chance is drawn once
      export SABIN_TEST_DRAWS=${SABIN_TEST_DRAWS:-1}
      echo "random tests: SABIN_TEST_DRAWS=$SABIN_TEST_DRAWS" ;;
    *) break ;;
  esac
  shift
done
export SABIN_TEST_SEED=${SABIN_TEST_SEED:-1}
[ "$SABIN_TEST_SEED" != clock ] || unset SABIN_TEST_SEED

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0

# run_one NUMBER PROGRAM: what it prints, its status and its time, in files
run_one() {
  local start
  start=$(date +%s.%N)
  "${wrap[@]}" "$2" >"$results/$1.log" 2>&1 </dev/null
  printf '%d %.1f\n' $? "$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')" \
    >"$results/$1.part"
  mv "$results/$1.part" "$results/$1.done"
}

# tell NUMBER PROGRAM: the line of a test that has ended
tell() {
  local status took
  read -r status took <"$results/$1.done"
  if [ "$status" -eq 77 ]; then
    skipped=$((skipped + 1))
    printf 'skip  %s: %s\n' "$2" "$(tail -n 1 "$results/$1.log")"
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    printf 'ok    %s (%s s)\n' "$2" "$took"
    [ -z "$loud" ] || cat "$results/$1.log"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s (status %d, %s s)\n' "$2" "$status" "$took"
    cat "$results/$1.log"
  fi
}

together=() alone=()
for test in "$@"; do
  if [ "$jobs" -gt 1 ] && grep -Iqx '# alone' "$test"; then alone+=("$test"); else together+=("$test"); fi
done
order=("${together[@]}" "${alone[@]}")

told=0
tell_done() {
  while [ $told -lt ${#order[@]} ] && [ -e "$results/$told.done" ]; do
    tell $told "${order[told]}"
    told=$((told + 1))
  done
}

for i in "${!order[@]}"; do
  most=$jobs
  [ "$i" -lt ${#together[@]} ] || most=1
  while [ "$(jobs -rp | wc -l)" -ge "$most" ]; do
    wait -n
    tell_done
  done
  run_one "$i" "${order[i]}" &
done
while [ $told -lt ${#order[@]} ]; do
  wait -n
  tell_done
done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
