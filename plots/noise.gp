# SPDX-License-Identifier: GPL-3.0-or-later
# Background noise in octave bands against the NR curves.
#     gnuplot noise.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'noise'
PANELS = '360'
load here(ARG0).'theme.gp'
set xrange [-0.6:8.6]; set xtics ('31.5' 0,'63' 1,'125' 2,'250' 3,'500' 4,'1k' 5,'2k' 6,'4k' 7,'8k' 8)
unset grid; set grid ytics lc rgb grid2 lw 0.8
xt = 'Octave band, Hz'; eval XTITLE
b = N('bottom_db'); t = N('top_db')
set yrange [b:t]; set ytics 10
yt = T('y_title'); eval YTITLE
D = dat('noise.dat')
if (I('absolute')) {
  n = I('curves')
  do for [k=1:n] {
    y_ = N(K('nr_db',k))
    if (y_ > b && y_ < t) { set label 20+k T(K('nr',k)) at first 8.68, first y_ left font F_small textcolor rgb muted }
  }
}
bar = 0.3
plot D using ($1):(b):($1-bar):($1+bar):(b):2 with boxxyerror fc rgb alpha(c1,0.35) fs solid noborder, \
     D using ($1):(b):($1-bar):($1+bar):(b):3 with boxxyerror fc rgb alpha(c2,0.6) fs solid noborder, \
     D using ($1):(b):($1-bar):($1+bar):(b):4 with boxxyerror fs empty lc rgb faint lw 1.4, \
     D using 1:5:(0):($6-$5) with vectors nohead lc rgb ink lw lw_second, \
     I('absolute') ? dat('noise_nr.dat') : D using 1:(I('absolute') ? $2 : NaN) with lines lc rgb faint lw lw_hair, \
     I('absolute') ? dat('noise_lines.dat') : D using 1:(I('absolute') ? $2 : NaN) with lines lc rgb c3 lw lw_main, \
     I('absolute') ? dat('noise_lines.dat') : D using 1:(I('absolute') ? $3 : NaN) with lines lc rgb c2 lw lw_second dt 2
