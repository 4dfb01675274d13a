#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# plot_room.sh: charts of a room file alone: modes and response as they are predicted, geometry, placement.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
export SABIN_ROOMS=$tree/rooms SABIN_PLOTS=$tree/plots

# 20 C, 343.2 m/s; 0.2 everywhere: a wave along L loses 20 % of its energy at each wall, 60 dB in
# 6 ln 10 / -ln 0.8 = 61.91 passages
cat >flat.yaml <<'END'
name: Flat
size_m: {width: 4, length: 5, height: 2.5}
surfaces: {front: 0.2, back: 0.2, left: 0.2, right: 0.2, floor: 0.2, ceiling: 0.2}
speakers:
  left: {output: 1, position_m: [1.2, 1.1, 1.1], aim_deg: 30, box_m: [0.22, 0.30, 0.35]}
  right: {output: 2, position_m: [2.8, 1.1, 1.1]}
positions: {mix: {position_m: [2, 2.9, 1.1]}}
END

# $1 kind, then words of its <desc>
says()
{
	local file=$1
	shift
	for words in "$@"; do
		if grep -o '<desc>.*' "$file" | grep -qF -- "$words"; then pass "$file: $words"; else
			fail "$file does not say: $words"
			grep -o '<desc>[^<]*' "$file"
		fi
	done
}

expect_status 0 "$sabin" plot flat.yaml -k modes,response,geometry --format svg -o charts -q
# 343.2/(2 5) = 34.3 Hz; 61.91 passages of 5 m; of 4 m, 42.9 Hz, the middle is the null, and of 128.7 Hz
says charts/modes.left.mix.svg 'longest 34.3 Hz with 0.90 s' 'mix sits in the null of 43 and 129 Hz'
for words in 'Predicted room modes up to' 'simulated' 'axial' 'tangential' 'oblique' 'c = 343.2 m/s'; do
	if grep -qF -- "$words" charts/modes.left.mix.svg; then pass "modes: $words"; else fail "modes: no $words"; fi
done
axial() # of 2 5 L / 343.2 below 200 Hz: 5, 4 and 2.5 m
{
	awk 'BEGIN { n = 0; split("5 4 2.5", l); for (i in l) n += int(200 * 2 * l[i] / 343.2); print n }'
}
says charts/modes.left.mix.svg "$(axial) axial"
says charts/response.svg 'Speakers left and right differ'
if grep -qF 'Predicted frequency response' charts/response.svg; then pass "response is predicted"; else fail "response is not predicted"; fi
if grep -qF 'box speaker' charts/geometry.left.mix.svg && ! grep -qF 'box speaker' charts/geometry.right.mix.svg; then
	pass "geometry says whose directivity counts"
else
	fail "geometry does not say whose directivity counts"
fi

# the predicted response is that of a simulation
expect_status 0 "$sabin" simulate flat.yaml -q -o simulated
expect_status 0 "$sabin" plot simulated -k response --script --format svg -o measured -q
expect_status 0 "$sabin" plot flat.yaml -k response --script --format svg -o predicted -q
# the last digit may differ: files hold floats
if paste <(sed '/^#/d' measured/response.svg.gnuplot/response_1.dat) <(sed '/^#/d' predicted/response.svg.gnuplot/response_1.dat) |
	awk '$1 < 20001 && $2 != "NaN" { d = $2 - $4; if (d > 0.001 || d < -0.001) bad = 1; n++ } END { exit bad || n < 500 }'; then
	pass "of a room file and of its simulation the response is one"
else
	fail "of a room file and of its simulation the response differs"
fi

for theme in dark print; do
	expect_status 0 "$sabin" plot flat.yaml -k modes --speaker left --theme $theme -o modes-$theme.png -q
done
expect_status 2 "$sabin" plot flat.yaml -k decay -o decay.png
if grep -qF "of a room file there are response, modes, geometry and placement" err 2>/dev/null || grep -qF "of a room file there are response, modes, geometry and placement" "$T/err"; then
	pass "what there is of a room file is said"
else
	fail "what there is of a room file is not said"
fi
# a hall has no single modes that count, a cupboard has its own
sed 's/size_m:.*/size_m: {width: 300, length: 400, height: 100}/' flat.yaml >hall.yaml
expect_status 3 timeout 20 "$sabin" plot hall.yaml -k modes --speaker left -o hall.png
sed 's/size_m:.*/size_m: {width: 0.8, length: 0.9, height: 0.7}/; s/\[[12]\.[28], 1.1, 1.1\]/[0.2, 0.2, 0.2]/; s/\[2, 2.9, 1.1\]/[0.4, 0.6, 0.4]/' flat.yaml >cupboard.yaml
expect_status 0 "$sabin" plot cupboard.yaml -k modes --speaker left -o cupboard.png -q

finish
