#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# advise.sh: rooms with one fault planted, and good ones: the fault is the first or second item of sabin advise,
# and a good room is accused of nothing.  The faults are planted in what plays, stands and absorbs (room file and
# simulated card), never in what the detectors look at.
#
# SABIN_TEST_DRAWS=N: N rooms of each fault and N good ones; else one each of a few.  SABIN_TEST_FAULTS: these
# faults only.  SABIN_TEST_KEEP=DIR: what was not found is kept there.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
draws=${SABIN_TEST_DRAWS:-0}
RANDOM=${SABIN_TEST_SEED:-1}
echo "advise: seed ${SABIN_TEST_SEED:-1}"

calc() { awk "BEGIN { printf \"%.3f\", $1 }"; }

treated='{125: 0.6, 250: 0.9, 500: 0.97, 1000: 0.97, 2000: 0.97, 4000: 0.97}'
even='{63: 0.45, 125: 0.4, 250: 0.33, 500: 0.33, 1000: 0.33, 2000: 0.33, 4000: 0.33}'
bassy='{63: 0.06, 125: 0.1, 250: 0.33, 500: 0.33, 1000: 0.33, 2000: 0.33, 4000: 0.33}'
lows='{63: 0.06, 125: 0.2, 250: 0.9, 500: 0.97, 1000: 0.97, 2000: 0.97, 4000: 0.97}'
bare='{63: 0.2, 125: 0.2, 250: 0.1, 500: 0.05, 1000: 0.04, 2000: 0.04, 4000: 0.04}'

# A good room: symmetrical, the first reflections treated, the bass absorbed, speakers near the front wall.
good()
{
	between width 4.2 5.2
	between length 5.6 7
	between height 2.6 3.0
	between front_m 0.35 0.5
	between half 0.9 1.1
	between latency 5 60
	seat_y=$(calc "$front_m + $half * 1.73")
	middle=$(calc "$width / 2") side_x=$(calc "$width / 2 - 0.4") side_y=$(calc "$seat_y + 0.1")
	seed=$RANDOM
	box=', box_m: [0.22, 0.3, 0.35]' noise=-85 faults= speakers= audio= spoil=
	dress
}

# What hangs where, by the sizes that are set.
dress()
{
	left="{material: $even, panels: [{material: $treated, min_m: [0, 0.3, 0.3], max_m: [0, 3.2, 2.2]}]}"
	right="{material: $even, panels: [{material: $treated, min_m: [$width, 0.3, 0.3], max_m: [$width, 3.2, 2.2]}]}"
	front="{material: $even, panels: [{material: $treated, min_m: [0.2, 0, 0.3], max_m: [$(calc "$width - 0.2"), 0, 2.3]}]}"
	back="{material: $even, panels: [{material: $treated, min_m: [0.3, $length, 0.3], max_m: [$(calc "$width - 0.3"), $length, 2.3]}]}"
	floor=$even
	ceiling="{material: $even, panels: [{material: $treated, min_m: [0.8, 0.4, $height], max_m: [$(calc "$width - 0.8"), 3.2, $height]}]}"
}

write_room()
{
	cat <<-END
	size_m: {width: $width, length: $length, height: $height}
	surfaces: {front: $front, back: $back, left: $left, right: $right, floor: $floor, ceiling: $ceiling}
	speakers:
	  left: {output: 1, position_m: [$(calc "$middle - $half"), $front_m, 1.2], pair: right${box:+, aim_deg: 30$box}}
	  right: {output: 2, position_m: [$(calc "$middle + $half"), $front_m, 1.2]${box:+, aim_deg: -30$box}}
	positions:
	  mix: {position_m: [$middle, $seat_y, 1.2]}
	  side: {position_m: [$side_x, $side_y, 1.2]}
	$audio
	sweep: {length_s: 3}
	simulation: {noise_dbfs: $noise, seed: $seed, latency_ms: $latency${faults:+, $faults}${speakers:+, speakers: $speakers}}
	END
}

