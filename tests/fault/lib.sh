# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lib.sh: what the tests of failing worlds share; sourced by them.  Each command is run over an output of
# its own that stood there before, in $T/place, and is then looked at.
#
#   scene                    a short measurement and what else the commands read, in $T
#   commands                 names of what can be run with `command NAME`
#   command NAME             its words in $words, what it writes in $outputs (names in $T/place)
#   stand NAME               $T/place as it is before NAME is run
#   sum OUTPUT               a checksum of a file or folder, without the lines that tell when and how it was made
#   left                     temporary files that were left anywhere

. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"

preload=$B/fault/preload.so
if [ ! -e "$preload" ]; then
	echo "there is no $preload; run make faults" >&2
	exit 2
fi

scene()
{
	cd "$T"
	sed 's/length_s: 5/length_s: 0.5/; s/tail_s: 2/tail_s: 0.5/' "$tree/rooms/control-room.yaml" >room.yaml
	"$sabin" measure room.yaml --simulate -q --position mix -o m >/dev/null
	"$sabin" measure room.yaml --simulate -q --position mix -o m2 >/dev/null
	"$sabin" eq m -q -o corr >/dev/null 2>&1
	"$sabin" eq m -q --fir min -o corr-fir >/dev/null 2>&1
	"$sabin" sweep -q --length 1 -o s.wav >/dev/null
	cp s.wav heard.wav
	# what the question-and-answer of setup is told; empty lines take what is offered
	yes '' | head -n 60 >answers
	mkdir -p old place
}

commands='analyze analyze-parts response compare advise place simulate plot report import eq eq-fir eq-from
	verify setup room measure deconvolve sweep watch devices help'

command()
{
	outputs='' input=/dev/null
	case $1 in
	analyze) words=(analyze ../m --json) ;;
	analyze-parts) words=(analyze ../m --only "sti,noise,distortion,reflections,modes") ;;
	response) words=(response ../m -o r.txt --force) outputs=r.txt ;;
	compare) words=(compare ../m ../m2 --json) ;;
	advise) words=(advise ../m -o a.txt --force) outputs=a.txt ;;
	place) words=(place ../room.yaml --top 1 --step 0.5 --tolerance 0) ;;
	simulate) words=(simulate ../room.yaml --length 0.2 --position mix --force -o s) outputs=s ;;
	plot) words=(plot ../m --kind "response,decay" --position mix --force -o p) outputs=p ;;
	report) words=(report ../m --force -o r.html) outputs=r.html ;;
	import) words=(import ../m/left.mix.wav --speaker left --position mix --force -o i) outputs=i ;;
	eq) words=(eq ../m -q --force -o c) outputs=c ;;
	eq-fir) words=(eq ../m -q --fir min --force -o c) outputs=c ;;
	eq-from) words=(eq --from ../corr -q --force -o c) outputs=c ;;
	verify) words=(verify ../corr ../m2) ;;
	setup) words=(setup --force -o y.yaml) outputs=y.yaml input=../answers ;;
	room) words=(room ../room.yaml) ;;
	measure) words=(measure ../room.yaml --simulate -q --position mix --force -o m) outputs=m ;;
	deconvolve) words=(deconvolve ../heard.wav -s ../s.wav --force -o d.wav) outputs=d.wav ;;
	sweep) words=(sweep --length 1 --force -o w.wav) outputs=w.wav ;;
	watch) words=(watch ../room.yaml --simulate --duration 1) ;;
	devices) words=(devices) ;;
	help) words=(help topics) ;;
	esac
}

sum()
{
	if [ -d "$1" ]; then
		(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sed -s -e '/^date: /d' -e '/^command: /d' | sha256sum)
	elif [ -e "$1" ]; then sha256sum <"$1"
	else echo none; fi
}

stand()
{
	rm -rf "$T/place"
	mkdir -p "$T/place"
	if [ -d "$T/old/$1" ]; then cp -a "$T/old/$1/." "$T/place"; fi
}

left() { find "$T" -path "$T/old" -prune -o \( -name '.*sabin-*' -o -name 'sabin.??????*' \) -print | head -n 3; }
