# SPDX-License-Identifier: GPL-3.0-or-later
# Step responses: the running sum of the impulse response.
NAME = 'step'
PANELS = '320'
load 'theme.gp'
set xrange [N('from_ms'):N('to_ms')]; set xtics 2; set mxtics 4
xt = 'Time after the direct sound, ms'; eval XTITLE
set yrange [N('bottom_percent'):N('top_percent')]; set ytics 50; set mytics 2; set grid mytics
yt = 'Step response, % of maximum'; eval YTITLE
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lc rgb axis lw 1 back
n = I('lines')
plot for [i=n:1:-1] dat(sprintf('step_%d.dat', i)) using 1:2 with lines lc rgb C(i) lw lw_main dt dd(i)
