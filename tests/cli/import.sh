#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# import.sh: recordings and responses from elsewhere: sabin deconvolve with several sweeps, channels and
# formats, sabin import, and what both say of files that will not do.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"

shows() # TEXT: standard output of the last command holds it
{
	if grep -qF -- "$1" out; then pass "shows: $1"; else fail "does not show: $1"; fi
}

same() { cmp -s "$1" "$2"; }

# ---- a recording of several sweeps: the sweep file itself, played twice, is one
expect_status 0 "$sabin" sweep --length 0.5 --tail 0.3 --repeats 2 --sample-format s24 -o twice.wav
expect_status 0 "$sabin" sweep --length 0.5 --tail 0.3 -o once.wav
expect_status 0 "$sabin" deconvolve twice.wav --sweep once.wav --speaker left,right --position mix --json -o two
shows '"speaker": "left"'
shows '"speaker": "right"'
hold "each has its response, its noise and its recording, FLAC where lossless" ls two/left.mix.wav \
	two/right.mix.wav two/recordings/left.mix.flac two/recordings/right.mix.flac
expect_status 0 "$sabin" deconvolve twice.wav --sweep twice.wav -o mean
shows 'mean: 1 response'
hold "the recipe's repeats are averaged" grep -q 'repeats: 2' mean/measurement.yaml
expect_status 0 "$sabin" deconvolve twice.wav --sweep twice.wav --repeats 1 --no-recordings -o apart
hold "speakers without names are counted" ls apart/speaker-1.position.wav apart/speaker-2.position.wav
hold "--no-recordings keeps none" [ ! -e apart/recordings ]
expect_status 0 "$sabin" deconvolve two/recordings/left.mix.flac --sweep once.wav -o from-flac.wav
expect_status 0 "$sabin" analyze two

# ---- channels
expect_status 0 "$sabin" sweep --length 0.5 --tail 0.3 --channels 3 --channel 2 -o second.wav
expect_status 0 "$sabin" deconvolve second.wav --sweep once.wav --channel 2 -o channel.wav
expect_status 3 "$sabin" deconvolve second.wav --sweep once.wav -o no.wav
says "channel 1 is silent"
expect_status 3 "$sabin" deconvolve second.wav --sweep once.wav --channel 2,4 -o no
says "has 3 channels, but channel 4 is asked for"
expect_status 2 "$sabin" deconvolve second.wav --sweep once.wav --channel two -o no
says "--channel two"
expect_status 0 "$sabin" deconvolve twice.wav --sweep once.wav --channel 1,1 --speaker left,right \
	--position here,there -o grid
hold "two microphones, two speakers" ls grid/left.here.wav grid/right.here.wav grid/left.there.wav \
	grid/right.there.wav
expect_status 0 "$sabin" deconvolve twice.wav --sweep once.wav --reference 1 --speaker left,right --json -o timed
shows '"zero": "emission"'

# ---- a foreign sweep: no recipe, in the file or beside it
expect_status 0 "$sabin" deconvolve once.wav --sweep once.wav -o cable
expect_status 0 "$sabin" sweep --length 0.5 --tail 0.3 --from 40 --to 20k -o foreign-ours.wav
expect_status 0 "$sabin" import --unchecked foreign-ours.wav --speaker x --position y -o strip
expect_status 0 "$sabin" deconvolve two/recordings/left.mix.flac --sweep strip/x.y.wav -o foreign
says "foreign sweep"

# ---- what will not do
expect_status 3 "$sabin" deconvolve twice.wav --sweep once.wav --speaker a,b,c -o no
says "holds 2 responses"
says "--speaker names 3"
expect_status 3 "$sabin" deconvolve twice.wav --sweep once.wav --repeats 3 -o no
says "cannot be averaged by 3"
expect_status 2 "$sabin" deconvolve twice.wav --sweep once.wav -o no.wav
says "2 responses were found"
expect_status 2 "$sabin" deconvolve twice.wav --sweep once.wav --speaker a,A -o no
says "each name once"
expect_status 0 "$sabin" sweep --length 0.5 --rate 44100 -o other-rate.wav
expect_status 3 "$sabin" deconvolve other-rate.wav --sweep once.wav -o no
says "was recorded at 44100 Hz, but the sweep has 48000 Hz"
expect_status 3 "$sabin" deconvolve two/left.mix.noise.wav --sweep once.wav -o no
says "channel 1 is silent"
expect_status 0 "$sabin" sweep --length 5 --from 100 --to 300 --tail 0.3 -o low.wav
expect_status 3 "$sabin" deconvolve two/left.mix.wav --sweep low.wav -o no
says "no sweep found on channel 1: looked for 100 Hz to 300 Hz"
expect_status 3 "$sabin" deconvolve two/left.mix.wav --sweep once.wav -o no
says "has its octaves at other times than that sweep"
hold "nothing is left of what failed" [ ! -e no ] && [ ! -e no.wav ]

