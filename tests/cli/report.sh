#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# report.sh: the page of `sabin report` is whole, well-formed, loads nothing, takes no markup from names, and
# replaces an older one in one piece or not at all.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v gnuplot >/dev/null; then
	echo "gnuplot is not installed"
	exit 77
fi
room=$tree/rooms/control-room.yaml
cd "$T"

# well_formed FILE: as XML; every name once, and every reference to a name finds it
well_formed()
{
	if command -v xmllint >/dev/null; then
		xmllint --noout "$1" || return 1
	elif command -v python3 >/dev/null; then
		python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$1" || return 1
	fi
	grep -oE "[ \"']id=[\"'][^\"']*[\"']" "$1" | sed -E "s/.*id=[\"'](.*)[\"']/\1/" | sort >ids
	[ -z "$(uniq -d ids)" ] || { echo "twice: $(uniq -d ids | head -n 3)"; return 1; }
	grep -oE "(href=[\"']#|url\(#)[^\"')]*" "$1" | sed 's/.*#//' | sort -u >refs
	[ -z "$(comm -23 refs <(sort -u ids))" ] || { echo "lost: $(comm -23 refs <(sort -u ids) | head -n 3)"; return 1; }
}

# alone FILE: nothing in it points outside, and nothing runs
alone()
{
	local out
	out=$(grep -oE "(src|href|action|poster|data)=[\"'][^\"']{0,40}|url\([^)]{0,40}|@import|https?://[^\"' <]*|<(script|link|iframe|object|embed|form)|<[a-z][^<>]* on[a-z]+=" "$1" |
		grep -vE "^href=[\"'](#|data:image/png;base64,)|^url\(#|^http://www\.w3\.org/(2000/svg|1999/xlink)$" || true)
	[ -z "$out" ] || { echo "$out" | head -n 3; return 1; }
}

# ---- a measurement, a correction of it, and one made through that --------------------------------------------
expect_status 0 "$sabin" measure "$room" --simulate -q --length 1s --repeats 2 --position mix -o before
expect_status 0 "$sabin" eq before --filters 4 -q -o correction
expect_status 0 "$sabin" measure "$room" --simulate -q --length 1s --position mix --through correction -o after

expect_status 0 "$sabin" report before -o page.html
hold "its path is on standard output" [ "$(cat out)" = page.html ]
hold "it is well-formed" well_formed page.html
hold "it loads nothing" alone page.html
for id in summary verdict figures charts standards advice method; do
	hold "it has the section $id" grep -q "<section id=\"$id\">" page.html
