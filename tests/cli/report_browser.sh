#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# report_browser.sh: the page of `sabin report` in a browser: nothing on the console, nothing wider than the window and no table
# wider than its box at 360, 768 and 1400 px, and contrast as WCAG 2.2 AA wants it, light and dark.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

browser=
for name in chromium chromium-browser google-chrome; do
	if command -v $name >/dev/null; then browser=$name && break; fi
done
if [ -z "$browser" ] || ! command -v gnuplot >/dev/null; then
	echo "chromium or gnuplot is not installed"
	exit 77
fi
cd "$T"
export HOME=$T

"$sabin" measure "$tree/rooms/control-room.yaml" --simulate -q --length 1s --position mix -o before >/dev/null
"$sabin" eq before --filters 4 -q -o correction >/dev/null 2>&1
expect_status 0 "$sabin" report before --before before --correction correction -o page.html

# What a script finds that stands at the end of a copy of the page: the width of the page against the window's, and each text's
# contrast against what is behind it (WCAG 2.2, 1.4.3: 4.5 : 1, large words 3 : 1).
cat >probe.html <<'EOP'
<script>
function channels(c) { var m = c.match(/[\d.]+/g).map(Number); if (m.length < 4) m.push(1); return m; }
function luminance(c) { return c.slice(0, 3).map(function (v) { v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); })
  .reduce(function (s, v, i) { return s + v * [0.2126, 0.7152, 0.0722][i]; }, 0); }
function behind(e) { for (; e; e = e.parentElement) { var c = getComputedStyle(e).backgroundColor; if (channels(c)[3] === 1) return channels(c); } return [255, 255, 255, 1]; }
var worst = 99, where = '', bad = 0, texts = 0, walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), node;
while ((node = walk.nextNode())) {
  var e = node.parentElement;
  if (!node.data.trim() || /^(SCRIPT|STYLE|title|desc)$/.test(e.tagName) || !e.getClientRects().length) continue;
  var s = getComputedStyle(e), svg = e.closest('svg'), a = luminance(channels(svg ? s.fill : s.color)), b = luminance(behind(svg ? svg.parentElement : e));
  var ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), px = parseFloat(s.fontSize), large = px >= 24 || (px >= 18.66 && s.fontWeight >= 700);
  texts++;
  if (ratio < worst) { worst = ratio; where = node.data.trim().slice(0, 40); }
  if (ratio < (large ? 3 : 4.5)) bad++;
}
var aside = Array.from(document.querySelectorAll('.scroll')).filter(function (e) { return (e.querySelector('table') || e.closest('.fits')) && e.scrollWidth > e.clientWidth; }).length;
var wide = document.documentElement.scrollWidth - innerWidth;
var scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
parent.postMessage('PROBE texts=' + texts + ' bad=' + bad + ' worst=' + worst.toFixed(2) + ' wide=' + wide + ' aside=' + aside + ' inner=' + innerWidth + ' scheme=' + scheme + ' at=' + where, '*');
</script>
EOP
cat page.html probe.html >probed.html

look() # WIDTH SCHEME
{
	# in a frame, since the window of some browsers cannot be as narrow as a phone
	cat >frame.html <<-EOF
		<!DOCTYPE html><title>none</title><style>iframe{border:0;width:$1px;height:900px}</style>
		<script>addEventListener('message', function (e) { document.title = e.data; });</script>
		<iframe src="probed.html"></iframe>
	EOF
	local scheme=1
	[ "$2" = light ] || scheme=0
	"$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --enable-logging=stderr \
		--blink-settings=preferredColorScheme=$scheme --user-data-dir="$T/profile" --window-size=1500,1000 \
		--virtual-time-budget=5000 --dump-dom "file://$T/frame.html" >dom 2>log || true
	local found
	found=$(grep -o '<title>PROBE [^<]*' dom | head -n 1)
	echo "$1 px, $2: ${found#<title>}"
	hold "$1 px, $2: nothing on the console" [ "$(grep -c CONSOLE log)" = 0 ]
	hold "$1 px, $2: the window is that wide" [ "${found#* inner="$1" }" != "$found" ]
	hold "$1 px, $2: it is $2" [ "${found#* scheme="$2" }" != "$found" ]
	hold "$1 px, $2: nothing is wider than the window" [ "${found#* wide=0 }" != "$found" ]
	hold "$1 px, $2: no table has to be pushed aside, and no chart that has a picture for phones" [ "${found#* aside=0 }" != "$found" ]
	hold "$1 px, $2: contrast of all words is AA" [ "${found#* bad=0 }" != "$found" ]
	hold "$1 px, $2: there are words" [ "${found#*PROBE texts=0 }" = "$found" ]
}
for width in 360 1400; do
	look $width light
	look $width dark
done
look 768 light
finish