# plant FAULT: change the good room; $code is what is to be found
plant()
{
	code=$1
	case $1 in
	polarity-inverted)
		one_of left right
		speakers="{$chosen: {polarity: inverted}}"
		;;
	channels-swapped) speakers='{left: {output: 2}, right: {output: 1}}' ;;
	level-mismatch)
		one_of left right
		local which=$chosen
		one_of -3 -2 3
		speakers="{$which: {gain_db: $chosen}}"
		;;
	delay-mismatch)
		audio='audio: {loopback: {output: 3, input: 2}, microphone: {input: 1}}'
		one_of left right
		local which=$chosen
		one_of 0.5 1 2
		speakers="{$which: {delay_ms: $chosen}}"
		;;
	driver-dead)
		one_of left right
		local which=$chosen
		one_of 1800 2500 3500
		speakers="{$which: {dead_above_hz: $chosen}}"
		;;
	hum)
		one_of 50 60
		local mains=$chosen
		one_of -65 -60 -55
		faults="hum_hz: $mains, hum_dbfs: $chosen"
		;;
	noise)
		one_of -60 -58 -55
		noise=$chosen
		;;
	clipped)
		one_of 15 18 20
		faults="gain_db: $chosen, clip_dbfs: 0"
		;;
	clock-skew)
		one_of 400 -600 900
		faults="skew_ppm: $chosen"
		;;
	boundary-null)
		front_m=$(calc "$front_m + 1") seat_y=$(calc "$seat_y + 1") side_y=$(calc "$side_y + 1")
		front=$bare
		;;
	seat-in-null)
		# front and back keep their panels for what lies above, but not the bass
		seat_y=$(calc "$length / 2") side_y=$seat_y
		front=${front//$even/$bassy} back=${back//$even/$bassy}
		front=${front//$treated/$lows} back=${back//$treated/$lows}
		;;
	first-reflection)
		box=''
		one_of left right
		printf -v "$chosen" %s "$bare"
		;;
	flutter)
		box='' left=$bare right=$bare
		front='{63: 0.3, 125: 0.4, 250: 0.6, 500: 0.7, 1000: 0.8}'
		back=$front floor=$front ceiling=$front
		;;
	mode-ringing)
		local ring='{63: 0.02, 125: 0.05, 250: 0.2, 500: 0.33, 1000: 0.33}'
		local thin='{63: 0.02, 125: 0.1, 250: 0.6, 500: 0.9, 1000: 0.97, 2000: 0.97, 4000: 0.97}'
		front=${front//$even/$ring} back=${back//$even/$ring}
		front=${front//$treated/$thin} back=${back//$treated/$thin}
		;;
	mic-near-boundary)
		one_of 0.08 0.12 0.2
		side_x=$chosen side_y=3.3
		;;
	too-reverberant)
		front=0.1 back=0.1 left=0.1 right=0.1 floor=0.1 ceiling=0.1
		;;
	too-dead)
		front='{63: 0.5, 125: 0.6, 250: 0.8, 500: 0.9, 1000: 0.9}'
		back=$front left=$front right=$front floor=$front ceiling=$front
		;;
	geometry-differs)
		one_of width length
		spoil=$chosen
		;;
	esac
}

# bass_of DIR: measure such a room, and print of each speaker what it plays from 40 to 300 Hz on average over the
# positions, in thirds of an octave: speaker, frequency, level re their mean
bass_of()
{
	rm -rf "$1.yaml" "$1"
	write_room >"$1.yaml"
	"$sabin" measure "$1.yaml" --simulate --yes --takes 1 --no-recordings -q -o "$1" >/dev/null 2>err || cat err >&2
	"$sabin" response "$1" --smooth 1/3 --points 24 --range 40..300 --average power --json -q | jq -r '.responses[]
		| .speaker as $s | .freq_hz as $f | .level_db as $l | ($l | add / length) as $mean
		| range($f | length) | "\($s) \($f[.]) \($l[.] - $mean)"'
}

# is_fault FAULT: a wall behind the speakers cancels what they play about the frequency at which the way over it is half
# a wave longer than the straight one; but modes of the room may fill that again, and then nobody hears it.  So it is a
# fault where the third of an octave, within half an octave of that frequency, is hollow by more than the 3 dB that EBU
# Tech 3276 tolerates, and where the wall makes it: if all that reaches it were absorbed, it would be 3 dB better.
is_fault()
{
	[ "$1" = boundary-null ] || return 0
	local was=$front
	bass_of walled >walled.txt
	front=0.99
	bass_of open >open.txt
	front=$was
	paste -d ' ' walled.txt open.txt | awk -v front="$front_m" -v half="$half" -v seat="$seat_y" '
		BEGIN { straight = sqrt(half ^ 2 + (seat - front) ^ 2); null = 343 / 2 / (sqrt(half ^ 2 + (seat + front) ^ 2) - straight) }
		$2 > null / sqrt(2) && $2 < null * sqrt(2) && $3 < -3 && $6 - $3 > 3 { hollow = 1 }
		END { exit !hollow }'
}

