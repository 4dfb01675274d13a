#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# eq_from.sh: equalisers' own files, shown, turned into every dialect and back; what is refused, and names
# that somebody made up.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"

hold() # TEXT COMMAND...: does it hold?
{
	local text=$1
	shift
	if "$@"; then pass "$text"; else fail "$text"; fi
}

says() # TEXT FILE
{
	if grep -qF -- "$1" "$2" && ! grep -qE 'Sanitizer|runtime error' err; then
		pass "says: $1"
	else
		fail "does not say: $1"
		sed 's/^/    /' "$2"
	fi
}

# The levels of the first channel of a JSON document, one a line.
levels()
{
	awk '/"level_db": \[/ { if (done) exit; on = 1; next } on && /\]/ { on = 0; done = 1 } on { gsub(/[ ,]/, ""); print }' "$1"
}

near() # A B TOLERANCE: two files of numbers
{
	paste "$1" "$2" | awk -v most="$3" '{ n++; d = $1 - $2; if (d < 0) d = -d; if (!(d <= most)) bad = 1 } END { exit bad || n < 100 }'
}

# A file of AutoEq as people have it, for both ears.
cat >left.txt <<'EOT'
Preamp: -6.5 dB
Filter 1: ON LSC Fc 105 Hz Gain 3.0 dB Q 0.70
Filter 2: ON PK Fc 63 Hz Gain -7.5 dB Q 4.00
Filter 3: ON PK Fc 3150.5 Hz Gain -2.25 dB Q 1.41
Filter 4: OFF PK Fc 1000 Hz Gain 9 dB Q 1.00
EOT
cp left.txt right.txt
expect_status 0 "$sabin" eq --from left.txt,right.txt -o all
says "read as autoeq" err
says "rew cannot carry: left: the gain of -6.5 dB" out
says "preamp -6.50 dB" out
expect_status 0 "$sabin" eq --from left.txt --rates 48000 --json -q
cp out want.json
levels want.json >want
hold "the response is there" test "$(wc -l <want)" -gt 400
# RBJ's peaking filter has its gain at its frequency; there the shelf has 3 - 0.36 dB
hold "the filters are" grep -q '"freq_hz": 3150.5' want.json

