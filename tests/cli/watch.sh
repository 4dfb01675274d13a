#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# watch.sh: sabin watch: lines, JSON, the log, transfer functions that other commands read, faults of the card, and
# the picture on a terminal (tmux): its pages, keys, sizes, and how it leaves.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$T"

holds() # TEXT FILE: the file has it
{
	if grep -qF -- "$1" "$2"; then pass "holds: $1"; else
		fail "does not hold: $1"
		sed 's/^/    /' "$2"
	fi
}

# Six seconds of two channels, 48 kHz, 16 bit: noise on the second, the same 480 frames later and half as large on the
# first, with other noise 26 dB below.
LC_ALL=C awk 'function le(v, n) { v = v < 0 ? v + 65536 : v; for (; n > 0; n--) { printf "%c", v % 256; v = int(v / 256) } }
BEGIN {
	srand(7)
	frames = 48000 * 6
	printf "RIFF"; le(36 + frames * 4, 4); printf "WAVEfmt "; le(16, 4); le(1, 2); le(2, 2); le(48000, 4)
	le(192000, 4); le(4, 2); le(16, 2); printf "data"; le(frames * 4, 4)
	for (i = 0; i < frames; i++) {
		x = 8000 * (rand() + rand() + rand() + rand() - 2)
		y = i < 480 ? 0 : past[i % 480] / 2
		past[i % 480] = x
		le(int(y + 400 * (rand() - 0.5)), 2)
		le(int(x), 2)
	}
}' >pair.wav

# ---- lines ---------------------------------------------------------------------------------------------
expect_status 0 "$sabin" watch --file pair.wav --speed max
holds 'LAeq' out
# 6 intervals of 2 channels, their head, and all of it
if [ "$(wc -l <out)" = 15 ]; then pass 'a line each second and channel'; else fail "$(wc -l <out) lines"; fi
expect_status 0 "$sabin" watch --file pair.wav --speed max --input 2 --interval 2s --json -q
if [ "$(wc -l <out)" = 4 ]; then pass 'a JSON document a line'; else fail "$(wc -l <out) lines of JSON"; fi
holds '"schema":"sabin.watch/1"' out
holds '"interval":"all","elapsed_s":6.0' out
# four uniform numbers of variance 1/12: RMS 8000 / sqrt(3) / 32768 = -17.03 dBFS
leq=$(tail -1 out | sed 's/.*"lzeq":{"value":\([-0-9.]*\).*/\1/')
if awk -v l="$leq" 'BEGIN { exit !(l > -17.13 && l < -16.93) }'; then pass "LZeq $leq"; else fail "LZeq is $leq"; fi
expect_status 0 "$sabin" watch --file pair.wav --speed max --duration 1.5s --input 1 -q
holds '   1.5 s' out
# white noise of -17.03 dBFS up to 24 kHz: the third octave of 7943 Hz, 1833 Hz wide, has -28.20 dB of it
expect_status 0 "$sabin" watch --file pair.wav --speed max --input 2 --spectrum fft --json -q
holds '"kind":"fft"' out
third=$(tail -1 out | sed 's/.*"leq_db":\[\([^]]*\)\].*/\1/' | cut -d, -f26)
if awk -v l="$third" 'BEGIN { exit !(l > -28.5 && l < -27.9) }'; then pass "FFT at 8 kHz: $third dB"; else fail "FFT at 8 kHz: $third dB"; fi

# ---- usage ---------------------------------------------------------------------------------------------
expect_status 2 "$sabin" watch --simulate
expect_status 2 "$sabin" watch --file pair.wav --capture hw:0
expect_status 2 "$sabin" watch --file pair.wav --input 3
expect_status 2 "$sabin" watch --file pair.wav --reference 3
expect_status 2 "$sabin" watch --file pair.wav --input 2 --reference 2
expect_status 2 "$sabin" watch --file pair.wav --speed max -o kept
holds '--reference' err
expect_status 2 "$sabin" watch --file pair.wav --range 30k..40k
expect_status 2 "$sabin" watch "$tree/rooms/control-room.yaml" --simulate --position nowhere
expect_status 3 "$sabin" watch --file none.wav
expect_status 3 "$sabin" watch none.yaml
expect_status 4 "$sabin" watch --capture nonesuch