done
hold "it says that it can be trusted" grep -q 'The measurement can be trusted' page.html
hold "it has no section of what was not given" [ "$(grep -cE '<section id="(compare|correction)">' page.html)" = 0 ]
hold "it has charts" [ "$(grep -c "<svg " page.html)" -ge 8 ]
hold "it tells the commands" grep -q "measure $room --simulate" page.html
hold "it has the room file" grep -q "size_m: {width: 3.9, length: 5.2, height: 2.7}" page.html
t30=$("$sabin" analyze before --json | python3 -c '
import json, sys
bands = json.load(sys.stdin)["mean"]["bands"]
print("%.2f" % (sum(b["t30"]["value"] for b in bands if b["centre_hz"] in (500, 1000)) / 2))' 2>/dev/null || true)
if [ -n "$t30" ]; then hold "the reverberation time is that of analyze, $t30 s" grep -q "<span class=\"value\">$t30.s</span>" page.html; fi

hold "the shopping list says what, how much, where and what it changes" grep -qE \
	'mineral wool [0-9]+.cm thick, .*data-head="How much">[0-9.]+.m²</td>.*data-head="Where">the [a-z]+.*data-head="What it changes">[a-z]+ .*from .* to ' page.html

# ---- in words, and with one coverage factor
hold "the repeats have words" grep -q 'One.repeat.strays: energy in which one sweep differs from the mean of all' page.html
hold "and a limit: that there is none" grep -q 'The verdict sets no limit to it' page.html
hold "and the octave with least in common" grep -qE 'Least in common [^<]*: [0-9.]+.%, at [0-9.]+.k?Hz \((left|right).at.mix\)' page.html
cp -r before narrow
sed -i 's/\(output: [12],\)/\1 range_hz: [20, 120],/' narrow/room.yaml
expect_status 0 "$sabin" report narrow -q -o narrow.html
hold "of what the speakers play" grep -qE 'Least in common [^<]*at (31.5|63).Hz' narrow.html
hold "no coverage factor but 2" sh -c 'grep -q "k.=.2" page.html && ! grep -qE "k.=.1[^0-9]" page.html'
# the uncertainty of advice: on the page and in what `advise` prints twice the standard one, which its JSON has
"$sabin" advise before --json >advice.json 2>/dev/null
"$sabin" advise before -q >advice.txt 2>/dev/null
hold "advise says what its uncertainty is" sh -c 'tail -1 advice.txt | grep -q "^±: 95 % (k = 2)$"'
if command -v python3 >/dev/null; then
	hold "what is to be expected is there with k = 2, as advise prints it" python3 -c '
import json, re, sys
page, told = (" ".join(re.sub(r"[\u00a0\u202f]", " ", open(f).read()).split()) for f in sys.argv[2:])
advice = json.load(open(sys.argv[1]))
shown = lambda u, digits: "%.*f" % (digits, max(2 * u, 10 ** -digits))
n = 0
for item in advice["items"]:
    facts = [e["quantity"]["plus_minus"] for e in item["effect"] if e["quantity"]["plus_minus"]]
    for text, unit in re.findall("\u00b1 ([0-9.]+) (s|dB)", item["text"]):
        digits = len(text.partition(".")[2])
        assert text in [shown(u, digits) for u in facts], (item["code"], text, facts)
        for where in page, told:
            assert "\u00b1 %s %s" % (text, unit) in where, (item["code"], text)
        n += 1
assert n
whole = advice["treated"]["decay_time"]
for where in page, told:
    assert "become %.2f \u00b1 %s s" % (whole["value"], shown(whole["plus_minus"], 2)) in where, whole
for band in advice["treated"]["bands"]:
    u = shown(band["decay_time"]["plus_minus"], 2)
    for where in page, told:
        assert "%.2f \u00b1 %s s (now %.2f)" % (band["decay_time"]["value"], u, band["now_s"]) in where, band' \
		advice.json page.html advice.txt
fi

hold "numbers behind advice say whose they are" sh -c 'sed "s/\xc2\xa0/ /g; s/\xe2\x80\xaf/ /g" page.html |
	grep -qE "deviation [0-9.]+ dB \((left|right)\)"'
hold "what is not judged is said in plain words" sh -c 'sed "s/\xc2\xa0/ /g" page.html |
	grep -q "this limit is known from one source only" && ! grep -qE "unverified|second.source" page.html'

# through a correction: no other on top of it
hold "the measurement says what it was made through" [ "$(grep -c '^    through: correction$' after/measurement.yaml)" = 2 ]
"$sabin" advise after --json -q >after.json
hold "no equaliser after an equaliser" jq -e '[.items[].code] | any(. == "equalise" or . == "eq-cannot") | not' after.json >/dev/null
hold "it is to be verified" jq -e '[.not_judged[].why] | any(contains("sabin verify correction after"))' after.json >/dev/null
hold "without it that is not said" sh -c '! grep -q "sabin verify" advice.json'

expect_status 0 "$sabin" report after --before before --correction correction -o full.html
hold "it is well-formed" well_formed full.html
hold "it loads nothing" alone full.html
hold "it has before and after" grep -q '<section id="compare">' full.html
hold "it has the correction" grep -q '<section id="correction">' full.html
hold "what the correction achieved is there" grep -q 'achieved' full.html

# a response alone
expect_status 0 "$sabin" report before/left.mix.wav -q -o bare.html
hold "it is well-formed" well_formed bare.html
hold "what could not be checked is not called good" grep -q 'Nothing speaks against the measurement' bare.html

# ---- exit statuses ---------------------------------------------------------------------------------------------
cp page.html old.html
expect_status 2 "$sabin" report before
says "name the page with -o FILE.html"
expect_status 2 "$sabin" report before -o page.html
says "page.html"
hold "the old page is whole" cmp -s page.html old.html
expect_status 0 "$sabin" report before -o page.html --force
expect_status 2 "$sabin" report before --speaker middle -o no.html
expect_status 2 "$sabin" report before --require none-such -o no.html
expect_status 3 "$sabin" report nowhere -o no.html
expect_status 3 "$sabin" report before --before nowhere -o no.html
expect_status 3 "$sabin" report before --correction before -o no.html
expect_status 5 "$sabin" report before -o missing/no.html
hold "what failed left nothing" [ ! -e no.html ]
expect_status 1 "$sabin" report before --require ebu-3276 -o missed.html
hold "a missed requirement leaves a whole page" well_formed missed.html
cp -r before doubtful
sed -i 's/trustworthy: true/trustworthy: false/; s/why: \[\]/why: ["4 samples are clipped"]/' doubtful/measurement.yaml
expect_status 1 "$sabin" report doubtful -o doubtful.html
hold "what cannot be trusted is told first" grep -q 'cannot be trusted as it is' doubtful.html
hold "and why" grep -q '4 samples are clipped' doubtful.html
expect_status 0 env -u DISPLAY HOME=/nonexistent "$sabin" report before -q -o x.html

# ---- names of people who mean harm --------------------------------------------------------------------------------
evil='</style><script>alert(1)</script> & "q" '\''a'\'' <b onload=x> `id` $(id) ; rm \\ ]]> --'
sed "s|^name: .*||" before/room.yaml >evil.yaml
printf 'name: "%s"\n' "$(printf %s "$evil" | sed 's/[\\"]/\\&/g')" >>evil.yaml
cp -r before 'a<b>&"c'
cp evil.yaml 'a<b>&"c/room.yaml'
expect_status 0 "$sabin" report 'a<b>&"c' -o 'p<q>&.html'
hold "it is well-formed" well_formed 'p<q>&.html'
hold "it loads nothing" alone 'p<q>&.html'
hold "the name is shown as it is" grep -qF '<h1>&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot;' 'p<q>&.html'

