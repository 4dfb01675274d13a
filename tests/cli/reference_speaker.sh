#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# reference_speaker.sh: timing chirps from one speaker while another plays the sweep: arrivals of all speakers have
# one zero without a cable.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >plain.yaml <<'END'
size_m: {width: 4, length: 5, height: 3}
surfaces: {front: 0.3, back: 0.3, left: 0.3, right: 0.3, floor: 0.3, ceiling: 0.3}
speakers:
  left: {output: 1, position_m: [1, 1, 1.2], pair: right}
  right: {output: 2, position_m: [3.3, 0.7, 1.2]}
  sub: {output: 3, position_m: [0.5, 0.5, 0.3], range_hz: [20, 120]}
positions: {mix: {position_m: [2, 3, 1.2]}, seat: {position_m: [1.2, 3.5, 1.1]}}
audio: {}
sweep: {length_s: 1, tail_s: 0.6}
simulation: {latency_ms: 10.3, skew_ppm: 60, noise_dbfs: -90, speakers: {right: {delay_ms: 0.5}}}
END
sed 's/audio: {}/audio: {reference_speaker: left}/' plain.yaml >key.yaml

# value DIR SPEAKER POSITION KEY: one of the numbers of a measurement.yaml
value()
{
	awk -v s="speaker: $2" -v p="position: $3" -v k="$4:" '
	    $0 ~ "- " s "$" { here = 1; at = 0; next }
	    /- speaker:/ { here = 0 }
	    here && $0 ~ p "$" { at = 1 }
	    here && at && $1 == k { if ($2 == "{value:") { gsub(/[,}]/, "", $3); print $3 } else print $2; exit }' "$1/measurement.yaml"
}

near() # WHAT GOT WANT TOLERANCE
{
	if awk "BEGIN { d = ($2) - ($3); exit !(d <= $4 && d >= -($4)) }"; then pass "$1: $2"; else fail "$1: $2, not $3 within $4"; fi
}

# ---- geometry is the truth: differences of distances at 343.2 m/s, and the right one's own delay
expect_status 0 "$sabin" measure key.yaml --simulate -o key
if grep -q "the timing chirps come from 'left' on output 1" err; then pass "told before it sounds"; else fail "$(cat err)"; fi
for at in mix seat; do
	for speaker in left right sub; do
		want=$(awk -v s=$speaker -v at=$at 'BEGIN {
			split("1 1 1.2 3.3 0.7 1.2 0.5 0.5 0.3", x); n = s == "left" ? 0 : s == "right" ? 3 : 6
			split(at == "mix" ? "2 3 1.2" : "1.2 3.5 1.1", p)
			for (i = 1; i <= 3; i++) { d += (x[n + i] - p[i]) ^ 2; r += (x[i] - p[i]) ^ 2 }
			printf "%.9f", (sqrt(d) - sqrt(r)) / 343.2 + (s == "right" ? 0.0005 : 0) }')
		near "arrival of $speaker at $at" "$(value key $speaker $at arrival_s)" "$want" 2e-6
	done
	near "clock at $at" "$(value key sub $at skew_ppm)" 60 0.02
done
if [ "$(value key sub seat zero)" = reference-speaker ] && grep -q '^reference_speaker: left$' key/measurement.yaml; then
	pass "the file says what time zero is"
else fail "zero: $(value key sub seat zero)"; fi
if grep -qE 'left and right at mix: left is 0\.[0-9]* dB louder \(200 Hz to 2 kHz\); right is 1\.68[0-9] ms later' out; then pass "the pair"; else
	fail "$(grep 'left and right' out)"
fi

# ---- the subwoofer has no value beyond its range, and is no source of ISO 3382-2
"$sabin" analyze key >text
if grep -q '4 combinations of 2 speakers and 2 positions' text && grep -q 'not counted: 2 without decay times' text; then
	pass "a subwoofer earns no grade"; else fail "$(grep -A1 Places text)"; fi
for what in "T20.* at 125 Hz to 8 kHz: beyond the speaker's range (range_hz): it ends at 120 Hz" \
    "STI  *. beyond the speaker's range" "THD at 1 kHz .*beyond the speaker's range" \
    "reflections: the speaker's range is 20 Hz to 120 Hz; they are judged from 1 kHz to 8 kHz"; do
	if [ "$(grep -c "$what" text)" = 2 ]; then pass "$what"; else fail "$(grep -c "$what" text) times: $what"; fi
done
"$sabin" analyze key --speaker sub --csv >sub.csv
if awk -F, '$3 !~ /^noise/ && $4 >= 125 && $5 == 1 && $9 == "true" { bad = 1; print } END { exit bad }' sub.csv >valid; then
	pass "nothing beyond it is valid"; else fail "$(head -3 valid)"; fi

