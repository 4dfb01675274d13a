# SPDX-License-Identifier: GPL-3.0-or-later
# Harmonics re the input over the noise; what cannot be told from the noise is thin.
#     gnuplot distortion.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'distortion'
RM = 66
load here(ARG0).'theme.gp'
eval FAXIS; xt = 'Frequency of the fundamental, Hz'; eval XTITLE
set xrange [N('from_hz'):N('to_hz')]
set yrange [N('bottom_db'):N('top_db')]; set ytics 10
set y2range [N('bottom_db'):N('top_db')]
set y2tics scale 0 ('100 %%' 0, '30 %%' -10.46, '10 %%' -20, '3 %%' -30.46, '1 %%' -40, '0.3 %%' -50.46, '0.1 %%' -60, '0.03 %%' -70.46, '0.01 %%' -80, '0.003 %%' -90.46, '0.001 %%' -100) font F_tic textcolor rgb muted
yt = 'Level re the input, dB'; eval YTITLE
D = dat('distortion.dat')
plot D using 1:2 with filledcurves y=N('bottom_db') fc rgb shade, D using 1:2 with lines lc rgb faint lw lw_thin, \
     for [k=1:4] D using 1:(column(3+2*k)) with lines lc rgb alpha(C(k),0.45) lw lw_hair, \
     for [k=4:1:-1] D using 1:(column(2+2*k)) with lines lc rgb C(k) lw lw_second dt dd(k), \
     D using 1:3 with lines lc rgb ink lw lw_main