# ---- the log -------------------------------------------------------------------------------------------
expect_status 0 "$sabin" watch --file pair.wav --speed max --log log.csv -q
expect_status 0 "$sabin" watch --file pair.wav --speed max --log log.csv -q
if [ "$(wc -l <log.csv)" = 25 ]; then pass 'a second run adds to the log'; else fail "the log has $(wc -l <log.csv) lines"; fi
fields=$(awk -F, '{ print NF }' log.csv | sort -u)
if [ "$fields" = 21 ]; then pass 'every line of the log is whole'; else fail "lines of $fields fields"; fi
# what a crash of the machine left open is closed
printf '2026-01-01T00:00:00+00:00,1.000,1.0' >>log.csv
expect_status 0 "$sabin" watch --file pair.wav --speed max --log log.csv -q --duration 1s
if [ "$(tail -2 log.csv | awk -F, 'NF == 21' | wc -l)" = 2 ]; then pass 'after a torn line the next is whole'; else fail 'a torn line spoils the next'; fi
echo 'something else' >other.csv
expect_status 2 "$sabin" watch --file pair.wav --speed max --log other.csv -q
holds 'something else' other.csv
expect_status 0 "$sabin" watch --file pair.wav --speed max --log other.csv -q --force
holds 'LAeq' other.csv
# killed in the middle, it leaves whole lines
"$sabin" watch --file pair.wav --log killed.csv --interval 0.1s -q >/dev/null 2>&1 &
sleep 1.5
kill -9 $!
{ wait $! || true; } 2>/dev/null
if [ "$(awk -F, 'NF != 21' killed.csv | wc -l)" = 0 ] && [ "$(wc -l <killed.csv)" -gt 4 ]; then pass 'kill -9 leaves whole lines'; else fail "after kill -9: $(tail -2 killed.csv)"; fi
if [ -e /dev/full ]; then
	expect_status 5 "$sabin" watch --file pair.wav --speed max --log /dev/full -q
fi

# ---- transfer functions ----------------------------------------------------------------------------------
expect_status 0 "$sabin" watch --file pair.wav --speed max --reference 2 --average 0 -o kept -q
expect_status 2 "$sabin" watch --file pair.wav --speed max --reference 2 -o kept -q
expect_status 0 "$sabin" response kept --csv -q
level=$(awk -F, '$1 ~ /^1000$|^1000\./ || ($1 > 990 && $1 < 1010) { print $2; exit }' out)
if awk -v l="$level" 'BEGIN { exit !(l > -6.32 && l < -5.72) }'; then pass "level of the kept response: $level dB"; else fail "level at 1 kHz: '$level'"; fi
holds 'coherent_from_hz' kept/measurement.yaml
holds 'coherence: 0.9' kept/measurement.yaml
arrival=$(sed -n 's/.*arrival_s: {value: \([0-9.]*\).*/\1/p' kept/measurement.yaml)
if awk -v a="$arrival" 'BEGIN { d = a - 0.01; exit !(d * d < 1 / 48000 / 48000) }'; then pass "arrival $arrival s"; else fail "arrival $arrival s"; fi
expect_status 0 "$sabin" watch --file pair.wav --speed max --reference 2 --average 0 --compare kept --json -q
# held against itself there is no difference
worst=$(tail -1 out | sed 's/.*"difference_db":\[\([^]]*\)\].*/\1/' | tr ',' '\n' | awk '{ d = $1 * $1; if (d > m) m = d } END { print NR, sqrt(m) }')
if echo "$worst" | awk '{ exit !($1 > 200 && $2 < 0.3) }'; then pass "held against what was kept: points, worst dB: $worst"; else fail "held against what was kept: $worst"; fi
expect_status 2 "$sabin" watch --file pair.wav --compare kept -q
expect_status 3 "$sabin" watch --file pair.wav --reference 2 --compare nothing -q
expect_status 0 "$sabin" compare kept kept -q
expect_status 0 "$sabin" eq kept -o corrected -q
expect_status 0 "$sabin" watch --file pair.wav --speed max --reference 2 --delay 10ms --json -q
holds '"delay_s":{"value":0.01,' out

