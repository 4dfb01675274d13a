# SPDX-License-Identifier: GPL-3.0-or-later
# Phase about the direct sound; what cannot be relied on is thin and grey, never hidden.
NAME = 'phase'
PANELS = '320'
load 'theme.gp'
eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
set xrange [N('from_hz'):N('to_hz')]
set yrange [-180:180]; set ytics 90; set mytics 3; set grid mytics
yt = 'Phase, degrees'; eval YTITLE
plot dat('phase_untrusted.dat') using 1:2 with lines lc rgb faint lw lw_thin, \
     dat('phase.dat') using 1:2 with lines lc rgb c1 lw lw_main
