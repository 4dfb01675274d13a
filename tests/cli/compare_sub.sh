#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# compare_sub.sh: sabin compare of main speakers and a subwoofer, before and after a correction with a crossover.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >room.yaml <<'END'
size_m: {width: 3.7, length: 4.8, height: 2.6}
surfaces: {front: 0.06, back: 0.06, left: 0.08, right: 0.08, floor: 0.12, ceiling: 0.1}
speakers:
  left: {output: 1, position_m: [1.1, 0.6, 1.2], pair: right}
  right: {output: 2, position_m: [2.6, 0.6, 1.2], pair: left}
  sub: {output: 3, position_m: [1, 0.4, 0.25], range_hz: [20, 120]}
positions:
  mix: {position_m: [1.85, 1.9, 1.2]}
  seat: {position_m: [1.4, 2.05, 1.2]}
sweep: {length_s: 2, tail_s: 2, level_dbfs: -20, repeats: 1}
simulation: {noise_dbfs: -90}
END
"$sabin" measure room.yaml --simulate -q -o before >/dev/null
"$sabin" eq before -q -o correction >/dev/null
"$sabin" measure room.yaml --simulate --through correction -q -o after >/dev/null

expect_status 0 "$sabin" analyze before --json
cp out before.json
expect_status 0 "$sabin" compare before after --json
cp out compared.json
expect_status 0 "$sabin" compare before after
cp out compared.txt
if command -v python3 >/dev/null; then
	hold "analyze: no mode of the subwoofer outside its range" python3 -c '
import json, sys
for r in json.load(open(sys.argv[1]))["responses"]:
    hz = [m["frequency"]["value"] for m in r["modes"]]
    assert hz, r["speaker"]
    if r["speaker"] == "sub":
        assert 20 <= min(hz) and max(hz) <= 120, hz' before.json
	hold "compare: nor are they compared, nor its reflections, which are not judged" python3 -c '
import json, sys
for r in json.load(open(sys.argv[1]))["responses"]:
    hz = [m["frequency"][k]["value"] for m in r["modes"] for k in ("before", "after") if m["frequency"][k]["value"]]
    assert hz, r["speaker"]
    assert (len(r["reflections"]) > 0) == (r["speaker"] != "sub"), r["speaker"]
    if r["speaker"] == "sub":
        assert 20 <= min(hz) and max(hz) <= 120, hz' compared.json
	hold "compare: the height of a mode without a decay time is not told" python3 -c '
import json, sys
known = 0
for r in json.load(open(sys.argv[1]))["responses"]:
    for m in r["modes"]:
        if m["level"]["change"]["valid"]:
            assert m["t60"]["before"]["valid"] and m["t60"]["after"]["valid"], m
            known += 1
assert known > 0' compared.json
fi
hold "compare: how many modes cannot be told" grep -qE 'modes: of [0-9]+ it cannot be told whether they changed' compared.txt

finish
