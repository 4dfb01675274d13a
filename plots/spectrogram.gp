# SPDX-License-Identifier: GPL-3.0-or-later
# Wavelet spectrogram, each frequency re its own peak, with the time of the peak.
#     gnuplot spectrogram.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'spectrogram'
PANELS = '400'; RM = 86
load here(ARG0).'theme.gp'
# the y column is log10(f): 'image' needs an even grid
LTICS = "('20' 1.30103,'50' 1.69897,'100' 2,'200' 2.30103,'500' 2.69897,'1k' 3,'2k' 3.30103,'5k' 3.69897,'10k' 4,'20k' 4.30103)"
set contour base; set cntrparam levels discrete N('contour_db'); unset surface
set table $contours
splot dat('spectrogram.dat') using 1:2:3
unset table
set surface; unset contour
set xrange [N('from_ms'):N('to_ms')]; set xtics 20; set mxtics 4
xt = 'Time after the direct sound, ms'; eval XTITLE
set yrange [log10(N('from_hz')):log10(N('to_hz'))]; eval 'set ytics '.LTICS
yt = 'Frequency, Hz'; eval YTITLE
set cbrange [N('bottom_db'):0]; eval COLOURS
plot dat('spectrogram.dat') using 1:2:3 with image, \
     $contours using 1:2 with lines lc rgb alpha(over,0.55) lw lw_second, \
     dat('spectrogram_peak.dat') using 1:2 with lines lc rgb '#FFFFFF' lw 4, '' using 1:2 with lines lc rgb c1 lw lw_main