# ---- calibrated: 124 + 12.11 dB SPL at full scale, a microphone that hears 2 dB too much at 20 kHz ----------
printf '"Sens Factor =-12.11dB, AGain =18dB, SERNO: 7103946"\n20 0\n1000 0\n20000 2\n' >umik.txt
expect_status 0 "$sabin" watch --file pair.wav --speed max --input 2 --calibration umik.txt --json -q
value() { tail -1 out | sed "s/.*\"$1\":{\"value\":\([-0-9.a-z]*\).*/\1/"; }
if awk -v l="$(value lzeq)" 'BEGIN { exit !(l > 118.99 && l < 119.19) }'; then pass "LZeq $(value lzeq) dB SPL"; else fail "LZeq is $(value lzeq) dB SPL"; fi
# white noise of 119.09 dB to 24 kHz has 112.77 dB in the octave of 7943 Hz, of which the microphone's 1.38 dB are taken:
# NR (111.38 + 8) / 1.03 = 115.91
if awk -v l="$(value nr)" 'BEGIN { exit !(l > 115.81 && l < 116.01) }'; then pass "NR $(value nr)"; else fail "NR is $(value nr)"; fi
expect_status 0 "$sabin" watch --file pair.wav --speed max --input 2 --calibration umik.txt -q
holds ' SPL' out
expect_status 3 "$sabin" watch --file pair.wav --calibration pair.wav -q

# ---- the simulated card ------------------------------------------------------------------------------------
sed -e 's/noise_dbfs: -80/noise_dbfs: -60/' "$tree/rooms/control-room.yaml" >room.yaml
expect_status 0 "$sabin" watch room.yaml --simulate --duration 2s --json -q
leq=$(tail -1 out | sed 's/.*"lzeq":{"value":\([-0-9.]*\).*/\1/')
if awk -v l="$leq" 'BEGIN { exit !(l > -60.2 && l < -59.8) }'; then pass "the card's noise of -60 dBFS reads $leq"; else fail "noise of -60 dBFS reads $leq"; fi

# Faults strike from the first sound on: another program plays.
# (A plugin under a sanitizer cannot be loaded into another program.)
if command -v aplay >/dev/null && ! grep -q __asan_init "$sabin"; then
	fault() # LINE NAME: a room file with that fault, and a PCM of it
	{
		sed -e "s/seed: 1}/seed: 1, $1}/" room.yaml >"$2.yaml"
		cat >asound.conf <<END
pcm_type.sabin { lib "$B/libasound_module_pcm_sabin.so" }
pcm.card { type sabin room "$T/$2.yaml" world "watch-$$-$2" speed "1" }
pcm.all { type plug slave.pcm card }
END
	}
	listen() # nine seconds, or SECONDS, with sound as soon as it listens
	{
		local status=0 seconds=${1:-9}
		export ALSA_CONFIG_PATH=$T/asound.conf
		"$sabin" watch --capture card --duration "${seconds}s" --json >out 2>err &
		listener=$!
		for _ in $(seq 100); do [ ! -s out ] || break; sleep 0.1; done
		timeout 20 aplay -q -D all pair.wav >/dev/null 2>&1 || true
		wait $listener || status=$?
		unset ALSA_CONFIG_PATH
		if [ $status = 0 ]; then pass 'it goes on'; else fail "status $status"; sed 's/^/    /' err; fi
	}
	# A busy machine has more overruns than the one, and may ask the card too late to tell when it skipped.
	struck() # FIELD LINE NAME [SECONDS]: the fault is counted, with three tries at it
	{
		local attempt
		for attempt in 1 2 3; do
			fault "$2" "$3$attempt"
			listen ${4+"$4"}
			if grep -q "\"$1\":[1-9]" out; then pass "counted: $1"; return; fi
		done
		fail "not counted: $1"
		tail -1 out | cut -c 1-300
	}
	struck xruns 'xrun_at_s: 1' xrun
	holds 'overrun' err
	holds 'frames were lost' err
	# 50 ms, once there is a clock to hold the card's against, which takes three seconds
	struck skips 'drop: {at_s: 3, frames: 2400}' drop
	holds 'time the device skipped them' err
	# 4 ms, once the card's clock is known, which takes eight seconds
	cat pair.wav >six.wav
	{ LC_ALL=C head -c 44 pair.wav; tail -c +45 six.wav; tail -c +45 six.wav; tail -c +45 six.wav; } >pair.wav.long
	mv pair.wav.long pair.wav
	struck skips 'drop: {at_s: 10, frames: 192}' short 17
	mv six.wav pair.wav
	frames=$(tail -1 out | sed 's/.*"lost_frames":\([0-9]*\).*/\1/')
	if [ "$frames" -ge 170 ] && [ "$frames" -le 215 ]; then pass "192 frames skipped: $frames"; else fail "192 frames skipped: $frames"; fi
	struck unplugged 'unplug_at_s: 1' unplug
	holds 'went away' err
	holds 'is back' err
