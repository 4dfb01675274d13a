#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh [--loud] [--valgrind] [--jobs N] PROGRAM...: run test programs and scripts, several at a time
# (--jobs, else as many as there are processors), and tell of them in the order in which they are named.
# What they print is shown when they fail, or always with --loud.  Ends with "N passed, N failed, N skipped".
# Random tests draw the same numbers every time unless SABIN_TEST_SEED says otherwise ("clock": others).
set -u
loud='' wrap=() jobs=$(nproc 2>/dev/null || echo 1)
while :; do
  case ${1-} in
    --loud) loud=1 ;;
    --valgrind)
      wrap=(valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite)
      # forty times slower: what is drawn by chance is drawn once
      export SABIN_TEST_DRAWS=${SABIN_TEST_DRAWS:-1}
      echo "random tests: SABIN_TEST_DRAWS=$SABIN_TEST_DRAWS" ;;
    --jobs) jobs=$2; shift ;;
    *) break ;;
  esac
  shift
done
tests=("$@")
export SABIN_TEST_SEED=${SABIN_TEST_SEED:-1}
[ "$SABIN_TEST_SEED" != clock ] || unset SABIN_TEST_SEED

# What spends its time asleep goes beside the others, one after the other: sound servers and a card in
# real time.
sleeps()
{
  case ${1##*/} in
    server_*.sh | test_roomcard_client | watch.sh) [ "$jobs" -gt 1 ] ;;
    *) false ;;
  esac
}

folder=$(mktemp -d) || exit 1
lanes=()
end()
{
  exec 2>/dev/null # of what bash has to say on each
  for lane in "${lanes[@]}"; do kill -- "-$lane"; done
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM
# Each lane is a process group of its own: it can be ended whole, and its tests may be interrupted.
set -m

run() # INDEX: its output, status and time are files of that name
{
  local start status
  start=$(date +%s.%N)
  "${wrap[@]}" "${tests[$1]}" >"$folder/$1.log" 2>&1 </dev/null
  status=$?
  awk -v a="$start" -v b="$(date +%s.%N)" -v s=$status 'BEGIN { printf "%d %.1f\n", s, b - a }' \
    >"$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1.done"
}

lane() # INDEX...: run what no other lane has taken
{
  local i
  for i in "$@"; do
    if mkdir "$folder/$i.taken" 2>/dev/null; then run "$i"; fi
  done
}

asleep=() forward=() backward=()
for i in "${!tests[@]}"; do
  if sleeps "${tests[i]}"; then asleep+=("$i"); else forward+=("$i") backward=("$i" "${backward[@]}"); fi
done
lane "${asleep[@]}" &
lanes+=($!)
# From both ends: the scripts at the end are long, and the beginning is told of soon.
for ((n = 0; n < jobs; n++)); do
  if [ $((n % 2)) -eq 0 ]; then lane "${forward[@]}" & else lane "${backward[@]}" & fi
  lanes+=($!)
done

passed=0 failed=0 skipped=0
for i in "${!tests[@]}"; do
  while [ ! -e "$folder/$i.done" ]; do
    [ -n "$(jobs -pr)" ] || [ -e "$folder/$i.done" ] || echo '255 0' >"$folder/$i.done"
    sleep 0.1
  done
  read -r status took <"$folder/$i.done"
  log=$folder/$i.log
  if [ "$status" -eq 77 ]; then
    skipped=$((skipped + 1))
    printf 'skip  %s: %s\n' "${tests[i]}" "$(tail -n 1 "$log")"
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    printf 'ok    %s (%s s)\n' "${tests[i]}" "$took"
    [ -z "$loud" ] || cat "$log"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s (status %d, %s s)\n' "${tests[i]}" "$status" "$took"
    cat "$log"
  fi
done
wait
lanes=()
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
