#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# window.sh: `sabin plot --show` opens a window where there is a display, and says at once where there is none.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v gnuplot >/dev/null || { echo "gnuplot is not installed"; exit 77; }
cd "$T"
unset DISPLAY WAYLAND_DISPLAY
mkdir run tmp
export XDG_RUNTIME_DIR=$T/run TMPDIR=$T/tmp
expect_status 0 "$sabin" simulate "$tree/rooms/control-room.yaml" --method images --length 0.4 --speaker left --position mix -q -o made
show=("$sabin" plot made --kind etc --show)

# ---- none -----------------------------------------------------------------------------------------------------------------------
expect_status 5 "${show[@]}"
says_once "there is no display to show a window on"
says "write a file instead, with -o FILE"
expect_status 5 "$sabin" plot nowhere --kind etc --show
says_once "there is no display" # before anything is read
expect_status 5 "${show[@]}" -o etc.svg
hold "nothing is drawn then" [ ! -e etc.svg ]
expect_status 0 "$sabin" plot made --kind etc -o etc.svg
# none that answers: a socket that nobody listens at, a port, a name that is none
absent=907
while [ -e "/tmp/.X11-unix/X$absent" ]; do absent=$((absent + 1)); done
for display in ":$absent" ":$absent.0" "localhost:$absent" nonsense "host:x" ":99999999999999999999"; do
	begun=$SECONDS
	expect_status 5 env "DISPLAY=$display" "${show[@]}"
	says_once "the display $display (DISPLAY), which was to show a window, does not answer: "
	hold "and says it soon" [ $((SECONDS - begun)) -lt 20 ]
done
expect_status 5 env WAYLAND_DISPLAY=wayland-7 "${show[@]}"
says_once "the display wayland-7 (WAYLAND_DISPLAY)"
expect_status 2 "$sabin" plot made --kind no-such --show
says "unknown kind"

# ---- one ------------------------------------------------------------------------------------------------------------------------
if ! command -v Xvfb >/dev/null; then
	skip "a display: Xvfb is not installed"
	finish
	exit
fi
Xvfb -displayfd 7 -screen 0 1280x1024x24 -nolisten tcp 7>number 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$T"' EXIT
for _ in {1..300}; do [ -s number ] && break; sleep 0.1; done
DISPLAY=:$(cat number)
export DISPLAY
hold "Xvfb serves $DISPLAY" [ "$DISPLAY" != : ]
case " $(gnuplot -d -e 'set print "-"; print GPVAL_TERMINALS' </dev/null) " in
*' qt '* | *' wxt '* | *' x11 '*)
	expect_status 0 "${show[@]}"
	hold "no path is printed, for there is no file" [ ! -s out ]
	if command -v xwininfo >/dev/null; then
		for _ in {1..300}; do
			xwininfo -root -tree 2>/dev/null | grep -i gnuplot >windows && break
			sleep 0.1
		done
		hold "there is a window: $(grep -o '"[^"]*"' windows | head -n 1)" [ -s windows ]
	else
		skip "the window itself: xwininfo is not installed"
	fi
	expect_status 0 "${show[@]}" -o both.svg
	hold "window and file together" [ -s both.svg ]
	;;
*)
	expect_status 5 "${show[@]}"
	says "this gnuplot has no terminal with a window (install gnuplot-qt or gnuplot-x11)"
	;;
esac
kill $server
hold "no file is left behind" [ -z "$(find tmp -name 'sabin-*')" ]
finish
