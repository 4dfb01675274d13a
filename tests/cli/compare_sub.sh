#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# compare_sub.sh: sabin compare of main speakers and a subwoofer, before and after a correction with a crossover.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >room.yaml <<'END'
size_m: {width: 3.7, length: 4.8, height: 2.6}
surfaces: {front: 0.1, back: 0.1, left: 0.14, right: 0.14, floor: 0.2, ceiling: 0.16}
speakers:
  left: {output: 1, position_m: [1.1, 0.6, 1.2], pair: right}
  right: {output: 2, position_m: [2.6, 0.6, 1.2], pair: left}
  sub: {output: 3, position_m: [1, 0.4, 0.25], range_hz: [20, 120]}
positions:
  seat: {position_m: [1.4, 2.05, 1.2]}
sweep: {length_s: 1, tail_s: 1.5, level_dbfs: -20, repeats: 1}
simulation: {noise_dbfs: -90}
END
sed 's/front: 0.1,/front: 0.3,/; s/back: 0.1,/back: 0.3,/' room.yaml >damped.yaml
"$sabin" measure room.yaml --simulate -q -o before >measured.txt
"$sabin" eq before --rates 48000 -q -o correction >/dev/null
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
if command -v python3 >/dev/null; then
	hold "compare: what the crossover takes is no change: an octave counts where it takes no more than 0.5 dB" python3 -c '
import json, math, sys
d = json.load(open(sys.argv[1]))
fc = float(sys.argv[2])
def taken_db(f, main): # Linkwitz-Riley of fourth order
    x = (fc / f if main else f / fc) ** 4
    return 20 * math.log10(1 + x)
seen = set()
for r in d["responses"]:
    main = r["speaker"] != "sub"
    for o in r["response"]["octaves"]:
        low, high = o["centre_hz"] / math.sqrt(2), o["centre_hz"] * math.sqrt(2)
        most = max(taken_db(low, main), taken_db(high, main))
        valid = o["level"]["change"]["valid"]
        seen.add((main, valid))
        if valid:
            assert most < 0.55, (r["speaker"], o["centre_hz"], most)
        elif main and o["centre_hz"] < 8000:
            assert most > 0.45, (r["speaker"], o["centre_hz"], most)
    for m in r["modes"]:
        f = m["frequency"]["before"]["value"]
        if m["level"]["change"]["valid"]:
            assert taken_db(f, main) < 0.55, (r["speaker"], f)
assert (True, True) in seen and (True, False) in seen and (False, True) not in seen, seen
for o in d["mean"]["octaves"]:
    assert o["level"].get("count", 0) in (0, 2), o
assert "subwoofer_octaves" in d["mean"]' compared.json "$(sed -n 's/.*type: high_pass, freq_hz: \([0-9.]*\).*/\1/p' correction/correction.yaml | head -1)"
fi
hold "compare: and that is said, once" [ "$(grep -cE '^  not compared: left and right below [0-9]+ Hz, sub above [0-9]+ Hz: there the crossover' compared.txt)" = 1 ]
hold "compare: the bass is not told to be gone" sh -c '! grep -qE "[0-9]\. .* fell at (31.5|63|125) Hz" compared.txt'
expect_status 0 "$sabin" compare after after
hold "the same crossover on both sides: all is compared" sh -c '! grep -q "the crossover" out'
hold "and decays are read of all bands" grep -qE '^  EDT, s +before +[0-9]' out

# What verify confirms is what it has checked: no loopback, and a subwoofer behind its low pass.
expect_status 0 "$sabin" verify correction after
hold "verify: what was not checked is in the sentence that confirms" \
	has 'The correction does what it was designed to do, as far as it was checked: not the polarity and delay of sub, nor the delays of the others.'
hold "verify: before has the crossover in it, and that is said" has "before: as measured then, with the correction's crossover added"
expect_status 0 "$sabin" verify correction after --json
hold "verify: for scripts, too" has '"not_checked": "the polarity and delay of sub, nor the delays of the others"'
expect_status 0 "$sabin" verify correction after --speaker left --json
hold "verify: one speaker has no delay against another: all was checked" has '"not_checked": null'

# Before is what came before; nothing else is refused.
for name in first second; do
	"$sabin" measure damped.yaml --simulate --length 0.3s --speaker left --position seat -q -o $name >/dev/null
	sleep 1.1
