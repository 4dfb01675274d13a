#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh: what `make demo` shows.  No sound card, no server: the room is behind the ALSA PCM roomcard.
set -eu
sabin=${B:-build/release}/sabin
room=rooms/control-room.yaml
out=${DEMO:-demo}
mkdir -p "$out"
say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
run() { say "${*/#$sabin/sabin}"; "$@"; }
run "$sabin" measure "$room" --simulate --force -o "$out/measurement"
run "$sabin" analyze "$out/measurement" --position mix
run "$sabin" plot "$out/measurement" --kind impulse,decay,spectrogram --speaker left --position mix --force -o "$out/charts"
run "$sabin" report "$out/measurement" --force -o "$out/report.html"
printf '\nThe measurement is in %s (impulse responses as WAV, open them in any editor or in REW),\n' "$out/measurement"
printf 'the charts are in %s.\nThe report for the client is %s: open it in any browser.\n' "$out/charts" "$out/report.html"
cat <<END

For the commands above, and your own room: export PATH=$(cd "$(dirname "$sabin")" && pwd):\$PATH
Next: sabin setup -o studio.yaml
      asks for the room and says how to go on; README.md leads from there to a verified correction.
END
