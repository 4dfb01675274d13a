# SPDX-License-Identifier: GPL-3.0-or-later
# Reverberation time by band: value and bar; what is not valid is hollow, grey and without a bar.
#     gnuplot rt60.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'rt60'
PANELS = '340'
load here(ARG0).'theme.gp'
n = I('series'); bands = I('bands')
set xrange [0.4:bands+0.6]; set xtics ()
do for [b=1:bands] {
  name = T(K('band',b))
  if (name eq '') { set xtics add ('' b 1) } else { set xtics add (name b) }
}
xt = 'Frequency, Hz'; eval XTITLE
set yrange [0:N('top_s')]; set ytics N('step_s') format sprintf('%%.%df', I('decimals'))
yt = T('y_title'); eval YTITLE
f(s) = dat(sprintf('rt60_%d.dat', s))
col(s) = C(I(K('ink',s)))
shape(s) = POINT(I(K('ink',s)))
plot for [s=1:n] f(s) using 1:2 with lines lc rgb alpha(col(s),0.35) lw lw_thin dt dd(I(K('ink',s))), \
     for [s=1:n] f(s) using 1:3:(0):($4-$3) with vectors nohead lc rgb col(s) lw lw_second, \
     for [s=1:n] f(s) using 1:2 with points pt shape(s) ps 0.9 lc rgb col(s), \
     for [s=1:n] f(s) using 1:5 with points pt shape(s) ps 1.0 lc rgb bg, \
     for [s=1:n] f(s) using 1:5 with points pt HOLLOW(I(K('ink',s))) ps 0.9 lc rgb faint lw 1.4, \
     for [s=1:n] f(s) using 1:6 with points pt 8 ps 0.9 lc rgb faint lw 1.4, \
     for [s=1:n] f(s) using 1:7 with points pt 2 ps 0.7 lc rgb faint lw 1.4
