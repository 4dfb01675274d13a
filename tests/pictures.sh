#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pictures.sh: what `make docs-pictures` does: the pictures of the README, into plots/pictures.
#
# Of the demo room: response, reverberation and modes.  Of the room of sabin-tutorial(7): its correction, by the page's own
# commands.  The same program draws the same bytes: the simulated room is the same every time, and the date under a chart is fixed.

# shellcheck source-path=SCRIPTDIR source=cli/lib.sh
. "$(dirname "$0")/cli/lib.sh"
PATH=$B:$PATH
out=${PICTURES:-$tree/plots/pictures}
most=100000 # bytes: a README is read over slow lines, too
cd "$T"
export ALSA_CONFIG_PATH=$T/none.conf # no devices, whatever this machine has
: >none.conf
mkdir pictures

dated() { sed -i 's/^date: .*/date: "2026-01-01T12:00:00+00:00"/' "$1"; } # FILE
draw() { sabin plot "$@" -q >/dev/null; }

# what the page has one type, but for what only reads
displays "$tree/man/sabin-tutorial.7" | typed |
	grep -E '^wool|sabin (setup|measure|eq) ' >commands
while read -r line; do
	bash -c "$line" >/dev/null 2>&1 </dev/null || { echo "failed: $line" >&2; exit 1; }
done <commands
sabin measure "$tree/rooms/control-room.yaml" --simulate -q -o demo >/dev/null
for file in before/measurement.yaml after/measurement.yaml demo/measurement.yaml correction/correction.yaml; do dated $file; done
draw demo --kind response -o pictures/response.svg
draw demo --kind rt60 -o pictures/rt60.svg
draw demo --kind modes --speaker left --position mix -o pictures/modes.svg
draw correction after --kind correction --speaker left -o pictures/correction.svg

# gnuplot's SVG has groups with nothing in them, and more digits than a screen shows
for picture in pictures/*.svg; do
	sed -E '/<text|<title|<desc/!s/([0-9]+\.[0-9])[0-9]\b/\1/g' "$picture" | sed -z -E ':a; s/<g [^>]*>\n<\/g>\n//g; ta' >lean
	mv lean "$picture"
done
mkdir -p "$out"
for picture in pictures/*; do
	size=$(stat -c %s "$picture")
	if [ "$size" -gt $most ]; then
		echo "${picture#*/} has $size bytes, at most $most are wanted" >&2
		exit 1
	fi
	cp "$picture" "$out/"
	echo "$out/${picture#*/}  $size bytes"
done
