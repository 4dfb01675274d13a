# SPDX-License-Identifier: GPL-3.0-or-later
# Energy over time of the whole decay, with the decay curve of all bands.
#     gnuplot etc.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'etc'
PANELS = '380'
load here(ARG0).'theme.gp'
set xrange [N('from_ms'):N('to_ms')]; set xtics N('step_ms'); set mxtics 2
xt = 'Time after the direct sound, ms'; eval XTITLE
set yrange [N('bottom_db'):N('top_db')]; set ytics 10
yt = 'Level, dB'; eval YTITLE
set arrow 1 from graph 0, first N('noise_db') to graph 1, first N('noise_db') nohead lc rgb c5 lw lw_thin dt 3
if (N('noise_db') < N('bottom_db')) { unset arrow 1 }
plot dat('etc.dat') using 1:2 with filledcurves y=N('bottom_db') fc rgb alpha(c1,0.10), \
     '' using 1:2 with lines lc rgb c1 lw lw_thin, \
     dat('etc_curve.dat') using 1:2 with lines lc rgb ink lw lw_main
