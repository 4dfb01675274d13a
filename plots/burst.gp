# SPDX-License-Identifier: GPL-3.0-or-later
# Burst decay: how a short tone at each frequency dies away, in its own periods.
#     gnuplot burst.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'burst'
PANELS = '400'; RM = 86
load here(ARG0).'theme.gp'
# the y column is log10(f): 'image' needs an even grid
LTICS = "('20' 1.30103,'50' 1.69897,'100' 2,'200' 2.30103,'500' 2.69897,'1k' 3,'2k' 3.30103,'5k' 3.69897,'10k' 4,'20k' 4.30103)"
set contour base; set cntrparam levels discrete N('contour_db'); unset surface
set table $contours
splot dat('burst.dat') using 1:2:3
unset table
set surface; unset contour
set xrange [0:N('periods')]; set xtics 10; set mxtics 5
xt = 'Periods after the direct sound, of the middle of the burst'; eval XTITLE
set yrange [log10(N('from_hz')):log10(N('to_hz'))]; eval 'set ytics '.LTICS
yt = 'Frequency, Hz'; eval YTITLE
set cbrange [N('bottom_db'):0]; eval COLOURS
set arrow 20 from N('over'), graph 0 to N('over'), graph 1 nohead front lc rgb c1 lw lw_second dt 3
plot dat('burst.dat') using 1:2:3 with image, \
     $contours using 1:2 with lines lc rgb alpha(over,0.55) lw lw_second