# ---- a subwoofer alone, by the option: the clock is heard from the reference first, and again where that is lost
sed 's/simulation: {/simulation: {drop: {at_s: 1.2, frames: 64}, /' plain.yaml >drop.yaml
expect_status 0 "$sabin" measure drop.yaml --simulate --reference-speaker left --speaker sub --position mix --json -o drop
if grep -q '^the clock, from left: about 6[0-9] frames were lost' err; then pass "loss told"; else fail "$(cat err)"; fi
near "takes" "$(value drop sub mix takes)" 1 0
near "arrival by the option" "$(value drop sub mix arrival_s)" "$(value key sub mix arrival_s)" 1e-6
if tr -d ' \n' <out | grep -q '"reference_speaker":"left".*"zero":"reference-speaker".*"distance_m":{"value":null'; then
	pass "the same for scripts"
else fail "JSON: $(cat out)"; fi

sed 's/frames: 64/frames: 64, always: true/' drop.yaml >always.yaml
expect_status 1 "$sabin" measure always.yaml --simulate --reference-speaker left --speaker sub --position mix --takes 1 -o always
if grep -q "its own sweep did not come well before" always/measurement.yaml; then pass "no clock, no trust"; else fail "$(cat err)"; fi

# ---- gone on with by the same reference only
expect_status 3 "$sabin" measure drop.yaml --simulate --speaker left --position mix --append -o drop
if grep -q "was measured with 'left' as the reference speaker" err; then pass "told"; else fail "$(cat err)"; fi
expect_status 3 "$sabin" measure drop.yaml --simulate --reference-speaker right --append -o drop
expect_status 0 "$sabin" measure plain.yaml --simulate --speaker left --position mix -o plain
expect_status 3 "$sabin" measure plain.yaml --simulate --reference-speaker left --append -o plain
if grep -q "with none as the reference speaker" err; then pass "told"; else fail "$(cat err)"; fi

# ---- refused: who cannot play the chirps, who is not there, and a loopback beside it
expect_status 3 "$sabin" measure plain.yaml --simulate --reference-speaker sub -o no
if grep -q "'sub' plays only to 120 Hz" err && [ ! -e no ]; then pass "a subwoofer is none"; else fail "$(cat err)"; fi
expect_status 2 "$sabin" measure plain.yaml --simulate --reference-speaker lefd -o no
sed 's/audio: {}/audio: {loopback: {output: 4, input: 2}}/' plain.yaml >cable.yaml
expect_status 2 "$sabin" measure cable.yaml --simulate --reference-speaker left -o no
for wrong in sub lefd 'left, loopback: {output: 4, input: 2}'; do
	sed "s/audio: {}/audio: {reference_speaker: $wrong}/" plain.yaml >wrong.yaml
	expect_status 3 "$sabin" room wrong.yaml --check
	if grep -q '^sabin: wrong.yaml:8:[0-9]*: audio' err || grep -q 'wrong.yaml:8:' err; then pass "where: $(head -1 err)"; else fail "$(cat err)"; fi
done

# ---- one that is not heard well enough: status 1, the responses are kept and say so
sed 's/speakers: {right:/speakers: {left: {gain_db: -27}, right:/' key.yaml >quiet.yaml
expect_status 1 "$sabin" measure quiet.yaml --simulate --speaker right --position mix --takes 1 -o quiet
if grep -q "reference speaker 'left' is too quiet here" quiet/measurement.yaml && [ "$(value quiet right mix zero)" = arrival ]; then
	pass "too quiet"
else fail "$(cat quiet/measurement.yaml)"; fi

# ---- who reads times uses them where they have one zero, and says so where not
expect_status 0 "$sabin" eq key --position mix --filters 2 --fir none --dialect apo -o eq
near "delay of left by eq" "$(awk '/speaker: left/ { on = 1 } on && /delay_s:/ { print $2; exit }' eq/correction.yaml)" \
	"$(value key right mix arrival_s)" 2e-6
cp -r key mixed
awk '/zero: reference-speaker/ && !done { sub("reference-speaker", "emission"); done = 1 } { print }' key/measurement.yaml >mixed/measurement.yaml
expect_status 0 "$sabin" eq mixed --position mix --filters 2 --fir none --dialect apo -o eq-mixed
if grep -q 'times count from different zeros' err; then pass "mixed zeros are told"; else fail "$(cat err)"; fi

# ---- through a correction: chirps and sweep, each through its own
expect_status 0 "$sabin" measure key.yaml --simulate --position mix --speaker right --through eq -o through
want=$(value key right mix arrival_s)
delay=$(awk '/speaker: left/ { on = 1 } on && /delay_s:/ { print $2; exit }' eq/correction.yaml)
near "arrival through the correction" "$(value through right mix arrival_s)" "$want - $delay" 60e-6
finish
