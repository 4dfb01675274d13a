# SPDX-License-Identifier: GPL-3.0-or-later
#
# theme.gp: the one look of every chart.  gnuplot 5.4 or later.
#
# A script sets NAME and loads this file; beside it lie the words (NAME.meta), the legend
# (NAME.legend) and the numbers (NAME*.dat), all written by the program: nothing measured is computed
# here.  From wherever you stand,
#     gnuplot some/folder/response.gp
# draws the chart again, beside its script.
#
# WHAT CAN BE CHANGED.  For one picture, before the script, as in
#     gnuplot -e "theme='dark';fmt='pdf';text=1.2;c1='#FFC107'" response.gp
#   theme   light | dark | print
#   fmt     png | svg | pdf | window, or a certain window: qt | wxt | x11
#   out     the file to write
#   font    families, the first that is installed counts; its words may be wider than those of Inter
#   text    size of all words, 1 as it comes; from about 1.2 long ones may not find room
#   W       width of the page in px, 900 as it comes; the panels keep their shape, words their size
#   scale   pixels of a png for each px, 2 as it comes
#   bare=1  without title, finding and the lines at the foot, for a page that has its own words
#   bg ink muted faint axis grid1 grid2 shade pale good bad, c1 .. c6    colours '#RRGGBB'
# For good: edit the sections 'colours', 'lines' and 'words on the page' below, and in a script PANELS (heights
# in px), ranges and tics.  For every chart of the program: edit a copy of the folder this file is
# installed in, and name the copy in SABIN_PLOTS.
# All layout is in px; the program places words for a page 900 px wide.

# the folder this file lies in; a name that began with '<' or '|' would be a command
if (!exists("dir")) dir = here(ARG0)
dat(f) = (dir[1:1] eq '/' ? '' : './').dir.f

# ---- words: data, not code ----------------------------------------------------------------------
# Text enters as string values (strcol), so no quote, backtick, brace, backslash or @ in it is ever
# parsed as a command, and 'noenhanced' keeps it from being parsed as markup.
array key_[200]; array text_[200]; words_ = 0
set encoding utf8
set datafile separator "\t"; set datafile commentschars ''
stats dat(NAME.'.meta') using (words_=words_+1, key_[words_]=strcol(1), text_[words_]=strcol(2), 1) nooutput
set datafile commentschars '#'
at_(k) = int(sum [i_=1:words_] (key_[i_] eq k ? i_ : 0))
T(k) = at_(k) > 0 ? text_[at_(k)] : ''              # a text, '' when there is none
N(k) = at_(k) > 0 ? text_[at_(k)] + 0.0 : 0.0       # a number, 0 when there is none
I(k) = int(N(k))
K(k,i) = sprintf('%s_%d', k, i)                     # key of the i-th of several

# ---- page -----------------------------------------------------------------------------------------
if (!exists("theme")) theme = T('theme') eq '' ? 'light' : T('theme')
if (!exists("fmt"))   fmt   = T('format') eq '' ? 'png' : T('format')
if (!exists("scale")) scale = 2
if (!exists("out"))   out   = dat(sprintf('%s.%s', NAME, fmt))
if (!exists("text"))  text  = 1
if (!exists("font"))  font  = 'Inter, Noto Sans, DejaVu Sans, sans-serif'
if (!exists("W"))     W     = 900
if (!exists("LM"))    LM    = at_('left_px') > 0 ? N('left_px') : 58   # margins
if (!exists("RM"))    RM    = at_('right_px') > 0 ? N('right_px') : 26
if (!exists("TM"))    TM    = 120
if (!exists("BM"))    BM    = 108
# the legend: where its entries begin (px), mark, colour, dash, words; on a page that is too narrow in rows
legend_ = I('legend_entries'); rows_ = 0
if (legend_ > 0) {
  array lx_[legend_]; array lm_[legend_]; array lc_[legend_]; array ld_[legend_]; array lt_[legend_]; array ly_[legend_]; li_ = 0
  set datafile commentschars ''
  stats dat(NAME.'.legend') using (li_=li_+1, lx_[li_]=$1, lm_[li_]=int($2), lc_[li_]=int($3), ld_[li_]=int($4), lt_[li_]=strcol(5), 1) nooutput
  set datafile commentschars '#'
  end_ = lx_[legend_] + 28 + 7.5*strlen(lt_[legend_]); moved_ = 0
  do for [i=1:legend_] {
    begin_ = lx_[i]; next_ = i < legend_ ? lx_[i+1] - 20 : end_
    if (begin_ > moved_ + 16 && next_ - moved_ > W - 8) { rows_ = rows_ + 1; moved_ = begin_ - 16 }
    lx_[i] = begin_ - moved_; ly_[i] = 20*rows_
  }
}
TM = TM + 20*rows_
if (!exists("bare"))  bare  = 0
if (bare) { TM = TM - 56; BM = 56 }
if (!exists("GAP"))   GAP   = 30           # between panels
if (!exists("PANELS")) PANELS = T('panels')
NP = words(PANELS)
PW       = W - LM - RM
ph(i)    = word(PANELS, i)*PW/(900. - LM - RM)
above(i) = i <= 1 ? 0 : above(i-1) + ph(i-1) + GAP
H        = TM + above(NP) + ph(NP) + BM
ptop(i)  = 1 - (TM + above(i)) / H         # screen coordinates of panel i
pbot(i)  = 1 - (TM + above(i) + ph(i)) / H
sx(px) = real(px)/W                        # px from the left, from the top
sy(px) = 1 - real(px)/H

