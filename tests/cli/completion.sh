#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# completion.sh: the completions load in their shells and offer what the command takes: every command, every option, the words of
# choices and lists.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$T"
export HOME=$T XDG_CONFIG_HOME=$T XDG_DATA_HOME=$T

for shell in bash zsh fish; do
	expect_status 0 "$sabin" completion $shell
	cp out completion.$shell
	hold "what is installed for $shell is that" cmp -s completion.$shell "$B/completions/$shell"
done
expect_status 2 "$sabin" completion tcsh
says "bash, zsh or fish is expected"
expect_status 2 "$sabin" completion
"$sabin" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort >commands
options() { "$sabin" help "$1" | sed -n '/^options:/,$p' | sed -n -E 's/^  (-.|  ) (--[a-z-]+).*/\2/p' | sort; }
: >picture.png
mkdir folder

# ---- bash: what the function leaves in COMPREPLY ------------------------------------------------------------------
# shellcheck disable=SC1091
. ./completion.bash
pass "bash loads it"
reply() # WORD...: the last one is to be completed; "=" is a word of its own, as readline has it
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_sabin
	printf '%s\n' "${COMPREPLY[@]}" | sort
}
offers() # NAME WANTED WORD...
{
	local name=$1 wanted=$2
	shift 2
	hold "bash: $name" [ "$(reply "$@" | tr '\n' ' ' | sed 's/ *$//')" = "$wanted" ]
}
hold "bash: it offers every command" [ "$(reply sabin '' | grep -v '^--' | grep -vx help)" = "$(cat commands)" ]
offers "a command" "measure" sabin mea
offers "a command after help" "verify" sabin help ver
offers "a topic after help" "microphone" sabin help mic
hold "bash: it offers every topic" [ -z "$(comm -13 <(reply sabin help '') <("$sabin" help topics | sed -n 's/^  \([a-z-]*\)  *[^ ].*/\1/p' | sort))" ]
for command in $(cat commands); do
	hold "bash: $command: every option" [ "$(reply sabin "$command" --)" = "$(options "$command")" ]
done
offers "the words of a choice" "dark" sabin plot x --theme d
offers "the same behind =" "dark light print" sabin plot x --theme =
offers "begun behind =" "print" sabin plot x --theme = pr
offers "a list" "noise" sabin plot x -k no
offers "a list behind its comma" "response,waterfall" sabin plot x --kind response,wa
offers "dialects" "camilladsp" sabin eq x --dialect cam
offers "standards" "bs-1116 bs-775" sabin report x --require bs
offers "files" "folder" sabin analyze fol
offers "files behind -o" "picture.png" sabin plot x -o pict
offers "nothing for a number" "" sabin plot x --window ''
offers "options after operands" "--third-octave" sabin analyze folder --thi

# ---- fish -----------------------------------------------------------------------------------------------------------
if command -v fish >/dev/null; then
	fish_reply() { fish --no-config -c "source completion.fish; complete -C '$1'" | cut -f 1 | sort; }
	hold "fish: it loads" fish --no-config -c 'source completion.fish'
	hold "fish: every command" [ "$(fish_reply 'sabin ' | grep -vx help | grep -v '^-')" = "$(cat commands)" ]
	for command in $(cat commands); do
		hold "fish: $command: every option" [ "$(fish_reply "sabin $command --" | grep -- '^--' | sed 's/=$//' | sort)" = "$(options "$command")" ]
	done
	hold "fish: a topic" [ "$(fish_reply 'sabin help mic')" = microphone ]
	hold "fish: a choice" [ "$(fish_reply 'sabin plot --theme ' | tr '\n' ' ')" = "dark light print " ]
	hold "fish: a list behind its comma" [ "$(fish_reply 'sabin plot --kind response,wa')" = response,waterfall ]
else
	skip "fish is not installed"
fi

# ---- zsh: a shell on a terminal of its own, asked by a tab -------------------------------------------------------------
if command -v zsh >/dev/null; then
	mkdir functions
	cp completion.zsh functions/_sabin
	hold "zsh: it parses" zsh -n functions/_sabin
	cat >ask.zsh <<-'EOF'
		zmodload zsh/zpty
		zpty -b z zsh -f -i
		zpty -w z "PS1='' ; stty -echo; fpath=($PWD/functions \$fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-colors ''; zstyle ':completion:*' verbose no; unsetopt beep list_beep; LISTMAX=0; bindkey '^I' complete-word; print READY"
		zpty -r -m z line '*READY*' || exit 1
		zpty -n -w z $'sabin '"$1"$'\t'
		out=''
		for i in {1..150}; do
			sleep 0.1
			while zpty -r -t z line; do out+=$line; done
			[[ $out == *$2* ]] && break
		done
		print -r -- "$out"
	EOF
	zsh_offers() { hold "zsh: $1" grep -q -- "$3" <<<"$(zsh -f ask.zsh "$2" "$3" 2>/dev/null)"; }
	zsh_offers "a command" 'mea' 'measure'
	zsh_offers "a topic" 'help mic' 'microphone'
	zsh_offers "an option" 'plot --the' '--theme'
	zsh_offers "a choice" 'plot --theme=d' 'dark'
	zsh_offers "a list" 'plot --kind waterf' 'waterfall'
else
	skip "zsh is not installed"
fi
finish
