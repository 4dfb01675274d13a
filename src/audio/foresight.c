/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * foresight.c: impulse-to-noise ratios after ISO 3382-1, and what would better them.
 */
#include <math.h>

#include <sabin/parameters.h>

#include "audio/foresight.h"
#include "io/number.h"

/* ISO 3382-1: the noise lies at least 10 dB below the end of the range that is evaluated, which is 20 or
 * 30 dB wide and begins at -5 dB. */
static const double t20_db = 35, t30_db = 45;
/* Nobody waits for longer sweeps. */
static const double longest_s = 60;
static const double least_louder_db = 1;

/* "63 Hz, 125 Hz, 250 Hz" */
struct list {
	char text[160];
	size_t count;
};

static void add(struct list *list, double hz)
{
	char all[sizeof list->text];
	const struct sabin_text name = sabin_text_hz(hz);
	if (list->count++ == 0)
		snprintf(all, sizeof all, "%s", name.s);
	else
		snprintf(all, sizeof all, "%.100s, %.40s", list->text, name.s);
	snprintf(list->text, sizeof list->text, "%s", all);
}

/* What would give `missing_db` more at the worst octave, which has `least_db`. */
static void advise(const struct sabin_foresight_options *o, double least_db, double missing_db,
                   char *text, size_t size)
{
	double factor = 2;
	while (factor < 8 && 10 * log10(factor) < missing_db && 2 * factor * o->length_s <= longest_s)
		factor *= 2;
	size_t at = 0;
	*text = '\0';
	if (factor * o->length_s <= longest_s)
		at = (size_t)snprintf(text, size, "; it would be %.0f dB with sweeps of %.3g s",
		                      least_db + 10 * log10(factor), factor * o->length_s);
	if (o->louder_db >= least_louder_db && at < size) {
		const double more_db = fmin(ceil(missing_db), floor(o->louder_db));
		snprintf(text + at, size - at, "%s %.0f dB with %.0f dB more level", at ? ", or" : "; it would be",
		         least_db + more_db, more_db);
	}
}

enum sabin_err sabin_foresight(const double *h, size_t n, const struct sabin_foresight_options *o,
                               bool *enough, char *text, size_t size)
{
	const struct sabin_analysis_options options = {.fraction = 1,
	                                               .from_hz = 63,
	                                               .to_hz = 8000,
	                                               .excited_from_hz = o->from_hz,
	                                               .excited_to_hz = o->to_hz};
	struct sabin_analysis a = {0};
	struct list none = {0}, only_t20 = {0};
	double least_db = INFINITY, least_hz = 0;
	char advice[120];
	enum sabin_err err = sabin_analysis_compute(h, n, o->rate_hz, &options, &a);
	for (size_t i = 0; !err && i < a.band_count; i++) {
		const struct sabin_band *band = &a.bands[i].band;
		const double inr_db = a.bands[i].value[SABIN_INR].value;
		if (band->low_hz < o->from_hz || band->high_hz > o->to_hz || !(inr_db < t30_db))
			continue;
		add(inr_db < t20_db ? &none : &only_t20, band->nominal_hz);
		if (inr_db < least_db) {
			least_db = inr_db;
			least_hz = band->nominal_hz;
		}
	}
	sabin_analysis_free(&a);
	if (err)
		return err;
	*enough = least_hz == 0;
	*text = '\0';
	if (*enough)
		return SABIN_OK;
	advise(o, least_db, t30_db - least_db, advice, sizeof advice);
	/* as `analyze` gives them, where the noise can be subtracted */
	snprintf(text, size,
	         "the decay will stand out of the noise by %.0f dB at %s: %s%s%s%s%s with a star at best, below what ISO "
	         "3382 asks%s",
	         least_db, sabin_text_hz(least_hz).s, only_t20.count ? "T30 at " : "", only_t20.text,
	         only_t20.count && none.count ? ", " : "", none.count ? "T20 and T30 at " : "", none.text, advice);
	return SABIN_OK;
}