# ---- colours ----------------------------------------------------------------------------------------
# what was set before the first script stays
COLOURS_ = 'bg ink muted faint axis grid1 grid2 shade pale c1 c2 c3 c4 c5 c6 good bad'
if (!exists("kept_")) { kept_ = ''; do for [c in COLOURS_] { if (exists(c)) { kept_ = kept_.sprintf("%s='%s';", c, value(c)) } } }
# band: opacity of bands; lw0: factor of all line widths
if (theme eq 'dark') {
  bg='#14181F'; ink='#E8ECF1'; muted='#9AA6B2'; faint='#808C99'; axis='#566270'; grid1='#2B333E'; grid2='#1F262F'
  c1='#4FA8F0'; c2='#FF8A4C'; c3='#2FD6A0'; c4='#8F6BFF'; c5='#F4E04D'; c6='#E6E0FF'
  good='#35CFA0'; bad='#FF6B5E'; shade='#232A34'; band=0.26; lw0=1.0; pale='#56616D'
} else { if (theme eq 'print') {
  bg='#FFFFFF'; ink='#000000'; muted='#3C3C3C'; faint='#7A7A7A'; axis='#404040'; grid1='#D0D0D0'; grid2='#E8E8E8'
  c1='#004488'; c2='#BB5566'; c3='#117733'; c4='#8A3FFC'; c5='#9A8700'; c6='#222222'
  good='#117733'; bad='#BB2233'; shade='#EDEDED'; band=0.20; lw0=1.1; pale='#A6A6A6'
} else {
  bg='#FFFFFF'; ink='#1B2129'; muted='#58636F'; faint='#6F7A86'; axis='#A3ADB8'; grid1='#DFE4E9'; grid2='#F0F2F5'
  c1='#0072B2'; c2='#D55E00'; c3='#009E73'; c4='#8A2BD2'; c5='#7A2A00'; c6='#22303A'
  good='#007F5C'; bad='#C23B22'; shade='#F1F3F6'; band=0.18; lw0=1.0; pale='#B4BAC0'
} }
eval kept_
# numbered as the program numbers them: six series, then what has a meaning
C(k) = word(c1.' '.c2.' '.c3.' '.c4.' '.c5.' '.c6.' '.ink.' '.muted.' '.faint.' '.good.' '.bad.' '.pale, k)
# gnuplot's #AARRGGBB, 00 = opaque; x11 has no such colours, there it is mixed with the page's
mixed_(c,a,i) = int(a*(('0x'.c[i:i+1]) + 0.0) + (1-a)*(('0x'.bg[i:i+1]) + 0.0) + 0.5)
alpha(c,a) = fmt eq 'x11' ? sprintf('#%02X%02X%02X', mixed_(c,a,2), mixed_(c,a,4), mixed_(c,a,6)) : sprintf('#%02X%s', int(255*(1-a)+0.5), c[2:7])

# ---- lines ------------------------------------------------------------------------------------------
# a series' own dash: colour never carries a meaning alone; on a screen the line is solid
dd(k) = (theme eq 'print' && k <= 4) ? k : 1    # 'dt (expr)' would be read as a dash pattern
DT(d,k) = d == 0 ? dd(k) : d
set dashtype 2 (12,6)
set dashtype 3 (5,5)
set dashtype 4 (12,4,3,4)
lw_main = 2.2*lw0; lw_second = 1.5*lw0; lw_thin = 0.9*lw0; lw_hair = 0.6*lw0