else
	skip 'faults of the card: no aplay here, or it cannot load the card'
fi

# ---- the picture -----------------------------------------------------------------------------------------------
if ! command -v tmux >/dev/null; then
	skip 'the picture: tmux is not installed (make deps-all)'
	finish
fi
# a server for each terminal: one that is just ending would take the next one along
servers=0
pane() { tmux -L "sabin-$$-$servers" -f /dev/null "$@"; }
trap 'pane kill-server 2>/dev/null; rm -rf "$T"' EXIT
begin() # COLUMNS ROWS ENVIRONMENT ARGUMENT...: sabin watch of the file on a terminal of that size
{
	local size="-x $1 -y $2" environment=$3
	shift 3
	pane kill-server 2>/dev/null || true
	servers=$((servers + 1))
	: >after
	# shellcheck disable=SC2086
	pane new-session -d $size -s s "cd '$T'; env TERM=tmux-256color $environment '$sabin' watch --file long.wav $*; echo \"STATUS \$?\" >after; stty -a >>after; exec cat"
}
shows() # TEXT: within ten seconds the screen has it
{
	for _ in $(seq 100); do
		pane capture-pane -p -t s >screen
		if grep -qF -- "$1" screen; then pass "shows: $1"; return 0; fi
		sleep 0.1
	done
	fail "does not show: $1"
	sed 's/^/    |/' screen
}
shows_not()
{
	pane capture-pane -p -t s >screen
	if grep -qF -- "$1" screen; then fail "shows: $1"; else pass "does not show: $1"; fi
}
press() { pane send-keys -t s "$@"; }
fits() # COLUMNS ROWS: no line is longer, and the last one is the foot
{
	pane capture-pane -p -t s >screen
	local line longest=0
	while IFS= read -r line; do [ ${#line} -le $longest ] || longest=${#line}; done <screen
	if [ "$(wc -l <screen)" = "$2" ] && [ $longest -le "$1" ] && tail -1 screen | grep -q 'q quit$'; then
		pass "fills $1 by $2"
	else
		fail "does not fill $1 by $2"
		sed 's/^/    |/' screen
	fi
}
# the pair eight times over: 48 s
{
	LC_ALL=C awk 'function le(v, n) { for (; n > 0; n--) { printf "%c", v % 256; v = int(v / 256) } }
	BEGIN { printf "RIFF"; le(36 + 2304000 * 4, 4); printf "WAVEfmt "; le(16, 4); le(1, 2); le(2, 2); le(48000, 4)
		le(192000, 4); le(4, 2); le(16, 2); printf "data"; le(2304000 * 4, 4) }'
	for _ in 1 2 3 4 5 6 7 8; do tail -c +45 pair.wav; done
} >long.wav

begin 80 24 '' --reference 2
shows '4 transfer'
shows 'delay 10.00 ms = 3.43 m'
fits 80 24
shows 'coh ██████'
if LC_ALL=C grep -q "$(printf '\342[\240-\243]')" screen; then pass 'curves in dots'; else fail 'no dots'; fi
press 1
shows '1/3 oct Z fast'
shows '█'
shows '─ highest'
fits 80 24
press m
shows '1/3 oct FFT Z fast'
press m
shows '1/3 oct Z fast'
press f
shows '1/6 oct Z fast'
press a
shows '1/6 oct A fast'
press t
shows '1/6 oct A slow'
press p
sleep 0.3
shows_not '─ highest'
press s
shows 'stored: mean spectrum and transfer function'
press x
press Space
shows 'FROZEN'
press Space
sleep 0.3
shows_not 'FROZEN'
press c
shows 'input-2 2/2'
press 3
shows 'LAFmax'
shows 'not calibrated: re full scale'
fits 80 24
press 2
shows '▀'
press '?'
shows 'freeze the picture; sound and log go on'
press '?'
press c 4
shows 'input-1 1/2'
sleep 3 # eight averages
press w
shows 'written: live-'
if ls -d live-*/measurement.yaml >/dev/null 2>&1; then pass 'a measurement was written'; else fail 'no measurement was written'; fi
pane resize-window -t s -x 200 -y 60
sleep 0.7
fits 200 60
press 1
sleep 0.3
fits 200 60
pane resize-window -t s -x 50 -y 12
sleep 0.7
fits 50 12
press '?'
shows '?: more, 1 of'
press Space
pane resize-window -t s -x 20 -y 5
shows 'too small'
pane resize-window -t s -x 80 -y 24
sleep 0.7
fits 80 24
press q
for _ in $(seq 50); do [ -s after ] && break; sleep 0.1; done
sleep 0.3
holds 'STATUS 0' after
holds ' echo ' after # the terminal is as it was
shows 'LAeq'

# Ctrl-C leaves the terminal whole
begin 80 24 '' --reference 2
shows '4 transfer'
press C-c
for _ in $(seq 50); do [ -s after ] && break; sleep 0.1; done
sleep 0.3
holds 'STATUS 130' after
holds ' echo ' after
holds ' icanon ' after
if [ "$(pane display-message -p -t s '#{cursor_flag} #{alternate_on}')" = '1 0' ]; then pass 'cursor and screen are back'; else fail 'the cursor or the screen is not back'; fi

# without colours, and with ASCII alone
begin 80 24 NO_COLOR=1
shows '1 spectrum'
shows '█'
pane capture-pane -e -p -t s >screen
if grep -q "$(printf '\033\[3[0-8]')" screen; then fail 'NO_COLOR has colours'; else pass 'NO_COLOR has no colours'; fi
press 2
sleep 1
pane capture-pane -e -p -t s >screen
if grep -q "$(printf '\033\[3[0-8]')" screen; then fail 'NO_COLOR has colours in the spectrogram'; else pass 'NO_COLOR has shades'; fi
press q
begin 80 24 '' --reference 2 --ascii
for page in 4 1 2 3 '?'; do
	press $page
	sleep 0.5
	pane capture-pane -p -t s >screen
	if LC_ALL=C grep -q '[^ -~]' screen; then
		fail "--ascii, $page: more than ASCII"
		LC_ALL=C grep '[^ -~]' screen | sed 's/^/    |/'
	else
		pass "--ascii, $page: ASCII alone"
	fi
done
begin 80 24 LC_ALL=C
sleep 1
pane capture-pane -p -t s >screen
if LC_ALL=C grep -q '[^ -~]' screen; then fail 'LC_ALL=C: more than ASCII'; else pass 'LC_ALL=C: ASCII alone'; fi
begin 80 24 TERM=dumb
sleep 1.5
shows 'LAeq'
finish
