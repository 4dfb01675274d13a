# SPDX-License-Identifier: GPL-3.0-or-later
# Step responses: the running sum of the impulse response.
#     gnuplot step.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'step'
PANELS = '320'
load here(ARG0).'theme.gp'
set xrange [N('from_ms'):N('to_ms')]; set xtics 2; set mxtics 4
xt = 'Time after the direct sound, ms'; eval XTITLE
set yrange [N('bottom_percent'):N('top_percent')]; set ytics 50; set mytics 2; set grid mytics
yt = 'Step response, % of maximum'; eval YTITLE
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lc rgb axis lw 1 back
n = I('lines')
plot for [i=n:1:-1] dat(sprintf('step_%d.dat', i)) using 1:2 with lines lc rgb C(i) lw lw_main dt dd(i)