# ---- words on the page ------------------------------------------------------------------------------
# sizes in px; a window counts in points of 96 an inch, and qt's in whole ones
window = fmt eq 'window' || fmt eq 'qt' || fmt eq 'wxt' || fmt eq 'x11'
if (fmt eq 'window') {
  do for [t in 'x11 wxt qt'] { if (strstrt(' '.GPVAL_TERMINALS.' ', ' '.t.' ')) { fmt = t } }
  wrong_ = fmt eq 'window' ? 'this gnuplot has no terminal with a window (install gnuplot-qt or gnuplot-x11)' : ''
} else {
  wrong_ = window || fmt eq 'png' || fmt eq 'svg' || fmt eq 'pdf' ? '' : 'fmt is png, svg, pdf or window'
}
if (theme ne 'light' && theme ne 'dark' && theme ne 'print') { wrong_ = 'theme is light, dark or print' }
if (wrong_ ne '') { set print '-'; print wrong_; exit status 1 }
size(px) = window ? sprintf('%.0f', 0.75*text*px) : sprintf('%g', text*px)
# the family list stands only in 'set terminal'; labels inherit it (a list in a label loses its size)
face   = font[1:strstrt(font.',', ',')-1]
F_term = font.','.size(13)
F_title = face.':Bold,'.size(22); F_bold = face.':Bold,'.size(13.5); F_mark = face.':Bold,'.size(12)
F_find = ','.size(14.5); F_axis = ','.size(13.5); F_label = ','.size(13.5); F_tic = ','.size(13); F_small = ','.size(12)

# ---- terminal -----------------------------------------------------------------------------------------
if (fmt eq 'svg') {
  set terminal svg size W,H dynamic enhanced font F_term background rgb bg name 'sabin' fontscale 1 rounded
}
if (fmt eq 'pdf') {
  set terminal pdfcairo size W/96.*1in, H/96.*1in fontscale 0.5625 dashlength 1.5 enhanced font F_term background rgb bg rounded
}
if (fmt eq 'png') {   # sizes are px in svg, pt at 96 dpi in png, and pt on a page of 72 an inch in pdf: hence fontscale
  set terminal pngcairo size W*scale, H*scale enhanced font F_term fontscale 0.75*scale linewidth scale dashlength scale pointscale scale background rgb bg rounded
}
if (fmt eq 'qt')  { set terminal qt size W,H enhanced font F_term }
if (fmt eq 'wxt') { set terminal wxt size W,H enhanced font F_term }
if (fmt eq 'x11') { set terminal x11 size W,H enhanced }
if (!window) { set output out }
if (fmt ne 'x11') { set minussign }   # its fonts have none
set decimalsign '.'

# ---- frame --------------------------------------------------------------------------------------------
set border 1 lc rgb axis lw 1
set tics out nomirror scale 0.5,0 textcolor rgb muted font F_tic
set ytics scale 0,0
set xtics offset 0, screen (fmt eq 'svg' ? 6./H : 0)   # svg hangs them lower
set grid xtics ytics mxtics lc rgb grid1 lw 0.8 lt 1, lc rgb grid2 lw 0.8 lt 1
set grid back
set lmargin at screen sx(LM); set rmargin at screen sx(W-RM)
set tmargin at screen ptop(1); set bmargin at screen pbot(1)
unset key
set style fill solid 1.0 noborder
set linetype 1 lc rgb ink

set object 1 rect from screen 0,0 to screen 1,1 fc rgb bg fs solid noborder behind   # svg has a black outline
if (!bare) {
set object 901 rect from screen sx(16), sy(H-48) to screen sx(W-16), sy(H-47.2) fc rgb grid1 fs solid noborder behind
title_ = T('title'); finding_ = T('finding'); caption_ = T('caption'); method_ = T('method')
set label 901 title_   at screen sx(16), sy(24) left font F_title textcolor rgb ink
set label 902 finding_ at screen sx(16), sy(49) left noenhanced font F_find  textcolor rgb muted
set label 903 caption_ at screen sx(16), sy(H-32) left noenhanced font F_small textcolor rgb muted
set label 904 method_  at screen sx(16), sy(H-15) left noenhanced font F_small textcolor rgb faint
set label 905 'sabin'  at screen sx(W-16), sy(H-15) right font F_mark textcolor rgb faint
}

