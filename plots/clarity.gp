# SPDX-License-Identifier: GPL-3.0-or-later
# Clarity and centre time by band, with the range of the responses; what is not valid is hollow and grey.
#     gnuplot clarity.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'clarity'
PANELS = '250 140'; GAP = 46
load here(ARG0).'theme.gp'
set multiplot
bands = I('bands')
set xrange [0.5:bands+0.5]; set xtics ()
do for [b=1:bands] { set xtics add ('' b) }
set yrange [N('bottom_db'):N('top_db')]; set ytics 5
yt = 'Clarity, dB'; eval YTITLE
y0 = N('jnd_db')
set arrow 1 from bands+0.4,y0 to bands+0.4,y0+1 heads size 0.04,90 lc rgb muted lw lw_second
set label 1 '1 dB' at bands+0.3,y0+0.5 right font F_small textcolor rgb muted
f(s) = dat(sprintf('clarity_%d.dat', s))
plot for [s=1:2] f(s) using 1:2 with lines lc rgb alpha(C(s),0.35) lw lw_thin dt dd(s), \
     for [s=1:2] f(s) using 1:3:(0):($4-$3) with vectors nohead lc rgb alpha(C(s),0.4) lw 5, \
     for [s=1:2] f(s) using 1:2 with points pt POINT(s) ps 0.9 lc rgb C(s), \
     for [s=1:2] f(s) using 1:5 with points pt HOLLOW(s) ps 0.9 lc rgb faint lw 1.4
eval PAGE_DONE; panel = 2; eval PANEL; unset arrow 1; unset label 1
set xtics ()
do for [b=1:bands] {
  name = T(K('band',b))
  if (name eq '') { set xtics add ('' b 1) } else { set xtics add (name b) }
}
xt = 'Frequency, Hz'; eval XTITLE
set yrange [0:N('top_ms')]; set ytics N('step_ms')
yt = 'Centre time Ts, ms'; eval YTITLE
plot f(3) using 1:2 with lines lc rgb alpha(c3,0.35) lw lw_thin dt dd(3), \
     f(3) using 1:3:(0):($4-$3) with vectors nohead lc rgb alpha(c3,0.4) lw 5, \
     f(3) using 1:2 with points pt POINT(3) ps 0.9 lc rgb c3, \
     f(3) using 1:5 with points pt HOLLOW(3) ps 0.9 lc rgb faint lw 1.4
unset multiplot
