/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * style.c: how a page looks: on a screen, light or dark, on a phone and on paper.
 *
 * Contrast of words is at least 4.5 : 1 against what they stand on, that of lines and marks 3 : 1 (WCAG 2.2, 1.4.3 and
 * 1.4.11).  Nothing is loaded: the fonts are those that the reader has.
 */
#include "report/style.h"

static const struct sabin_style_colour colours[] = {
    {"bg", "#ffffff", "#14181f"},    {"ink", "#1b2129", "#e8ecf1"},   {"muted", "#58636f", "#9aa6b2"},
    {"faint", "#6f7a86", "#808c99"}, {"axis", "#a3adb8", "#566270"},  {"grid1", "#dfe4e9", "#2b333e"},
    {"grid2", "#f0f2f5", "#1f262f"}, {"c1", "#0072b2", "#4fa8f0"},    {"c2", "#d55e00", "#ff8a4c"},
    {"c3", "#009e73", "#2fd6a0"},    {"c4", "#8a2bd2", "#8f6bff"},    {"c5", "#7a2a00", "#f4e04d"},
    {"c6", "#22303a", "#e6e0ff"},    {"good", "#007f5c", "#35cfa0"},  {"bad", "#c23b22", "#ff6b5e"},
    {"shade", "#f1f3f6", "#232a34"}, {"pale", "#b4bac0", "#56616d"},
};

const struct sabin_style_colour *sabin_style_colour(size_t i)
{
	return i < sizeof colours / sizeof *colours ? &colours[i] : NULL;
}

static const char everywhere[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#1b2129;--muted:#58636f;--line:#dfe4e9;--shade:#f1f3f6;"
    "--link:#0067a3;--good:#00714f;--bad:#b3331c;--doubt:#6d5300}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0 auto;max-width:60rem;padding:0 1rem 3rem;background:var(--page);color:var(--ink);"
    "font:1rem/1.55 Inter,\"Noto Sans\",system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif;"
    "overflow-wrap:break-word;font-variant-numeric:tabular-nums}\n"
    "header{padding:2.5rem 0 1.25rem;border-bottom:2px solid var(--ink)}\n"
    "h1,h2,h3{line-height:1.25;text-wrap:balance}\n"
    "h1{font-size:2rem;margin:.1rem 0 .4rem}\n"
    "h2{font-size:1.375rem;margin:3rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}\n"
    "section:first-of-type h2{border-top:0;margin-top:1.25rem;padding-top:0}\n"
    "h3{font-size:1.0625rem;margin:1.75rem 0 .5rem}\n"
    "p{margin:.6rem 0;max-width:46rem}\n"
    ".kind,.facts{margin:0;color:var(--muted);max-width:none}\n"
    ".note,.small,figcaption .foot,footer{color:var(--muted);font-size:.875rem}\n"
    ".small{display:block;margin-top:.15rem}\n"
    "nav{margin:1rem 0 0}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0}\n"
    "a{color:var(--link)}\n"
    "nav li{margin:0}nav a{display:inline-block;padding:.2rem 0}\n"
    ".verdict{padding:.75rem 1rem;border-left:4px solid var(--muted);background:var(--shade);max-width:none}\n"
    ".verdict.good{border-color:var(--good)}.verdict.bad{border-color:var(--bad)}.verdict.doubt{border-color:var(--doubt)}\n"
    ".good>b,td.good,.verdict.good b{color:var(--good)}td.bad,.verdict.bad b{color:var(--bad)}"
    "td.doubt,.verdict.doubt b{color:var(--doubt)}\n"
    "ol,ul.items{padding-left:1.5rem;max-width:48rem}li{margin:.6rem 0}li::marker{color:var(--muted)}\n"
    ".keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0}\n"
    ".keys div{background:var(--shade);padding:.75rem 1rem;border-radius:.375rem}\n"
    ".keys dt{color:var(--muted);font-size:.875rem}.keys dd{margin:0}\n"
    ".keys .value{font-size:1.5rem;font-weight:600;line-height:1.3}.keys .pm{color:var(--muted);font-size:.9375rem}\n"
    ".keys .means{font-size:.875rem;color:var(--muted)}\n"
    ".scroll{overflow-x:auto;margin:1rem 0;max-width:100%}\n"
    ".scroll:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}\n"
    "table{border-collapse:collapse;font-size:.9375rem;min-width:100%}\n"
    ".caption{margin:1.25rem 0 -.6rem;max-width:none}\n"
    "th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}\n"
    "thead th{border-bottom:1.5px solid var(--muted);font-weight:600;vertical-align:bottom;white-space:normal}\n"
    "tbody th{font-weight:500;white-space:normal;min-width:9.5rem}\n"
    "th:first-child,.words{text-align:left}td.words{white-space:normal;min-width:9rem}\n"
    "tr>:first-child{padding-left:0;position:sticky;left:0;background:var(--page)}\n"
    "figure{margin:2rem 0}figure .note{max-width:none}\n"
    "figcaption b{display:block;font-size:1.0625rem}\n"
    "figcaption .foot{display:block;margin-top:.15rem}\n"
    ".chart{display:block;width:100%;min-width:42rem;height:auto;"
    "font-family:Inter,\"Noto Sans\",\"DejaVu Sans\",sans-serif}\n"
    ".for-dark,.chart.narrow{display:none}\n"
    "pre{overflow-x:auto;background:var(--shade);padding:.75rem 1rem;border-radius:.375rem;font-size:.8125rem;line-height:1.45}\n"
    "code{font-size:.9375em;overflow-wrap:anywhere}\n"
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line)}\n"
    "@media screen and (min-width:44.1rem) and (max-width:60rem){.numbers th,.numbers td{padding:.35rem .3rem}.numbers tbody th{min-width:6.5rem}}\n"
    /* a phone: rows become blocks, and nothing has to be pushed aside to be read */
    "@media screen and (max-width:44rem){table,tbody,tr,tbody th,td{display:block}thead{display:none}.scroll:has(table){overflow:visible}"
    "tr{padding:.5rem 0;border-bottom:1px solid var(--line)}"
    "tr>:first-child{position:static}tbody th,td,td.words{border:0;padding:.1rem 0;text-align:left;white-space:normal;min-width:0}"
    "tbody th{font-weight:600}td:empty{display:none!important}"
    "td:not([data-head=\"\"]){display:grid;grid-template-columns:8.5rem 1fr;gap:.5rem}"
    "td:not([data-head=\"\"])::before{content:attr(data-head);color:var(--muted)}"
    ".numbers tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(4.25rem,1fr));gap:.1rem .5rem}"
    ".numbers tbody th{grid-column:1/-1}.numbers td:not([data-head=\"\"]){display:block}"
    ".numbers td::before{display:block;font-size:.75rem;line-height:1.2}"
    ".wide{display:none}.chart.narrow{display:block;min-width:0}"
    "figure:not(.fits) figcaption::after{content:\"Wider than this screen: push it aside, or turn the phone.\";display:block;color:var(--muted);font-size:.8125rem}}\n"
    "@media(max-width:30rem){h1{font-size:1.625rem}header{padding-top:1.5rem}"
    ".keys{grid-template-columns:1fr 1fr;gap:.5rem}.keys div{padding:.6rem .7rem}.keys .value{font-size:1.25rem}}\n";

