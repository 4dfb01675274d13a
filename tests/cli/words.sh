#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# words.sh: what commands tell people and scripts beside their numbers: what a list leaves out, what a
# simulation cannot know, which names there are.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

room=$tree/rooms/control-room.yaml
cd "$T"

out_has() { if grep -qF -- "$1" out; then pass "shows: $1"; else fail "does not show: $1"; fi; }
err_has() { if grep -qF -- "$1" err; then pass "says: $1"; else fail "does not say: $1"; fi; }

# ---- a response of formulas: nothing is known of how sure it is
expect_status 0 "$sabin" simulate "$tree/rooms/living-room.yaml" --method images --length 0.4 --speaker left --position sofa -q -o lively
expect_status 0 "$sabin" analyze lively --only reflections
out_has "Reflections, 1 kHz to 8 kHz"
shown=$(grep -cE '^ +[0-9]+\.[0-9] +-?[0-9]+\.[0-9] +[0-9]+\.[0-9]{2} ' out)
if [ "$shown" -eq 12 ]; then out_has "the 12 strongest of"; else fail "$shown reflections"; fi
expect_status 0 "$sabin" simulate "$room" --method images --length 0.4 --speaker left --position mix -q -o made

expect_status 0 "$sabin" analyze made --only bands --json
if grep -A 3 '"xi_t30"' out | grep -q '"plus_minus": 0'; then fail "an uncertainty nobody knows is 0"; else pass "no uncertainty out of nothing"; fi

# ---- geometry
expect_status 0 "$sabin" room "$room" --json
out_has '"distance_m": 1.5008331' # hypot(0.75, 1.3)
out_has '"delay_s": 0.00436561712' # at 21 degrees
expect_status 0 "$sabin" room "$room"
out_has "scatter nothing: their times lie anywhere between the"
out_has "up to 2.8 times what is to be believed (at 2 kHz)"

# ---- names and numbers
expect_status 2 "$sabin" simulate "$room" --speaker middle -o no
err_has "no speaker 'middle' in $room; there are 'left', 'right'"
expect_status 2 "$sabin" analyze made --position door
err_has "no position 'door' in made; there is 'mix'"
expect_status 2 "$sabin" plot made --kind spectrum -o x.svg
err_has "unknown kind; expected some of: response,"
expect_status 2 "$sabin" analyze made --only band
err_has "expected some of: bands, sti,"
expect_status 2 "$sabin" help foo
err_has "unknown command 'foo'; see 'sabin --help'"
expect_status 2 "$sabin" sweep -o x.wav --level=3
err_has "-120 to 0 dBFS"
expect_status 2 "$sabin" sweep -o x.wav --length=2,5
err_has "with a decimal point"
finish
