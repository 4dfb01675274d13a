#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# advised.sh: what sabin advise advises works.  A room with a fault is measured, one item of the advice is carried out
# in it (speakers and seats moved, panels hung, a gain set right), the room is measured again, and what sabin compare
# finds is held against what the item said would be, within twice its stated uncertainty.  Of several quantities of
# one item (a decay time an octave) one in six may stray.  The item is that of the fault, or, where it is not told, the
# first that says what will be.
#
# SABIN_TEST_DRAWS=N: N rooms of each kind; else one each of two.  SABIN_TEST_KINDS: these only.
# SABIN_TEST_KEEP=DIR: what was not confirmed is kept there.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"
draws=${SABIN_TEST_DRAWS:-0}
RANDOM=${SABIN_TEST_SEED:-1}
echo "advised: seed ${SABIN_TEST_SEED:-1}"

calc() { awk "BEGIN { printf \"%.4f\", $1 }"; }

# ---- rooms ------------------------------------------------------------------------------------------------------

declare -A base panels cover

# A room that is neither bare nor treated with care.
furnish()
{
	between width 4.0 5.2
	between length 5.2 7
	between height 2.5 3.0
	between front_m 0.4 0.6
	between half 0.9 1.1
	between latency 5 60
	seed=$RANDOM
	middle=$(calc "$width / 2") seat_y=$(calc "$front_m + $half * 1.73")
	left_x=$(calc "$middle - $half") right_x=$(calc "$middle + $half") left_y=$front_m right_y=$front_m
	mix_x=$middle mix_y=$seat_y side_x=$(calc "$middle - 0.4") side_y=$(calc "$seat_y + 0.1")
	box=', box_m: [0.22, 0.3, 0.35]' speakers=
	local s
	for s in front back left right floor ceiling; do
		base[$s]='{63: 0.3, 125: 0.3, 250: 0.3, 500: 0.3, 1000: 0.3, 2000: 0.3, 4000: 0.3}'
		panels[$s]='' cover[$s]=''
	done
}

surface()
{
	if [ -n "${cover[$1]}" ]; then
		echo "{${cover[$1]}, on: ${base[$1]}, panels: [${panels[$1]}]}"
	else
		echo "{material: ${base[$1]}, panels: [${panels[$1]}]}"
	fi
}

write_room()
{
	local s
	echo "size_m: {width: $width, length: $length, height: $height}"
	echo "surfaces:"
	for s in front back left right floor ceiling; do echo "  $s: $(surface $s)"; done
	cat <<-END
	speakers:
	  left: {output: 1, position_m: [$left_x, $left_y, 1.2], pair: right${box:+, aim_deg: 30$box}}
	  right: {output: 2, position_m: [$right_x, $right_y, 1.2]${box:+, aim_deg: -30$box}}
	positions:
	  mix: {position_m: [$mix_x, $mix_y, 1.2]}
	  side: {position_m: [$side_x, $side_y, 1.2]}
	sweep: {length_s: 3}
	simulation: {noise_dbfs: -85, seed: $seed, latency_ms: $latency${speakers:+, speakers: $speakers}}
	END
}

# spoil KIND: the fault
spoil()
{
	case $1 in
	level-mismatch)
		one_of left right
		local which=$chosen
		one_of -3 -2 2.5
		speakers="{$which: {gain_db: $chosen}}"
		;;
	boundary-null)
		between shift 0.8 1.1
		left_y=$(calc "$front_m + $shift") right_y=$left_y
		mix_y=$(calc "$mix_y + $shift") side_y=$(calc "$side_y + $shift")
		base[front]='{63: 0.08, 125: 0.08, 250: 0.1, 500: 0.3, 1000: 0.3}'
		;;
	seat-in-null)
		mix_y=$(calc "$length / 2") side_y=$mix_y
		base[front]='{63: 0.08, 125: 0.1, 250: 0.3, 500: 0.3, 1000: 0.3}' base[back]=${base[front]}
		;;
	first-reflection)
		box=''
		one_of left right ceiling
		base[$chosen]='{63: 0.2, 125: 0.2, 250: 0.1, 500: 0.05, 1000: 0.04}'
		;;
	too-reverberant)
		local s
		between alpha 0.1 0.16
		for s in front back left right floor ceiling; do base[$s]=$alpha; done
		;;
	mode-ringing)
		one_of front left
		if [ "$chosen" = front ]; then set -- front back; else set -- left right; fi
		base[$1]='{63: 0.03, 125: 0.06, 250: 0.2, 500: 0.3, 1000: 0.3}'
		base[$2]=${base[$1]}
		;;
	flutter)
		box=''
		base[left]='{63: 0.2, 125: 0.2, 250: 0.1, 500: 0.05, 1000: 0.04}' base[right]=${base[left]}
		local s
		for s in front back floor ceiling; do
			base[$s]='{63: 0.3, 125: 0.4, 250: 0.6, 500: 0.7, 1000: 0.8}'
		done
		;;
	esac
}

