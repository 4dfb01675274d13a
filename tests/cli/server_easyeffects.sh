#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_easyeffects.sh: EasyEffects loads our preset and reads back every band; an impulse through it comes out as
# predicted; broken presets are not taken.  Optional: skips (77) where the programs are missing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/lib_server.sh
. "$(dirname "$0")/lib_server.sh"
needs easyeffects Xvfb gsettings pw-cat
schema=com.github.wwmm.easyeffects.equalizer
gsettings list-relocatable-schemas | grep -q "^$schema.channel$" ||
	{ echo "EasyEffects of version 7 is not installed (make deps-all): version 8 keeps its settings elsewhere"; exit 77; }
export GSETTINGS_BACKEND=keyfile
path=/com/github/wwmm/easyeffects/streamoutputs/equalizer/0
presets=home/.config/easyeffects/output

cat >left.txt <<'EOT'
Preamp: -6.25 dB
Filter 1: ON LSC Fc 105 Hz Gain 3.0 dB Q 0.7071
Filter 2: ON PK Fc 141.5 Hz Gain -7.5 dB Q 3.0
Filter 3: ON PK Fc 233.25 Hz Gain 1.125 dB Q 8.5
Filter 4: ON PK Fc 3150.5 Hz Gain -2.25 dB Q 1.41
Filter 5: ON PK Fc 12345.6 Hz Gain -3.0 dB Q 2.0
Filter 6: ON HSC Fc 8000 Hz Gain -2.00 dB Q 0.8
EOT
cat >right.txt <<'EOT'
Preamp: -6.25 dB
Filter 1: ON PK Fc 263 Hz Gain -7.5 dB Q 3.0
Filter 2: ON HSC Fc 8000 Hz Gain -2.00 dB Q 0.7071
EOT
"$sabin" eq --from left.txt,right.txt -f easyeffects -q -o made >/dev/null
mkdir -p $presets
cp made/easyeffects/sabin-v7.json $presets/sabin.json
# broken: cut off in the middle; with a mode that is none
sed 's/"input-gain": -6.25/"input-gain": -9.5/' made/easyeffects/sabin-v7.json | head -c 300 >$presets/cut.json
sed 's/APO (DR)/APO (XX)/; s/"gain": 3,/"gain": 4,/' made/easyeffects/sabin-v7.json >$presets/mode.json

begin() # RATE
{
	server "$1" '' '{ factory = adapter
    args = { factory.name = support.null-audio-sink node.name = "out" media.class = Audio/Sink object.linger = true
             audio.position = [ FL FR ] } }'
	rm -f display
	start xvfb.log Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>display
	for _ in $(seq 100); do
		[ ! -s display ] || break
		sleep 0.05
	done
	DISPLAY=:$(cat display)
	export DISPLAY
	start easyeffects.log easyeffects --gapplication-service
	if ! appears easyeffects_sink; then
		cat pipewire.log easyeffects.log
		echo "EasyEffects did not come up"
		exit 77
	fi
	sleep 1
}

load() # PRESET
{
	timeout 20 easyeffects -l "$1" >load.log 2>&1 || true # 1, whatever happens
	sleep 1
}

keys() # of the equaliser and of both channels, "left band0-q 0.7071", single precision's worth of digits
{
	gsettings list-recursively "$schema:$path/" | sed 's/^[^ ]* /all /'
	for side in left right; do
		gsettings list-recursively "$schema.channel:$path/${side}channel/" | sed "s/^[^ ]* /$side /"
	done | LC_ALL=C awk '{ if ($3 + 0 != 0) $3 = sprintf("%.6g", $3) } { print }'
}

expected()
{
	local side n
	echo 'all bypass false'
	echo 'all input-gain -6.25'
	echo "all mode 'IIR'"
	echo 'all num-bands 6'
	echo 'all output-gain 0.0'
	echo 'all split-channels true'
	for side in left right; do
		n=0
		sed -n 's/^Filter [0-9]*: ON \([A-Z]*\) Fc \([^ ]*\) Hz Gain \([^ ]*\) dB Q \(.*\)/\1 \2 \3 \4/p' $side.txt |
			while read -r type hz db q; do
				case $type in
				PK) type=Bell ;;
				LSC) type=Lo-shelf ;;
				HSC) type=Hi-shelf ;;
				esac
				LC_ALL=C awk -v b="$side band$n" -v hz="$hz" -v db="$db" -v q="$q" -v type="$type" 'BEGIN {
					printf "%s-frequency %.6g\n%s-gain %.6g\n%s-q %.6g\n", b, hz, b, db, b, q
					printf "%s-mode \047APO (DR)\047\n%s-mute false\n%s-slope \047x1\047\n", b, b, b
					printf "%s-solo false\n%s-type \047%s\047\n", b, b, type }'
				n=$((n + 1))
			done
	done
	for n in 2 3 4 5; do
		echo "right band$n-type 'Off'"
	done
}

expected >should
for rate in 44100 48000 96000; do
	begin $rate
	load sabin
	keys >is
	lost=$(grep -cvxFf is should || true)
	hold "all $(wc -l <should) values read back at $rate Hz" test "$lost" -eq 0
	[ "$lost" -eq 0 ] || grep -vxFf is should
	impulse $rate
	rm -f out.wav
	pw-cat -r --target out -P '{ stream.capture.sink = true }' --rate $rate --channels 2 --format f32 out.wav >record.log 2>&1 &
	record=$!
	sleep 1
	timeout 30 pw-cat -p --target easyeffects_sink in.wav >play.log 2>&1 || true
	sleep 1
	kill -INT $record
	wait $record 2>/dev/null || true
	"$sabin" eq --from left.txt,right.txt --rates $rate --json -q | sed '/"dialects"/,$d' >want.json
	levels want.json >want
	"$sabin" eq --from out.wav --json -q 2>err | sed '/"dialects"/,$d' >got.json || true
	levels got.json >got
	# its own gain, and the impulse's -6.02 dB
	judge played $rate 12.2706
	if [ $rate = 48000 ]; then
		load cut
		keys >is
		hold "a preset that is cut off is not taken" grep -qx 'all input-gain -6.25' is
		hold "and told" grep -q 'parse error' easyeffects.log
		load mode
		keys >is
		hold "the rest of another is taken" grep -qx 'left band0-gain 4' is
		hold "a mode that is none is not" test "$(grep -c "APO (XX)" is || true)" -eq 0
	fi
	stop
done
finish