# try FAULT: measure such a room; $found lists what is said to be repaired, moved or treated, one a line
try()
{
	rm -rf room.yaml m
	write_room >room.yaml
	"$sabin" measure room.yaml --simulate --yes --takes 1 --no-recordings -q -o m >/dev/null 2>err || true
	if [ -n "$spoil" ]; then # the file is wrong, the room is not: what hangs on the wall goes with it
		one_of 0.97 1.03
		printf -v "$spoil" %s "$(calc "${!spoil} * $chosen")"
		dress
		write_room >m/room.yaml
	fi
	"$sabin" advise m --json -q >advice.json 2>>err || cat err
	found=$(jq -r '.items[] | select(.kind != "leave") | .code' advice.json)
}

faults='polarity-inverted channels-swapped level-mismatch delay-mismatch driver-dead hum noise clipped clock-skew
boundary-null seat-in-null first-reflection flutter mode-ringing mic-near-boundary too-reverberant too-dead
geometry-differs'
[ "$draws" -gt 0 ] || faults='polarity-inverted channels-swapped flutter'
faults=${SABIN_TEST_FAULTS:-$faults}

# keep NAME: what was measured and said, for a look at it
keep()
{
	if [ -n "${SABIN_TEST_KEEP:-}" ]; then
		mkdir -p "$SABIN_TEST_KEEP/$1"
		cp -r room.yaml advice.json m "$SABIN_TEST_KEEP/$1"
	fi
}

rooms=$((draws > 0 ? draws : 1))
named=0 planted=0 accused=0
for fault in $faults; do
	for ((i = 0; i < rooms; i++)); do
		good
		plant "$fault"
		for ((n = 1; n < 50; n++)); do
			if is_fault "$fault"; then break; fi
			good
			plant "$fault"
		done
		try
		planted=$((planted + 1))
		if head -n 2 <<<"$found" | grep -qx "$code"; then
			named=$((named + 1))
		else
			echo "  not found: $code; but $(tr '\n' ' ' <<<"$found")"
			keep "$code.$i"
		fi
	done
done
for ((i = 0; i < rooms; i++)); do
	good
	try
	[ -n "$found" ] || continue
	accused=$((accused + 1))
	echo "  a good room: $(tr '\n' ' ' <<<"$found")"
	keep "good.$i"
done
echo "  $named of $planted named first or second; $accused of $rooms good rooms accused"
if [ $((15 * named)) -ge $((14 * planted)) ]; then pass "planted faults"; else fail "planted faults"; fi
if [ "$accused" -eq 0 ]; then pass "good rooms"; else fail "good rooms"; fi

# the last one was good: its text, its formats, what is refused
expect_status 0 "$sabin" advise m
if grep -q 'Nothing to repair' "$T/out" && grep -q 'delays between left and right' "$T/out"; then
	pass "a good room in words"
else
	fail "a good room in words"
fi
if [ "$(jq -r .schema advice.json)" = sabin.advice/1 ] && jq -e '.not_judged | length > 0' advice.json >/dev/null; then
	pass "JSON"
else
	fail "JSON"
fi

# agrees MEASUREMENT: advise tells the deviations and the cuts of the correction that sabin eq designs, and calls for it
# where a third of an octave is 10 dB over the target, or a mode that rings is cut by 6 dB
agrees()
{
	"$sabin" advise "$1" --json -q >agreed.json
	"$sabin" eq "$1" --json -q >eq.json
	jq -e --slurpfile eq eq.json '.items[] | select(.code == "equalise")
		| (.effect | map(select(.what == "deviation")) | all(. as $e | $eq[0].channels[] | select(.speaker == $e.speaker)
			| (.error_before_db - $e.now | fabs) < 0.01 and (.error_after_db - $e.quantity.value | fabs) < 0.01))
		and (.evidence | map(select(.what == "cut")) | length > 0 and all(. as $e | $eq[0].channels[]
			| select(.speaker == $e.speaker) | .filters | any((.freq_hz / $e.freq_hz - 1 | fabs) < 0.001
				and (.gain_db - $e.quantity.value | fabs) < 0.01)))
		and (.kind == "correct") == (.evidence | any((.what == "peak" and .freq_hz >= 50 and .quantity.value >= 10) or .what == "ringing"))' \
		agreed.json >/dev/null
}
hold "advise tells of the equaliser what eq does" agrees m
"$sabin" measure "$tree/rooms/mastering-room.yaml" --simulate --yes --length 2s --no-recordings -q -o sub >/dev/null 2>err || cat err
hold "with a subwoofer, too" agrees sub
# a subwoofer that is 20 dB over the noise of 20 Hz to 20 kHz, but far over it where it plays
sed 's/noise_dbfs: .*/noise_dbfs: -75/; s/sub: {low_hz: 25/sub: {gain_db: -9, low_hz: 25/' "$tree/rooms/mastering-room.yaml" >weak.yaml
"$sabin" measure weak.yaml --simulate --yes --length 2s --position mix --no-recordings -q -o weak >/dev/null 2>err || cat err
hold "a subwoofer is not weak where it does not play" jq -e --argjson snr "$("$sabin" measure weak.yaml --simulate --yes --length 2s \
	--position mix --speaker sub --no-recordings --json -q -o weak-sub | jq '.responses[0].verdict.snr_db.value')" -n \
	'$snr > 15 and $snr < 25 and (input.items | all(.code != "noise"))' <("$sabin" advise weak --json -q) >/dev/null