static const char dark_page[] =
    ":root{--page:#14181f;--ink:#e8ecf1;--muted:#9aa6b2;--line:#2b333e;--shade:#1d232c;"
    "--link:#6bb8f5;--good:#35cfa0;--bad:#ff8074;--doubt:#e6c34a}\n"
    ".for-light{display:none}.for-dark{display:block}\n";

static const char paper[] =
    "@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--muted:#3c3c3c;--shade:#fff;--line:#c4c9ce}\n"
    "@page{size:A4;margin:18mm 16mm 20mm}\n"
    "html{font-size:10pt}body{max-width:none;padding:0;line-height:1.45;print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "header{padding-top:0}nav{display:none}h1{font-size:20pt}h2{font-size:14pt;margin-top:8mm;break-after:avoid}"
    "h3,.caption,thead{break-after:avoid}\n"
    "figure,.keys div,li,tr,.verdict{break-inside:avoid}thead{display:table-header-group}\n"
    ".keys{grid-template-columns:repeat(3,1fr);gap:3mm}.keys div{border:.3mm solid var(--line)}\n"
    ".chart{min-width:0;max-height:92mm}.chart.tall{max-height:212mm}figure{margin:0 0 6mm}figure .scroll{margin:2mm 0}.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:1mm 1.6mm}\n"
    "td.words{min-width:0}pre{white-space:pre-wrap;border:.3mm solid var(--line);font-size:8pt}a{color:inherit;text-decoration:none}}\n";

void sabin_style_write(FILE *out)
{
	static const char *const properties[] = {"fill", "stroke", "color"};
	fputs(everywhere, out);
	fputs("@media screen and (prefers-color-scheme:dark){", out);
	fputs(dark_page, out);
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		for (size_t p = 0; p < sizeof properties / sizeof *properties; p++)
			fprintf(out, ".themed [%s=\"%s\"]{%s:%s}", properties[p], colours[i].light, properties[p],
			        colours[i].dark);
	/* what gnuplot calls black by name, and a chart's own tooltip boxes */
	fputs(".themed [color=\"black\"]{color:#e8ecf1}.themed [stroke=\"black\"]{stroke:#e8ecf1}"
	      ".themed [fill=\"black\"]{fill:#e8ecf1}}\n",
	      out);
	fputs(paper, out);
}