done
expect_status 0 "$sabin" compare second first
hold "the order: said" grep -q 'warning: second, which is given as before, was measured later' err
expect_status 0 "$sabin" compare first second
hold "the order: nothing to say" sh -c '! grep -q warning: err'
expect_status 0 "$sabin" compare first first/
hold "the same twice: said" grep -q 'warning: before and after are the same measurement, first' err
sed 's/^date: .*/date: "2026-11-28T10:00:00+02:00"/' first/measurement.yaml >early.yaml
sed 's/^date: .*/date: "2026-11-28T09:00:00+00:00"/' second/measurement.yaml >late.yaml
cp early.yaml first/measurement.yaml
cp late.yaml second/measurement.yaml
expect_status 0 "$sabin" compare first second
hold "the order: zones count" sh -c '! grep -q warning: err'
expect_status 0 "$sabin" compare second first
hold "the order: zones count, the other way round" grep -q 'warning: .*T09:00:00+00:00.*T10:00:00+02:00' err
if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" report first --before second -o order.html
	hold "the order: report says it, too" grep -q 'warning: second, which is given as before' err
	expect_status 0 "$sabin" plot before --kind rt60 --script -q -o t.svg
	hold "chart: what the subwoofer is not made for is not told as missing" sh -c '! grep -rq "sub not valid" t.svg.gnuplot'
fi

# Left against right is one number, whoever tells it.
expect_status 0 "$sabin" response before --json
cp out response.json
if command -v python3 >/dev/null; then
	hold "measure, response and compare tell the same level of left against right" python3 -c '
import json, re, sys
text, response, compared = open(sys.argv[1]).read(), json.load(open(sys.argv[2])), json.load(open(sys.argv[3]))
found = re.search(r"left and right at seat: (?:(left|right) is ([0-9.]+) dB louder|equally loud within ([0-9.]+) dB) \(200 Hz to 2 kHz\)", text)
told = float(found.group(2) or found.group(3)) * (-1 if found.group(1) == "right" else 1)
pair = [p for p in compared["pairs"] if p["position"] == "seat"][0]["level"]["before"]["value"]
difference = [p for p in response["differences"] if p["position"] == "seat"][0]["mean_db"]
assert abs(pair - difference) < 1e-6, (pair, difference)
assert abs(abs(told) - abs(pair)) <= 0.0051 and (not found.group(1) or told * pair > 0), (told, pair)' measured.txt response.json compared.json
fi
if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" plot before --kind response --script -q -o r.svg
	hold "chart: a main speaker and a subwoofer are not held against each other" \
		sh -c 'grep -rqE "Speakers (left|right) and (left|right) " r.svg.gnuplot && ! grep -rq "Speakers .* and sub" r.svg.gnuplot'
	expect_status 0 "$sabin" plot before --kind geometry --speaker left --position seat --theme print --script -q -o g.svg
	hold "chart: the ceiling has a dash of its own" grep -q 'CEILING(k) ? 3' g.svg.gnuplot/geometry.gp
fi

# Without a crossover, in a room with more absorption: speakers of one kind each.
"$sabin" measure damped.yaml --simulate -q -o damped >/dev/null
expect_status 0 "$sabin" compare before damped --json
if command -v python3 >/dev/null; then
	hold "means of levels are of speakers of one kind" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
for key, main in (("octaves", True), ("subwoofer_octaves", False)):
    for i, o in enumerate(d["mean"][key]):
        v = [r["response"]["octaves"][i]["level"]["change"]["value"] for r in d["responses"]
             if (r["speaker"] != "sub") == main and r["response"]["octaves"][i]["level"]["change"]["valid"]]
        if o["level"]["change"]["valid"]:
            assert abs(o["level"]["change"]["value"] - sum(v) / len(v)) < 1e-6, (key, o)
        else:
            assert not v, (key, o)' out
fi
if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" plot before damped --kind compare --script -q -o c.svg
	expect_status 0 "$sabin" plot before damped --kind compare --speaker left,right --script -q -o mains.svg
	for part in 1 before after; do
		hold "chart: it is that of the main speakers, without a step where the subwoofer ends: $part" \
			cmp -s c.svg.gnuplot/compare_$part.dat mains.svg.gnuplot/compare_$part.dat
	done
fi
# Main speakers alone have no crossover: their bass is compared, and what an equaliser does to a decay time is said.
"$sabin" eq before --speaker left,right --rates 48000 -q -o mains >/dev/null
"$sabin" measure room.yaml --simulate --speaker left,right --through mains -q -o equalised >/dev/null
expect_status 0 "$sabin" compare before equalised --all
hold "no crossover, nothing left out for it" sh -c '! grep -q "the crossover" out'
hold "an equaliser: a decay time that changed is told with what it can do" \
	grep -qE '(EDT|T30|T20)\) (fell|rose) .*; no equaliser shortens a decay: it makes modes quieter' out
expect_status 0 "$sabin" compare before damped --all
hold "absorption: without that" sh -c 'grep -qE "(T30|T20)\) fell" out && ! grep -q "no equaliser" out'

hold "compare: how many modes cannot be told" grep -qE 'modes: of [0-9]+ it cannot be told whether they changed' compared.txt

finish
