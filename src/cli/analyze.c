/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analyze.c: one response analysed by the options of 'sabin analyze'.
 */
#include "cli/analyze.h"
#include "io/trust.h"

bool sabin_analyze_wants(const struct sabin_analyze_options *o, const char *part)
{
	for (size_t i = 0; i < o->only.count; i++)
		if (strcmp(o->only.item[i], part) == 0)
			return true;
	return o->only.count == 0;
}

static struct sabin_analysis_options analysis_options(const struct sabin_analyze_options *o,
                                                      const struct sabin_measurement *m,
                                                      const struct sabin_measured *r,
                                                      const struct sabin_roomfile *room)
{
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(m, r, room, excited_hz, played_hz);
	struct sabin_analysis_options a = {
	    .fraction = o->third_octave ? 3 : 1,
	    .from_hz = o->third_octave ? 50 : 63,
	    .to_hz = o->third_octave ? 10000 : 8000,
	    .noise = (enum sabin_noise_handling)o->noise,
	    .excited_from_hz = excited_hz[0],
	    .excited_to_hz = excited_hz[1],
	    .played_from_hz = played_hz[0],
	    .played_to_hz = played_hz[1],
	    .stray = sabin_measurement_stray(m, r),
	};
	if (o->bands_hz[1] > 0) {
		a.from_hz = o->bands_hz[0];
		a.to_hz = o->bands_hz[1];
	}
	return a;
}

static enum sabin_err compute_parts(const struct sabin_analyze_options *o, struct sabin_part_input *input,
                                    size_t index, void *results[SABIN_PARTS_MAX],
                                    struct sabin_diag *diag)
{
	const struct sabin_part *part;
	double *noise = NULL;
	enum sabin_err err = sabin_measurement_noise(input->measurement, index, &noise,
	                                             &input->noise_frames, diag);
	input->noise = noise;
	for (size_t p = 0; !err && (part = sabin_part_row(p)); p++)
		if (sabin_analyze_wants(o, part->name))
			err = part->compute(input, &results[p], diag);
	free(noise);
	return err;
}

/* Nothing of an analysis is drawn here; of many, the curves would be most of the memory. */
static void drop_curves(struct sabin_analysis *result)
{
	for (size_t b = 0; b <= result->band_count; b++) {
		struct sabin_band_result *r =
		    b < result->band_count ? &result->bands[b] : &result->broadband;
		free(r->curve_db);
		free(r->energy_db);
		r->curve_db = r->energy_db = NULL;
		r->curve_length = 0;
	}
}

enum sabin_err sabin_analyze_response(struct sabin_analyser *analyser,
                                      const struct sabin_analyze_options *o,
                                      const struct sabin_measurement *m, size_t index,
                                      const struct sabin_roomfile *room, const double *h,
                                      size_t frames, struct sabin_analysis *result,
                                      void *parts[SABIN_PARTS_MAX], struct sabin_diag *diag)
{
	const struct sabin_measured *r = &m->responses[index];
	const struct sabin_analysis_options a = analysis_options(o, m, r, room);
	enum sabin_err err = sabin_analyser_compute(analyser, h, frames, r->rate_hz, &a, result);
	struct sabin_part_input input = {
	    .measurement = m,
	    .measured = r,
	    .h = h,
	    .frames = frames,
	    .analysis = result,
	    .room = room,
	};
	if (!err)
		err = compute_parts(o, &input, index, parts, diag);
	else if (err == SABIN_ENOMEM || err == SABIN_ESHORT)
		sabin_diag_set(diag, err, r->file, 0, 0, "cannot be analysed: %s",
		               err == SABIN_ESHORT ? "the response is silent" : sabin_strerror(err));
	else
		err = sabin_diag_set(diag, SABIN_EFORMAT, r->file, 0, 0, "cannot be analysed: %s",
		                     sabin_strerror(err));
	drop_curves(result);
	return err;
}

void sabin_analyze_release(struct sabin_analysis *result, void *parts[SABIN_PARTS_MAX])
{
	sabin_analysis_free(result);
	for (size_t p = 0; p < SABIN_PARTS_MAX; p++)
		if (parts[p])
			sabin_part_row(p)->free(parts[p]);
}