# ---- legend: a row under the finding --------------------------------
# marks: 1 line, 2 thin line, 3 band, 4 point, 5 hollow point, 6 cross, 7 triangle, 8 filled circle
POINT(k) = int(word('7 5 13 9', k))            # each series has its own shape, too
HOLLOW(k) = int(word('6 4 12 8', k))
MARK(m,k) = m == 4 ? POINT(k <= 4 ? k : 1) : int(word('6 2 8 7', m-4))
if (legend_ > 0) {
  do for [i=1:legend_] {
    x_ = lx_[i]; k_ = C(lc_[i]); LY = (bare ? 18 : 74) + ly_[i]
    set label 700+i lt_[i] at screen sx(x_+28), sy(LY) left noenhanced font F_label textcolor rgb muted
    if (lm_[i] <= 2) {
      set arrow 700+i from screen sx(x_), sy(LY) to screen sx(x_+22), sy(LY) nohead lc rgb k_ lw (lm_[i] == 1 ? lw_main : lw_second) dt DT(ld_[i], lc_[i])
    }
    if (lm_[i] == 3) {
      set object 700+i rect from screen sx(x_), sy(LY+5) to screen sx(x_+22), sy(LY-5) fc rgb alpha(k_, 0.3) fs solid noborder
    }
    if (lm_[i] >= 4) {
      set label 750+i '' at screen sx(x_+11), sy(LY) point pt MARK(lm_[i], lc_[i]) ps 0.9 lc rgb k_ lw 1.4
    }
  }
}
set datafile separator whitespace
# no 'set datafile missing': NaN must break a line, 'missing' would bridge it

# ---- level maps: even to the eye (magma of van der Walt and Smith); silence has the colour of the page ----
if (theme eq 'dark') {
  set palette defined (0 '#000004', 0.08 '#110C31', 0.17 '#2F1163', 0.25 '#51127C', 0.33 '#721F81', 0.42 '#932B80', 0.5 '#B1357B', 0.58 '#CD4071', 0.67 '#EB5760', 0.75 '#FA7D5E', 0.83 '#FEA973', 0.92 '#FED395', 1 '#FCFDBF')
} else {
  set palette defined (0 '#FFFFFF', 0.08 '#FED395', 0.17 '#FEA973', 0.25 '#FA7D5E', 0.33 '#EB5760', 0.42 '#CD4071', 0.5 '#B1357B', 0.58 '#932B80', 0.67 '#721F81', 0.75 '#51127C', 0.83 '#2F1163', 0.92 '#110C31', 1 '#000004')
}
over = theme eq 'dark' ? '#FFFFFF' : '#1B2129'   # lines and words on a map
# scale of the map beside panel i (after 'panel = i')
COLOURS = "set colorbox user origin screen sx(W-RM+18), screen pbot(panel) size screen sx(12), screen ptop(panel)-pbot(panel) noborder; set cbtics 10 scale 0 textcolor rgb muted; set label 912 'dB' at screen sx(W-RM+18), screen ptop(panel)+14./H left font F_axis textcolor rgb muted"

# ---- helpers of the scripts -------------------------------------------------------------------------------
FTICS = "('10' 10,'20' 20,'50' 50,'100' 100,'200' 200,'500' 500,'1k' 1000,'2k' 2000,'5k' 5000,'10k' 10000,'20k' 20000,'50k' 50000,".\
        "'' 30 1,'' 40 1,'' 60 1,'' 70 1,'' 80 1,'' 90 1,'' 300 1,'' 400 1,'' 600 1,'' 700 1,'' 800 1,'' 900 1,".\
        "'' 3000 1,'' 4000 1,'' 6000 1,'' 7000 1,'' 8000 1,'' 9000 1,'' 30000 1,'' 40000 1)"
FAXIS = "set logscale x; set xtics ".FTICS
# go to panel i of a multiplot (after 'panel = i')
panel = 1; YT = 19
PANEL = "set tmargin at screen ptop(panel); set bmargin at screen pbot(panel)"
# title of a y axis (variable yt): horizontal, YT px above its top left corner
YTITLE = "set label 910 yt at screen sx(16), screen ptop(panel) + real(YT)/H left font F_axis textcolor rgb muted"
# title of the x axis (variable xt), below the middle of the panel; by px, for 'character' differs between terminals
XC = (LM + W - RM) / 2.
XTITLE = "set label 911 xt at screen sx(XC), screen pbot(panel) - 41./H center font F_axis textcolor rgb muted"
# after the first plot of a multiplot: drop the page's own words, or they are drawn twice (and look bold)
PAGE_DONE = "do for [k=901:905] { unset label k }; do for [k=701:720] { unset label k; unset label k+50; unset arrow k; unset object k }; unset object 1; unset object 901"
