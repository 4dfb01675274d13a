# SPDX-License-Identifier: GPL-3.0-or-later
# Decay curves: a small panel for each band.  A band with too little range is not given a number.
#     gnuplot decay.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'decay'
GAP = 64; TM = 152
load here(ARG0).'theme.gp'
set multiplot
n = I('count'); columns = I('columns')
set xrange [0:N('end_s')]; set yrange [N('bottom_db'):N('top_db')]
gapx = 22; cw = (PW - gapx*(columns-1)) / columns
xt = 'Time, s'
do for [b=1:n] {
  col = (b-1) % columns; panel = (b-1) / columns + 1; eval PANEL
  set lmargin at screen sx(LM + col*(cw+gapx)); set rmargin at screen sx(LM + col*(cw+gapx) + cw)
  set ytics 20 format (col == 0 ? '%g' : '')
  lowest = b + columns > n     # nothing below it: it carries the axis
  set xtics N('step_s') format (lowest ? '%g' : '')
  XC = LM + col*(cw+gapx) + cw/2
  if (lowest) { eval XTITLE } else { unset label 911 }
  valid = I(K('valid',b))
  cc = valid ? c1 : faint
  name = T(K('name',b)); value = T(K('value',b)); why = T(K('words',b))
  # its words stand above it: inside there is no place that no curve may cross
  x0 = LM + col*(cw+gapx); y0 = TM + above(panel)
  set label 1 name at screen sx(x0), sy(y0-29) left font F_bold textcolor rgb ink
  set label 2 value at screen sx(x0+cw), sy(y0-29) right noenhanced font F_label textcolor rgb (valid ? c1 : bad)
  set label 3 why at screen sx(x0+cw), sy(y0-12) right noenhanced font F_small textcolor rgb muted
  unset arrow 1
  if (N(K('noise',b)) > N('bottom_db')) {
    set arrow 1 from graph 0, first N(K('noise',b)) to graph 1, first N(K('noise',b)) nohead lc rgb c5 lw lw_second dt 3
  }
  if (b == 1) { yt = 'Level, dB'; YT = 54; eval YTITLE }
  plot dat(sprintf('decay_energy_%d.dat',b)) using 1:2 with lines lc rgb pale lw lw_thin, \
       dat(sprintf('decay_curve_%d.dat',b)) using 1:2 with lines lc rgb cc lw lw_main, \
       dat(sprintf('decay_beyond_%d.dat',b)) using 1:2 with lines lc rgb ink lw lw_thin dt 3, \
       dat(sprintf('decay_slopes_%d.dat',b)) using 1:2 with lines lc rgb c2 lw lw_second dt 2, \
       dat(sprintf('decay_fit_%d.dat',b)) using 1:2 with linespoints lc rgb ink lw lw_thin pt 7 ps 0.5
  if (b == 1) { eval PAGE_DONE; unset label 910 }
}
unset multiplot
