#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# topics.sh: `sabin help TOPIC` and sabin-topics(7) say the same, name nothing that does not exist, and what they tell one to type
# works.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"
PATH=$B:$PATH
page=$B/man/sabin-topics.7

"$sabin" help topics | sed -n 's/^  \([a-z-]*\)  *[^ ].*/\1/p' >topics
"$sabin" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >commands
hold "there are eight topics or more" [ "$(wc -l <topics)" -ge 8 ]
hold "none has the name of a command" [ -z "$(sort topics commands | uniq -d)" ]
for command in $(cat commands); do "$sabin" help "$command"; done | sed -n -E 's/^  (-.|  ) (--[a-z-]+).*/\2/p' | sort -u >options
for topic in $(cat topics); do
	expect_status 0 "$sabin" help "$topic"
	cp out "$topic.text"
	hold "$topic is a screen or two of 80 columns" awk 'length > 79 { bad = 1 } END { exit bad || NR < 15 || NR > 50 }' out
	hold "$topic begins with the line of the list" [ "$(head -n 1 out)" = "$("$sabin" help topics | sed -n "s/^  $topic  */$topic: /p")" ]
	hold "$topic ends with what to type" grep -qE '^    (\$ )?sabin [a-z]+ ' <(tail -n 1 out)
done
hold "the order says how advise sorts: not by kind" grep -qE 'benefit for effort' order.text

# ---- the page says the same, word for word ---------------------------------------------------------------------------------
hold "the page is what the command writes" cmp -s <("$sabin" manual) "$page"
if command -v mandoc >/dev/null; then
	mandoc -T utf8 -O width=900 "$page" | sed -e 's/.\x08//g' >page.text
	words() { sed -e 's/^ *[•-]  *//' | tr -s ' \n' '\n\n' | grep -v '^$'; }
	for topic in $(cat topics); do
		awk -v head="   $topic: " 'index($0, head) == 1 { on = 1; print; next } /^(   )?[A-Za-z]/ { on = 0 } on' page.text | words >page.words
		words <"$topic.text" >help.words
		if cmp -s page.words help.words && [ "$(wc -l <page.words)" -gt 100 ]; then
			pass "$topic: the page has its $(wc -l <page.words) words"
		else
			fail "$topic: the page (>) says otherwise"
			diff help.words page.words | head -n 10 || true
		fi
	done
	hold "the page has no other topics" [ "$(grep -cE '^   [a-z]' page.text)" = "$(wc -l <topics)" ]
else
	skip "the page: mandoc is not installed"
fi

# ---- what is named exists ------------------------------------------------------------------------------------------------------
grep -ohE "'sabin [a-z]+|^    (\\\$ )?sabin [a-z]+" ./*.text | sed 's/.*sabin //' | sort -u >named
hold "the $(wc -l <named) commands that are named exist" [ -s named -a -z "$(comm -23 named <(sort commands))" ]
grep -ohE '(^|[ (])--[a-z][a-z-]*' ./*.text | tr -d ' (' | sort -u >named
hold "the $(wc -l <named) options that are named exist" [ -s named -a -z "$(comm -23 named options)" ]
tr '\n' ' ' <"$B/man/sabin-topics.7" | grep -oE '\(see [a-z-]+' | sed 's/.* //' | sort -u >named
hold "the $(wc -l <named) topics that are named exist" [ -s named -a -z "$(comm -23 named <(sort topics))" ]
for key in from_hz tail_s loopback; do
	hold "the room file knows the '$key' that is named" grep -qE "^\.It Ic [a-z]+\.$key " "$tree/man/sabin-room.5"
done

# ---- what is to be typed ---------------------------------------------------------------------------------------------------------
ln -s "$tree/rooms" rooms
room="rooms/control-room.yaml --simulate --length 1s --position mix -q"
# shellcheck disable=SC2086 # words
{
	expect_status 0 "$sabin" measure $room -o before
	expect_status 0 "$sabin" eq before --dialect wav -q -o correction
	expect_status 0 "$sabin" measure $room --through correction -o after
}
cat ./*.text | sed -n 's/^    \$ //p' | sort -u >lines
while read -r line; do
	case $line in *'sabin plot'* | *'sabin report'*) command -v gnuplot >/dev/null || { skip "$line (gnuplot is not installed)"; continue; } ;; esac
	read -ra words <<<"$line"
	rm -rf charts
	expect_status 0 "${words[@]}"
done <lines
# for a sound card: the options and their values are taken, and the files have the right places
cat ./*.text | sed -n 's/^    sabin /sabin /p' | sort -u >lines
while read -r line; do
	read -ra words <<<"$line"
	expect_status 0 "${words[@]}" --help
	hold "it is the help of ${words[1]}" has "usage: sabin ${words[1]} "
done <lines
hold "there were some" [ -s lines ]

# ---- names that are not quite right ------------------------------------------------------------------------------------------------
expect_status 2 "$sabin" help microfone
says "did you mean 'sabin help microphone'?"
expect_status 2 "$sabin" timing
says "did you mean 'sabin help timing'?"
expect_status 2 "$sabin" help nothing
says "see 'sabin --help' and 'sabin help topics'"
finish
