#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# truth.sh: what is said of a subwoofer and of a small room's bass is so, or is not said.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
cat >room.yaml <<'EOF'
name: Small
size_m: {width: 4.1, length: 5.6, height: 2.7}
surfaces: {front: 0.15, back: 0.15, left: 0.15, right: 0.15, floor: 0.15, ceiling: 0.15}
speakers:
  L: {output: 1, position_m: [1.25, 1.10, 1.20]}
  sub: {output: 2, position_m: [0.40, 0.40, 0.20]}
positions:
  mix: {position_m: [2.05, 2.50, 1.20]}
  seat: {position_m: [1.60, 2.60, 1.20]}
audio: {playback: "hw:0", capture: "hw:0", rate_hz: 48000, microphone: {input: 1}}
sweep: {from_hz: 20, to_hz: 22000, length_s: 2, level_dbfs: -20, repeats: 1}
simulation: {noise_dbfs: -78, seed: 1, speakers: {sub: {low_hz: 22, high_hz: 90}}}
EOF
expect_status 0 "$sabin" measure room.yaml --simulate -q --no-recordings -o small

holds() # TEXT FILE: is it in there?
{
	if grep -qF -- "$1" "$2"; then pass "says: $1"; else
		fail "does not say: $1"
		sed 's/^/    /' "$2" | head -n 20
	fi
}

# ---- a subwoofer sends no reflections, is no source of a grade, and has its own band
expect_status 0 "$sabin" analyze small --only reflections --speaker sub --position mix
holds "reflections: no direct sound from 1 to 8 kHz" out
expect_status 0 "$sabin" analyze small --only bands
holds "2 combinations of 1 speaker and 2 positions: survey grade of ISO 3382-2 by number" out
holds "not counted: 2 without decay times at 500 Hz and 1 kHz" out
holds "nearer than it asks: mix and seat are 0.46 m apart (2 m)" out
expect_status 0 "$sabin" response small --speaker sub --position mix
holds "less than 10 dB over the noise" out
if grep -q 'sub.mix: .* dB mean from 20 Hz to [12][0-9]0 Hz' out; then pass "its mean is over its band"; else
	fail "its mean is over its band"
	tail -n 2 out
fi

# ---- what is called valid is possible, in octaves and in thirds
for bands in "" --third-octave; do
	# shellcheck disable=SC2086
	expect_status 0 "$sabin" analyze small --only bands $bands --csv
	if awk -F, '$9 == "true" { v[$1 "," $2 "," $4 "," $3] = $6 }
		END { for (k in v) if (sub(/c50$/, "", k)) { n++
				if ((k "c80") in v && v[k "c80"] < v[k "c50"]) bad = bad " " k }
			for (k in v) if (sub(/ts$/, "", k))
				if ((k "d50") in v && v[k "ts"] < 0.05 * (1 - v[k "d50"])) bad = bad " " k
			if (bad || n == 0) { print bad; exit 1 } }' out; then
		pass "clarity does not contradict itself"
	else
		fail "clarity does not contradict itself"
	fi
done

# ---- the walls are named where they are, and the nearest ones are
expect_status 0 "$sabin" analyze small --only reflections --speaker L --position mix
for wall in "floor at" "ceiling at" "left wall at" "front wall at"; do holds "$wall" out; done

# ---- a decay time that the standard's own rule refuses has a star, and the reason; scripts see both
sed 's/noise_dbfs: -78/noise_dbfs: -50/' room.yaml >noisy.yaml
expect_status 0 "$sabin" measure noisy.yaml --simulate -q --no-recordings --speaker L --position mix -o noisy
expect_status 0 "$sabin" analyze noisy --only bands
if grep -q 'T20, s .*[0-9]\*' out; then pass "a star stands beside T20"; else
	fail "no star stands beside T20"
	sed 's/^/    /' out
fi
holds "by ISO 3382; given because the noise is subtracted" out
expect_status 0 "$sabin" analyze noisy --only bands --csv
# every T20 that is valid although its range is below 35 dB is refused by the standard's rule, and no other
if awk -F, '{ k = $4 } $3 == "inr" { range[k] = $6 } $3 == "t20" { valid[k] = $9 } $3 == "t20_iso_3382" { iso[k] = $9 }
	END { for (k in valid) if (valid[k] == "true") { stars += range[k] < 35; bad += (range[k] < 35) == (iso[k] == "true") }
		exit bad > 0 || stars == 0 }' out; then
	pass "the rule of ISO 3382 is told in the CSV"
else
	fail "the rule of ISO 3382 is told in the CSV"
fi
expect_status 0 "$sabin" analyze noisy --only bands --json
if grep -q '"t20_why": "decay range .* dB, needs 35.0"' out; then pass "and in the JSON"; else fail "and in the JSON"; fi

# ---- zero has no sign
for run in "analyze small" "analyze noisy" "room room.yaml" "response small"; do
	# shellcheck disable=SC2086
	expect_status 0 "$sabin" $run
	if grep -nE '(^|[ (+])-0(\.0+)?([ ),;]|$)' out; then fail "there is a -0"; else pass "there is no -0"; fi
done

finish
