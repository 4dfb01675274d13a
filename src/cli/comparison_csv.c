/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_csv.c: a comparison as one line a quantity.
 */
#include <math.h>
#include <stdio.h>

#include "cli/comparison.h"

struct line {
	FILE *stream;
	const char *speaker, *position; /* the mean: both empty */
};

static void number(FILE *stream, double x)
{
	fputc(',', stream);
	if (isfinite(x))
		fprintf(stream, "%.9g", x);
}

static void print(const struct line *l, const char *quantity, double band_hz, const char *unit,
                  const struct sabin_change *c)
{
	fprintf(l->stream, "%s,%s,%s", l->speaker, l->position, quantity);
	number(l->stream, band_hz);
	number(l->stream, c->before.value);
	number(l->stream, c->after.value);
	number(l->stream, c->change.value);
	fprintf(l->stream, ",%s", unit);
	number(l->stream, c->change.plus_minus);
	number(l->stream, c->jnd);
	fprintf(l->stream, ",%s,%s,%s", c->change.valid ? "true" : "false",
	        c->noticeable ? "true" : "false", c->significant ? "true" : "false");
	number(l->stream, c->p);
	number(l->stream, c->p_holm);
	fprintf(l->stream, ",%s,%zu\n", c->repeatability ? "repeatability" : "plus_minus", c->count);
}

static void print_bands(const struct line *l, const struct sabin_compared_band *bands, size_t count,
                        const struct sabin_change *sti)
{
	for (size_t b = 0; b < count; b++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			const struct sabin_parameter_info *info =
			    sabin_parameter_info(sabin_compared_parameter(p));
			print(l, info->key, bands[b].band.nominal_hz, info->unit,
			      &bands[b].value[p]);
		}
	print(l, "sti", NAN, "1", sti);
}

static void print_levels(const struct line *l, const char *quantity,
                         const struct sabin_compared_level *levels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print(l, levels[i].name ? levels[i].name : quantity,
		      levels[i].name ? (double)NAN : levels[i].band.nominal_hz, "dB",
		      &levels[i].level);
}

static void print_one(FILE *stream, const struct sabin_compared *c)
{
	const struct line l = {.stream = stream,
	                       .speaker = c->before->measured->speaker,
	                       .position = c->before->measured->position};
	print_bands(&l, c->bands, c->band_count, &c->sti);
	print_levels(&l, "level", c->response.octave, c->response.octave_count);
	print_levels(&l, "level", c->response.range, c->response.range_count);
	for (size_t i = 0; i < c->mode_count; i++) {
		const struct sabin_compared_mode *m = &c->modes[i];
		const double f_hz =
		    isfinite(m->before_hz.value) ? m->before_hz.value : m->after_hz.value;
		print(&l, "mode-t60", f_hz, "s", &m->t60);
		print(&l, "mode-level", f_hz, "dB", &m->level);
	}
	/* band_hz holds nothing of a reflection; its time stands in its name */
	for (size_t i = 0; i < c->reflection_count; i++) {
		char name[48];
		snprintf(name, sizeof name, "reflection-%.2fms",
		         1000 * c->reflections[i].time_s.value);
		print(&l, name, NAN, "dB", &c->reflections[i].level);
	}
	print_levels(&l, "noise", c->noise, c->noise_count);
	if (c->has_noise)
		print(&l, "noise-a", NAN, "dB", &c->noise_a);
}

void sabin_comparison_csv(const struct sabin_comparison *all, FILE *stream)
{
	const struct line mean = {.stream = stream, .speaker = "", .position = ""};
	fputs("speaker,position,quantity,band_hz,before,after,change,unit,plus_minus,jnd,valid,"
	      "noticeable,significant,p,p_holm,uncertainty,count\n",
	      stream);
	for (size_t i = 0; i < all->count; i++)
		print_one(stream, &all->item[i]);
	print_bands(&mean, all->mean, all->mean_count, &all->mean_sti);
	print_levels(&mean, "level", all->mean_octave, all->mean_octave_count);
	print_levels(&mean, "subwoofer-level", all->bass_octave, all->bass_octave_count);
	for (size_t i = 0; i < all->pair_count; i++) {
		const struct sabin_compared_pair *p = &all->pairs[i];
		char who[160];
		snprintf(who, sizeof who, "%.70s-%.70s", p->left, p->right);
		const struct line l = {.stream = stream, .speaker = who, .position = p->position};
		print(&l, "balance", NAN, "dB", &p->level);
		print(&l, "deviation", NAN, "dB", &p->deviation);
	}
}
