# SPDX-License-Identifier: GPL-3.0-or-later
# Frequency response: a line a speaker, over several positions their mean and spread.
#     gnuplot response.gp      draws it again; theme.gp says at its head what can be changed
here(f) = f eq '' || f[strlen(f):] eq '/' ? f : here(f[1:strlen(f)-1])   # the folder of a file
NAME = 'response'
load here(ARG0).'theme.gp'
eval FAXIS; xt = 'Frequency, Hz'; eval XTITLE
set xrange [N('from_hz'):N('to_hz')]
set yrange [N('bottom_db'):N('top_db')]; set ytics 10; set mytics 2; set grid mytics
yt = T('y_title'); eval YTITLE
# what the sweep or the window leaves unknown: a shaded column with the reason
side = 'below above'
do for [i=1:2] {
  w = word(side, i); why = T(w)
  if (why ne '') {
    set object 9+i rect from first N(w.'_from_hz'), graph 0 to first N(w.'_to_hz'), graph 1 fc rgb shade fs solid noborder behind
    if (I(w.'_upright')) {
      set label 9+i why at first N(w.'_words_hz'), graph 0.97 right rotate by 90 noenhanced font F_small textcolor rgb muted
    } else {
      set label 9+i why at first N(w.'_words_hz'), graph 0.96 center noenhanced font F_small textcolor rgb muted
    }
  }
}
n = I('lines')
plot for [i=1:n] dat(sprintf('response_band_%d.dat', i)) using 1:2:3 with filledcurves fc rgb alpha(C(I(K('ink',i))), band), \
     for [i=1:n] dat(sprintf('response_untrusted_%d.dat', i)) using 1:2 with lines lc rgb faint lw lw_thin, \
     for [i=n:1:-1] dat(sprintf('response_%d.dat', i)) using 1:2 with lines lc rgb C(I(K('ink',i))) lw lw_main dt dd(I(K('ink',i)))
