#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tutorial.sh: the commands of sabin-tutorial(7), as they are printed there, lead from a setup to a verified correction, and the
# README has the same ones.
#
# Lines that begin with "$ " are run one after the other; of those for a sound card the options must be ones that there are.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v gnuplot >/dev/null || { echo "gnuplot is not installed"; exit 77; }
PATH=$B:$PATH
page=$tree/man/sabin-tutorial.7

displays "$page" >"$T/displays"
typed <"$T/displays" >"$T/commands"
grep '^sabin ' "$T/displays" >"$T/rig"
mkdir "$T/empty"
cd "$T/empty"
export ALSA_CONFIG_PATH=$T/asound.conf # setup proposes the devices of the machine: there are none
: >"$T/asound.conf"

number=0
while read -r line; do
	number=$((number + 1))
	got=0
	bash -c "set -o pipefail; $line" >"$T/out.$number" 2>"$T/err" </dev/null || got=$?
	hold "$line" [ $got = 0 ]
	[ $got = 0 ] || sed 's/^/    /' "$T/err"
	cp "$T/out.$number" "$T/out.$(awk '{ for (i = 1; i <= NF; i++) if ($i == "sabin") print $(i + 1) }' <<<"$line").last"
done <"$T/commands"
hold "there are ten or more" [ $number -ge 10 ]

# ---- what the page promises -------------------------------------------------------------------------------------------------------
hold "the room is the one that is described" grep -q 'size_m: {width: 3.9, length: 5.2, height: 2.7}' studio.yaml
hold "its surfaces are those of the page" [ "$(grep -E '^  [a-z]+: .*mineral-wool' "$T/displays" | grep -cxFf studio.yaml)" = 5 ]
hold "every response is good" [ "$(sed -n '/verdict/,$p' "$T/out.measure.last" | grep -c ' good$')" = 4 ]
hold "step 5 asks for the equaliser of step 6" grep -qE '^ *[0-9]+ Correct  An equaliser can cut' "$T/out.advise.last"
hold "and tells what the decay becomes" grep -q 'With all of it hung' "$T/out.advise.last"
hold "verify confirms" grep -q 'The correction does what it was designed to do' "$T/out.verify.last"
expect_status 0 "$sabin" verify correction after --json
cp "$T/out" "$T/verify.json"
hold "within 0.3 dB of the prediction" at_most 0.3 difference_db "$T/verify.json"
hold "and it is worth it: a third less deviation" [ "$(paste <(numbers error_before_db "$T/verify.json") <(numbers achieved_error_db "$T/verify.json") |
	awk '$2 < 0.67 * $1 { n++ } END { print n + 0 }')" = 2 ]
expect_status 1 "$sabin" verify correction before
hold "a correction that cuts makes modes fall" grep -q 'Modes fell' "$T/out.compare.last"
hold "and none rise" [ "$(grep -cE '(Modes|The mode at .*) rose' "$T/out.compare.last")" = 0 ]
hold "the page of step 9 is whole" grep -q '</html>' report.html
hold "step 6 has its picture" grep -q '</svg>' correction.svg

# ---- the same with a sound card ---------------------------------------------------------------------------------------------------
while read -r line; do
	read -ra words <<<"$line"
	expect_status 0 "${words[@]}" --help
done <"$T/rig"
hold "there are four or more" [ "$(wc -l <"$T/rig")" -ge 4 ]

# ---- the README: its walk has the same commands -------------------------------------------------------------------------------------
sed -n '/^## From an empty room/,/^## [^F]/s/^    //p' "$tree/README.md" | sed 's/  *#.*//' | typed | sed '1{/^mkdir /d}' >"$T/readme"
diff "$T/commands" "$T/readme" >"$T/diff" || sed 's/^/    /' "$T/diff"
hold "the README has these commands and no others" [ -s "$T/readme" -a ! -s "$T/diff" ]
finish