# ---- import: bit for bit
expect_status 0 "$sabin" import two/left.mix.wav two/right.mix.wav --json -o again
shows '"schema": "sabin.measurement/1"'
expect_status 0 "$sabin" import again/left.mix.wav again/right.mix.wav -o third
hold "a second import gives the same bytes" same again/left.mix.wav third/left.mix.wav
samples() # the data of a float WAV file: all after its "data" chunk's header
{
	local at
	at=$(LC_ALL=C grep -abo 'data' "$1" | head -n 1 | cut -d: -f1)
	tail -c +$((at + 9)) "$1"
}
samples two/left.mix.wav | head -c 100000 >a.raw
samples again/left.mix.wav | head -c 100000 >b.raw
hold "the samples are the same to the bit" same a.raw b.raw
expect_status 0 "$sabin" analyze again

# ---- import: names
expect_status 3 "$sabin" import second.wav -o channels
says "channel 2 is no impulse response: it looks like a sweep"
expect_status 1 "$sabin" import --unchecked second.wav -o channels
shows "silent"
hold "a response a channel" [ "$(grep -c 'file: second-ch' channels/measurement.yaml)" -eq 3 ]
expect_status 0 "$sabin" import two/left.mix.wav channel.wav --speaker s -o one-speaker
hold "the file names the position then" ls one-speaker/s.mix.wav one-speaker/s.channel.wav
expect_status 2 "$sabin" import two/left.mix.wav again/left.mix.wav -o no
says "two responses would be called left at mix"
expect_status 2 "$sabin" import two/left.mix.wav channel.wav --position a,b,c -o no
says "3 names for 2 responses"
expect_status 2 "$sabin" import two/left.mix.wav
says "-o DIR"
expect_status 3 "$sabin" import two/left.mix.wav --rate 44.1k -o no
says "has a sample rate of 48000 Hz; --rate says 44100 Hz"
expect_status 3 "$sabin" import two -o no
says "is a measurement directory already"

# ---- import: REW
{
	printf '* Impulse Response data saved by REW V5.40\n'
	printf '* Excitation: 256k Log Swept Sine, 1 sweep at -12.0 dBFS using a loopback as a timing reference\n'
	printf '1.0 // Peak value before normalisation\n300 // Peak index\n1000 // Response length\n'
	printf '2.0833333333333333E-5 // Sample interval (seconds)\n-0.00417 // Start time (seconds)\n'
	printf '* Data start\n'
	awk 'BEGIN { for (i = 0; i < 1000; i++) print i == 300 ? 0.5 : 0 }'
} >ir.txt
expect_status 0 "$sabin" import ir.txt --json -o rew
shows '"zero": "emission"'
shows '"zero_index": 200'
hold "the fraction of the start time is kept" grep -q 'zero_offset_s: 3.33333' rew/measurement.yaml
printf '* Measurement data measured by REW V5.31.3\n* Freq(Hz) SPL(dB) Phase(degrees)\n100 90 10\n' >fr.txt
expect_status 3 "$sabin" import fr.txt -o no
says "is a frequency response"
says "Export impulse response"
printf '* Freq(Hz) Impedance(ohms) Phase(degrees)\n100 8 10\n' >z.txt
expect_status 3 "$sabin" import ir.txt z.txt -o no
says "z.txt: is the impedance of a loudspeaker"
expect_status 3 "$sabin" analyze fr.txt
says "is a frequency response"
printf 'hello\n' >text.txt
expect_status 3 "$sabin" import text.txt -o no
says "text.txt"
expect_status 3 "$sabin" deconvolve two/left.mix.wav --sweep once.wav -o no
says "has its octaves at other times than that sweep"
hold "nothing is left of what failed" [ ! -e no ]
finish
