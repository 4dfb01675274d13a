# SPDX-License-Identifier: GPL-3.0-or-later
# Group delay after the direct sound; what cannot be relied on is thin and grey, never hidden.
#     gnuplot group-delay.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'group-delay'
PANELS = '320'
load here(ARG0).'theme.gp'
eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
set xrange [N('from_hz'):N('to_hz')]
set yrange [N('bottom_ms'):N('top_ms')]; set ytics N('step_ms'); set mytics 2; set grid mytics
yt = 'Group delay, ms'; eval YTITLE
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lc rgb axis lw 1 back
plot dat('group-delay_untrusted.dat') using 1:2 with lines lc rgb faint lw lw_thin, \
     dat('group-delay.dat') using 1:2 with lines lc rgb c1 lw lw_main