# ---- killed at any moment: the old page or the new one ---------------------------------------------------------------
seed=${SABIN_TEST_SEED:-$$}
echo "seed $seed"
RANDOM=$seed
draws=$(( ${SABIN_TEST_DRAWS:-0} > 0 ? SABIN_TEST_DRAWS : 3 ))
mkdir k tmp
"$sabin" report before -q -o k/page.html >/dev/null
cp k/page.html k.old
whole=0
for ((i = 0; i < draws; i++)); do
	signals=(2 15 9)
	signal=${signals[RANDOM % 3]}
	env --default-signal=INT TMPDIR="$T/tmp" "$sabin" report before -q --force -o k/page.html >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(printf %03d $((RANDOM % 1000)))" && [ $((RANDOM % 2)) = 0 ] || sleep $((RANDOM % 4))
	kill -$signal $pid 2>/dev/null || true
	wait $pid 2>/dev/null || true
	[ $signal != 9 ] || rm -rf k/.page.html.sabin-* # what cannot be caught may leave that
	if well_formed k/page.html && tail -n 1 k/page.html | grep -qx '</html>'; then whole=$((whole + 1)); fi
done
hold "$whole of $draws times the page is whole after a signal" [ "$whole" = "$draws" ]
TMPDIR="$T/tmp" "$sabin" report before -q --force -o k/page.html >/dev/null
hold "no temporary file is left, once the next page is drawn" [ "$(ls -A k; ls -A tmp)" = page.html ]
finish
