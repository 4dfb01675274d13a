#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# measure.sh: the command under valgrind, from the room file through ALSA and the plugin to the
# measurement and its analysis.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

command -v valgrind >/dev/null 2>&1 || {
	skip 'valgrind is not installed'
	exit 77
}
watched=(valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite "$sabin")
cd "$T"
sed 's/length_s: 5/length_s: 0.3/; s/tail_s: 2/tail_s: 0.3/' "$tree/rooms/control-room.yaml" >room.yaml

expect_status 0 "${watched[@]}" measure room.yaml --simulate --position mix -o m -q
expect_status 0 "${watched[@]}" analyze m --json
expect_status 0 "${watched[@]}" room room.yaml --check
expect_status 3 "${watched[@]}" room "$tree/rooms/broken/absorption-above-one.yaml" --check
finish