measure()
{
	write_room >"$1.yaml"
	"$sabin" measure "$1.yaml" --simulate --yes --takes 1 --no-recordings --force -q -o "$1" >/dev/null 2>err || cat err
}

# ---- carrying out -------------------------------------------------------------------------------------------------

area_of()
{
	case $1 in
	front | back) calc "$width * $height" ;;
	left | right) calc "$length * $height" ;;
	*) calc "$width * $length" ;;
	esac
}

# hang KIND SURFACE AREA THICKNESS GAP RESISTIVITY CENTRE... SIDES...: a panel at its place, or spread
hang()
{
	local s=$2 build="{porous: {thickness_m: $4, gap_m: $5, resistivity: $6}}"
	if [ $# -lt 11 ]; then
		cover[$s]="material: $build, cover_percent: $(calc "100 * $3 / $(area_of "$s")")"
		return
	fi
	panels[$s]=$(awk -v s="$s" -v b="$build" -v w="$width" -v l="$length" -v h="$height" -v x="$7" -v y="$8" -v z="$9" \
		-v p="${10}" -v q="${11}" 'BEGIN {
		size[0] = w; size[1] = l; size[2] = h; c[0] = x; c[1] = y; c[2] = z; side[0] = p; side[1] = q
		axis = s == "left" || s == "right" ? 0 : s == "front" || s == "back" ? 1 : 2
		at = s == "left" || s == "front" || s == "floor" ? 0 : size[axis]
		k = 0
		for (a = 0; a < 3; a++) {
			if (a == axis) { lo[a] = hi[a] = at; continue }
			lo[a] = c[a] - side[k] / 2; hi[a] = c[a] + side[k] / 2; k++
			if (lo[a] < 0) lo[a] = 0
			if (hi[a] > size[a]) hi[a] = size[a]
		}
		printf "{material: %s, min_m: [%.3f, %.3f, %.3f], max_m: [%.3f, %.3f, %.3f]}", b, lo[0], lo[1], lo[2], hi[0], hi[1], hi[2] }')
}

# carry_out: the item of item.json
carry_out()
{
	local name dx dy
	while read -r name dx dy; do
		printf -v "${name}_x" %s "$(eval calc "\"\$${name}_x + $dx\"")"
		printf -v "${name}_y" %s "$(eval calc "\"\$${name}_y + $dy\"")"
		# who sits beside goes along
		if [ "$name" = mix ]; then
			side_x=$(calc "$side_x + $dx") side_y=$(calc "$side_y + $dy")
		fi
	done < <(jq -r '.moves[] | [(.speaker // .position), .by_m[0], .by_m[1]] | join(" ")' item.json)
	local -a panel
	while read -ra panel; do
		[ ${#panel[@]} -eq 0 ] || hang "${panel[@]}"
	done < <(jq -r '.panels[] | ([.kind, .surface, .area_m2, .thickness_m, .gap_m, .resistivity_pa_s_per_m2]
		+ (.centre_m // []) + (.sides_m // [])) | join(" ")' item.json)
	if [ "$(jq -r .code item.json)" = level-mismatch ]; then speakers=''; fi
}

# ---- holding against --------------------------------------------------------------------------------------------

# Lines of: what, now, expected, its uncertainty, what was measured
cat >held.jq <<'END'
def curve($key; $rs): ($rs[0].response.freq_hz) as $f | [range(0; $f | length) as $i
	| {f: $f[$i], db: ([$rs[].response[$key][$i]] | if any(. == null) then null else add / length end)}
	| select(.db != null)];
def bass: map(select(.f >= 40 and .f <= 300) | .db);
def third($f): (map(select((.f / $f | log2 | fabs) <= 1 / 6) | pow(10; .db / 10)) | 10 * (add / length | log10))
	- (bass | add / length);
def flatness: bass | (add / length) as $m | (map((. - $m) * (. - $m)) | add / length | sqrt);
$item[0] as $item | .responses as $all
| ($item.moves | map(.speaker // empty)) as $moved
| (if $item.code == "boundary-null" then [$all[] | select(.speaker == $item.target.speaker)]
   else [$all[] | select(.position == $item.target.position)] end) as $heard
| (.mean.bands) as $bands | .pairs as $pairs
| $item.effect[] | . as $e
| (if .what == "level" then curve("after_db"; $heard) | third($e.freq_hz)
   elif .what == "flatness" then curve("after_db"; $heard) | flatness
   elif .what == "decay_time" then [$bands[] | select(.fraction == 1 and .centre_hz == $e.centre_hz)
	| .t30.after.value // .t20.after.value][0]
   elif .what == "reflection_level" then ($item.evidence[] | select(.what == "delay") | .quantity.value) as $t
	| [$all[] | select(.speaker == $e.speaker and .position == $e.position) | .reflections[]
	   | select((.time.value - $t | fabs) < 0.0003 and .level.before.value != null)][0] | .level.after.value // -25
   elif .what == "t60" then [$all[].modes[] | select(.frequency.before.value != null
	   and (.frequency.before.value / $e.freq_hz - 1 | fabs) < 0.015) | .t60.after.value // empty]
	| if length > 0 then add / length else "gone" end
   elif .what == "level_difference" then [$pairs[] | select(.position == "mix") | .level.after.value | fabs][0]
   else "none" end) as $got
| [.what + (if .centre_hz then "@\(.centre_hz)" elif .freq_hz then "@\(.freq_hz | floor)" else "" end),
   .now, .quantity.value, .quantity.plus_minus, $got] | map(tostring) | join(" ")
END

# A mode that is damped so much that it is not found is what was wanted.  A reflection that is not told is at -25 dB or
# less.
judge()
{
	awk '{ if ($5 == "none" || $4 == "null") next
		n++
		good = $5 == "gone" ? $3 < $2 : $5 != "null" && $5 - $3 <= 2 * $4 && $3 - $5 <= 2 * $4
		if ($1 == "reflection_level" && $5 <= -25) good = $3 - 2 * $4 <= -10
		bad += !good
		printf "    %-18s %8.3f -> %8.3f +- %.3f, measured %s%s\n", $1, $2, $3, $4, $5, good ? "" : "  <--" }
		END { exit !(n > 0 && bad <= int(n / 6)) }'
}

# keep NAME FILE...
keep()
{
	if [ -n "${SABIN_TEST_KEEP:-}" ]; then
		mkdir -p "$SABIN_TEST_KEEP/$1"
		cp -r "${@:2}" "$SABIN_TEST_KEEP/$1"
	fi
}

# ---- all --------------------------------------------------------------------------------------------------------

kinds='level-mismatch boundary-null seat-in-null first-reflection too-reverberant mode-ringing flutter'
[ "$draws" -gt 0 ] || kinds='first-reflection boundary-null'
kinds=${SABIN_TEST_KINDS:-$kinds}
rooms=$((draws > 0 ? draws : 1))
tried=0 confirmed=0
for kind in $kinds; do
	for ((i = 0; i < rooms; i++)); do
		furnish
		spoil "$kind"
		measure before
		"$sabin" advise before --json -q >advice.json
		tried=$((tried + 1))
		if ! jq -e --arg code "$kind" '[.items[] | select(.kind != "leave" and (.effect | length > 0)
			and ((.moves | length > 0) or (.panels | length > 0) or .code == "level-mismatch"))]
			| (map(select(.code == $code)) + .)[0] // empty' advice.json >item.json; then
			echo "  $kind: nothing is advised; but $(jq -r '[.items[] | .code] | join(" ")' advice.json)"
			keep "$kind.$i" before before.yaml advice.json
			continue
		fi
		carry_out
		measure after
		"$sabin" compare before after --json -q >compare.json
		echo "  $kind: $(jq -r .code item.json)"
		if jq -r --slurpfile item item.json -f held.jq compare.json | judge; then
			confirmed=$((confirmed + 1))
		else
			echo "    not confirmed"
			keep "$kind.$i" before after before.yaml after.yaml item.json advice.json compare.json
		fi
	done
done
echo "  $confirmed of $tried confirmed"
if [ $((5 * confirmed)) -ge $((4 * tried)) ]; then pass "what is advised works"; else fail "what is advised works"; fi

finish
