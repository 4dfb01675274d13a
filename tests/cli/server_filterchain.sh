#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# server_filterchain.sh: an impulse through PipeWire's filter-chain with our configurations, their output made a
# source that can be recorded: filters, polarity and delay, impulse responses, filters that single precision
# moves, a broken file.  Optional: skips (77) where the programs are missing.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/lib_server.sh
. "$(dirname "$0")/lib_server.sh"
needs pw-cat

chain() # FILE: the configuration of the chain's own process
{
	cat >conf/chain.conf <<EOC
context.properties = { mem.mlock-all = false }
$libs
context.modules = [
  $modules
$(sed -n '/name = libpipewire-module-filter-chain/,$p' "$1" |
		sed 's/node.passive = true/media.class = Audio\/Source/')
EOC
}

play() # FILE RATE: an impulse through the chain is out.wav
{
	local record
	rm -f out.wav
	impulse "$2"
	server "$2"
	chain "$1"
	start chain.log pipewire -c chain.conf
	if ! appears effect_input.sabin; then
		cat pipewire.log chain.log
		echo "PipeWire did not come up"
		exit 77
	fi
	sleep 1
	pw-cat -r --target effect_output.sabin --rate "$2" --channels 2 --format f32 out.wav >record.log 2>&1 &
	record=$!
	sleep 1
	timeout 30 pw-cat -p --target effect_input.sabin in.wav >play.log 2>&1 || true
	sleep 1
	kill -INT $record
	wait $record 2>/dev/null || true
	stop
	"$sabin" eq --from out.wav --json -q 2>err | sed '/"dialects"/,$d' >got.json || true
	levels got.json >got
}

want() # RATE FILE,...: what is predicted
{
	"$sabin" eq --from "$2" --rates "$1" --json -q >want.json
	sed '/"dialects"/,$d' want.json >part.json
	levels part.json >want
}

peaks() # of out.wav: "SIGN SIGN LATER": of the largest samples, and how much later the right one comes
{
	local at
	at=$(grep -abo data out.wav | sed -n '1s/:.*//p')
	tail -c +$((at + 9)) out.wav | od -An -v -tf4 -w8 | LC_ALL=C awk '
		{ for (c = 1; c <= 2; c++) { a = $c < 0 ? -$c : $c; if (a > most[c]) { most[c] = a; at[c] = NR; sign[c] = $c < 0 ? "-" : "+" } } }
		END { print sign[1], sign[2], at[2] - at[1] }'
}

# The recording has the preamp in it, and the impulse's own -6.02 dB.
level=12.5206

cat >left.txt <<'EOT'
Preamp: -6.5 dB
Filter 1: ON LSC Fc 105 Hz Gain 3.0 dB Q 0.7071
Filter 2: ON PK Fc 141.5 Hz Gain -7.5 dB Q 3.0
Filter 3: ON PK Fc 3150.5 Hz Gain -2.25 dB Q 1.41
Filter 4: ON HSC Fc 8000 Hz Gain -2.00 dB Q 0.7071
Filter 5: ON LPQ Fc 9000 Hz Q 1.2
EOT
sed 's/Fc 141.5/Fc 263/' left.txt >right.txt
{
	echo 'Channel: L'
	cat left.txt
	echo 'Channel: R'
	cat right.txt
	echo 'Copy: R=-1*R'
	echo 'Delay: 2 ms'
} >config.txt
"$sabin" eq --from config.txt -f pipewire -q -o made >/dev/null
for rate in 44100 48000 96000; do
	want $rate left.txt,right.txt
	play made/pipewire/sabin.conf $rate
	judge filters $rate $level
	hold "polarity and delay at $rate Hz: $(peaks)" test "$(peaks)" = "+ - $((rate / 500))"
done

# narrow filters at low frequencies: as filters never more than is said of them, as responses exact; the responses
# come from our reader, which has them from the configuration with one for each rate
cat >left.txt <<'EOT'
Preamp: -6.5 dB
Filter 1: ON PK Fc 41.5 Hz Gain -9 dB Q 6.0
Filter 2: ON HPQ Fc 60 Hz Q 0.8
Filter 3: ON HSC Fc 8000 Hz Gain -2.00 dB Q 0.7071
EOT
sed 's/Fc 41.5/Fc 63/' left.txt >right.txt
"$sabin" eq --from left.txt,right.txt --rates 44100,48000,96000 -f pipewire -q -o low >/dev/null
"$sabin" eq --from low/pipewire/sabin-fir.conf -f pipewire -q -o again >/dev/null
hold "responses are what is written of responses" grep -q 'label = convolver' again/pipewire/sabin.conf
for rate in 44100 48000 96000; do
	want $rate left.txt,right.txt
	play again/pipewire/sabin.conf $rate
	judge responses $rate $level
done
said=$(sed -n 's/.*"double precision: .*may show up to \([0-9.]*\) dB.*/\1/p' want.json | head -n 1)
play low/pipewire/sabin.conf 96000
judge "narrow filters, said are $said dB," 96000 $level "${said:-0}"

# shelves of a Q of their own, which 0.3 does not have: as far off as is said; their responses are exact
if pipewire --version | grep -q 'libpipewire 0\.3'; then
	printf 'Preamp: -6.5 dB\nFilter 1: ON LSC Fc 300 Hz Gain 6 dB Q 1.2\n' >left.txt
	cp left.txt right.txt
	"$sabin" eq --from left.txt,right.txt --rates 48000 -f pipewire -q -o shelf >/dev/null
	want 48000 left.txt,right.txt
	said=$(sed -n 's/.*"the Q of shelves before release 1.0: \([0-9.]*\) dB.*/\1/p' want.json | head -n 1)
	play shelf/pipewire/sabin.conf 48000
	judge "shelves, said are $said dB," 48000 $level "$(awk "BEGIN { print ${said:-0} + 0.05 }")"
	play shelf/pipewire/sabin-fir.conf 48000
	judge "their responses" 48000 $level
fi

# a broken file: the program ends
sed 's/bq_peaking/bq_picking/' made/pipewire/sabin.conf >broken.conf
server 48000
chain broken.conf
got=0
timeout 20 pipewire -c chain.conf >chain.log 2>&1 || got=$?
if [ $got -eq 254 ]; then pass "a node that is not there: status 254"; else fail "a broken file: status $got"; fi
finish