hold "the list has each square metre once, and the decay is told" jq -e '
	(([.shopping_list[].area_m2] | add) - ([.items[].panels[] | .area_m2 - .counted_m2] | add) | fabs) < 0.01
	and (.treated | .decay_time.valid and .decay_time.value < .now_s and .decay_time.value > .at_least_s
		and (.bands | length >= 5))' agreed.json

expect_status 0 "$sabin" advise m/left.mix.wav
if grep -q 'places and surfaces' "$T/out"; then pass "less is said of a bare file"; else fail "bare file"; fi
expect_status 0 "$sabin" advise m --live --json
if jq -e '[.items[] | select(.code == "feedback")] | length == 4' "$T/out" >/dev/null; then
	pass "feedback of each way"
else
	fail "feedback of each way"
fi


# notches are a correction directory, which goes into any dialect
expect_status 0 "$sabin" advise m --live --notches cuts -o live.txt
expect_status 0 "$sabin" eq --from cuts --json
if jq -e '(.channels | length == 2) and ([.channels[].filters[]] | length > 0 and all(.type == "peaking" and .gain_db < 0))' \
	"$T/out" >/dev/null && [ -d cuts/apo ]; then
	pass "notches in every dialect"
else
	fail "notches"
fi
expect_status 2 "$sabin" advise m --live --notches cuts
expect_status 2 "$sabin" advise m --notches more

# tells FILTER: is it true of the last document?
tells() { jq -e "$1" "$T/out" >/dev/null; }

# less is known, less is advised, and it is said why
expect_status 0 "$sabin" advise m --speaker left --json
hold "one speaker" tells '[.not_judged[].what] | any(. == "how left and right match")'
expect_status 0 "$sabin" advise m --position mix --json
hold "one position" tells '.not_judged | map(.why) | any(test("one position"))'
hold "no repeats, no calibration" tells '.not_judged | map(.why) | any(test("measured once")) and any(test("dB SPL"))'
cp -r m spoilt
echo 'nonsense: 1' >>spoilt/room.yaml
expect_status 0 "$sabin" advise spoilt --json
hold "a room file that cannot be read" tells '.items[0] | .code == "room-file" and (.text | test("nonsense"))'

# requirements: what is not known is not missed, what fails is, and both are in the document
expect_status 0 "$sabin" analyze m --only noise --require nr-15
cat >own.yaml <<-END
name: our own
requirements:
  - {measure: decay_time, from_hz: 250, to_hz: 4000, at_most: 2}
  - {measure: early_reflection, at_most: -60}
END
expect_status 1 "$sabin" analyze m --only noise --json --require own.yaml,bs-775
if [ "$(jq -r '.requirements | map(.missed) | join(" ")' "$T/out")" = 'true false' ] &&
	[ "$(jq -r '.requirements[0].rows | map(.verdict) | join(" ")' "$T/out")" = 'pass fail' ] &&
	[ "$(jq -r '.requirements[1].rows[0].verdict' "$T/out")" = unverified ] &&
	jq -e '.requirements[0].rows[1] | .speaker and .position' "$T/out" >/dev/null; then
	pass "requirements in JSON"
else
	fail "requirements in JSON"
fi
expect_status 2 "$sabin" analyze m --require iso-9000
expect_status 3 "$sabin" analyze m --require room.yaml
expect_status 0 "$sabin" advise m -o advice.txt
expect_status 2 "$sabin" advise m -o advice.txt
expect_status 3 "$sabin" advise room.yaml
expect_status 3 "$sabin" advise nowhere
expect_status 2 "$sabin" advise
expect_status 2 "$sabin" advise m --speaker nobody

finish
