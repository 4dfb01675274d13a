# SPDX-License-Identifier: GPL-3.0-or-later
# Phase about the direct sound; what cannot be relied on is thin and grey, never hidden.
#     gnuplot phase.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'phase'
PANELS = '320'
load here(ARG0).'theme.gp'
eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
set xrange [N('from_hz'):N('to_hz')]
set yrange [-180:180]; set ytics 90; set mytics 3; set grid mytics
yt = 'Phase, degrees'; eval YTITLE
plot dat('phase_untrusted.dat') using 1:2 with lines lc rgb faint lw lw_thin, \
     dat('phase.dat') using 1:2 with lines lc rgb c1 lw lw_main