# every dialect, read again
for file in apo/config.txt rew/left.txt autoeq/left.txt camilladsp/v2-48000.yml camilladsp/v3-48000.yml \
	camilladsp/v4-48000.yml pipewire/sabin.conf pipewire/left-param-eq.txt easyeffects/sabin-v7.json \
	easyeffects/sabin-v8.json minidsp/left-48000.txt brutefir/correction-48000.conf \
	jconvolver/correction-48000.conf sox/left.sox ffmpeg/filter.txt alsa/asoundrc lsp/left.cfg \
	graphiceq/left.txt roon/roon.zip wav/left-48000.wav wav/all-48000.wav; do
	expect_status 0 "$sabin" eq --from "all/$file" --rates 48000 --json -q
	levels out >got
	# responses and curves have the preamp in them
	case $file in
	brutefir/* | jconvolver/* | roon/* | wav/* | graphiceq/*) awk '{ print $1 + 6.5 }' got >moved && mv moved got ;;
	esac
	hold "$file: the same response" near got want 0.01
done
expect_status 0 "$sabin" eq --from all --rates 48000 --json -q
levels out >got
hold "the directory itself: the same response" near got want 0.001

# one dialect, with what to do next; through coefficients and another rate
expect_status 0 "$sabin" eq --from all/apo/config.txt -f minidsp --rates 96000 -o device
says "import device/minidsp/NAME-RATE.txt" out
expect_status 0 "$sabin" eq --from device/minidsp/left-96000.txt -f rew -q -o back
says "Fc     63.0 Hz" back/rew/left.txt
hold "only that one is written" test ! -e back/apo

# what single precision does to a filter at the rates asked for: told, and the responses are written with it
expect_status 0 "$sabin" eq --from left.txt -f pipewire,lsp --rates 96000 -o low
says "pipewire cannot carry: double precision: left is off by" out
says "dB at 96000 Hz, around" out
says "lsp cannot carry: double precision" out
says "cp low/pipewire/sabin.conf ~/.config/pipewire/pipewire.conf.d/" out
hold "responses beside it" test -s low/pipewire/sabin-fir.conf -a -s low/wav/left-96000.wav
expect_status 0 "$sabin" eq --from low/pipewire/sabin-fir.conf --rates 96000 --json -q
levels out | awk '{ print $1 + 6.5 }' >got
expect_status 0 "$sabin" eq --from left.txt --rates 96000 --json -q
levels out >want96
hold "they are the same" near got want96 0.01
expect_status 0 "$sabin" eq --from back/rew/left.txt -f apo -q -o gain
hold "REW's notes give the gain back" grep -q 'Preamp: -6.5' gain/apo/config.txt

# a response: charted and converted, but not into filters
expect_status 0 "$sabin" eq --from all/wav/all-48000.wav -o responses
says "rew is not written, it cannot carry: left: impulse responses" out
hold "not written" test ! -e responses/rew -a -s responses/camilladsp/v3-48000.yml -a -s responses/wav/left-48000.wav
expect_status 0 "$sabin" eq --from responses/apo/config.txt --rates 48000 --json -q
levels out | awk '{ print $1 + 6.5 }' >got
hold "a response through Equalizer APO's Convolution: the same" near got want 0.01
if command -v gnuplot >/dev/null; then
	expect_status 0 "$sabin" plot all --kind correction --speaker left -o chart.png
	hold "the chart is there" test -s chart.png
fi

# ---- against a response: what the filters make of it
awk 'BEGIN { for (f = 20; f < 20000; f *= 1.02) print f "," (f > 55 && f < 72 ? 6 : 0) }' >peak.csv
grep -v 'LSC' left.txt >cut.txt
expect_status 0 "$sabin" eq --response peak.csv --target flat --from cut.txt --json -q -o against
cp out against.json
hold "the deviation falls" awk '/"error_before_db"/ { gsub(/[^0-9.]/, ""); a = $0 } /"error_after_db"/ { gsub(/[^0-9.]/, ""); b = $0 }
	END { exit !(a > 1 && b < a) }' against.json
hold "the file's own preamp" grep -q '"preamp_db": -6.5,' against.json
hold "the file's own filters" grep -q '"freq_hz": 3150.5,' against.json
expect_status 3 "$sabin" eq --response peak.csv --from all/wav/all-48000.wav
says "filters were expected" err
expect_status 3 "$sabin" eq --response peak.csv --from left.txt,right.txt
says "called after" err

# ---- what is refused
expect_status 2 "$sabin" eq
says "or --from FILE" err
expect_status 3 "$sabin" eq --from missing.txt
printf 'Preamp: -6 dB\nFilter 1: ON PK Fc 63 Hz Gain -7 dB\n' >no-q.txt
expect_status 3 "$sabin" eq --from no-q.txt
says "no-q.txt:2:" err
says "a Q above 0" err
printf 'Preamp: -400 dB\nPreamp: -400 dB\nFilter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\n' >silent.txt
expect_status 3 "$sabin" eq --from apo:silent.txt
hold "gains that add up to nonsense" grep -q 'silent.txt: has gains of -800 dB together' err
# what holds of all dialects holds of each of them
printf 'volume=volume=-400dB,volume=volume=-400dB\n' >silent.ffmpeg
printf 'adelay=delays=9000:all=1,adelay=delays=9000:all=1\n' >late.ffmpeg
printf 'delay 9 delay 9\n' >late.sox
printf 'Delay: 9000 ms\nDelay: 9000 ms\nFilter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\n' >late.apo
expect_status 3 "$sabin" eq --from ffmpeg:silent.ffmpeg
hold "gains of ffmpeg's" grep -q 'silent.ffmpeg: has gains of -800 dB together' err
for dialect in ffmpeg sox apo; do
	expect_status 3 "$sabin" eq --from $dialect:late.$dialect
	hold "delays of $dialect that add up to nonsense" grep -q "late.$dialect: has delays of 18 s together" err
done
printf 'hello\n' >hello.txt
expect_status 3 "$sabin" eq --from hello.txt
says "no dialect that is known" err
says "DIALECT:hello.txt" err
expect_status 3 "$sabin" eq --from rew:hello.txt
expect_status 3 "$sabin" eq --from minidsp:left.txt
printf 'biquad1,\nb0=1,\nb1=0,\nb2=0,\na1=0,\na2=0.5\n' >biquads.txt
expect_status 3 "$sabin" eq --from biquads.txt
says "does not say its rate" err
expect_status 0 "$sabin" eq --from biquads.txt --rates 48000
expect_status 2 "$sabin" eq --from left.txt -f nonsense
says "camilladsp" err
expect_status 2 "$sabin" eq --from left.txt -o all
expect_status 0 "$sabin" eq --from left.txt -o all --force -q

# ---- names
mkdir 'a "b'
name='a "b/$(touch oops)`x`;{[#.txt'
cp left.txt "$name"
expect_status 0 "$sabin" eq --from "$name" -q -o 'o"u$(t)'
hold "names of files are plain" test -z "$(find 'o"u$(t)' -name '*[!A-Za-z0-9_.-]*' | grep -v '^o"u$(t)$')"
hold "nothing was run" test ! -e oops
expect_status 0 "$sabin" eq --from 'o"u$(t)/ffmpeg/filter.txt' -q

finish
