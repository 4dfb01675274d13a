/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_modes.c: the part `modes` of an analysis: the room's modes at low frequencies.
 */
#include <math.h>

#include <sabin/modefit.h>

#include "cli/part.h"
#include "cli/quantity_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/trust.h"

struct result {
	struct sabin_modefit fit;
	struct sabin_mode_match *matches; /* [fit.count]; NULL: no room file */
	char why[300];                    /* "" or why there is nothing */
};

static struct sabin_modefit_options range_of(const struct sabin_part_input *input)
{
	const double *size_m = input->room ? input->room->room.size_m : NULL;
	return sabin_modefit_range_of(input->analysis,
	                              size_m ? size_m[0] * size_m[1] * size_m[2] : (double)NAN);
}

static enum sabin_err match(const struct sabin_part_input *input, struct result *r)
{
	if (!input->room || r->fit.count == 0)
		return SABIN_OK;
	r->matches = calloc(r->fit.count, sizeof *r->matches);
	if (!r->matches)
		return SABIN_ENOMEM;
	return sabin_modefit_match(&r->fit, input->room->room.size_m,
	                           sabin_speed_of_sound(input->room->room.temperature_c),
	                           r->matches);
}

static void release(void *result)
{
	struct result *r = result;
	sabin_modefit_free(&r->fit);
	free(r->matches);
	free(r);
}

static enum sabin_err compute(const struct sabin_part_input *input, void **result,
                              struct sabin_diag *diag)
{
	struct result *r = calloc(1, sizeof *r);
	if (!r)
		return SABIN_ENOMEM;
	struct sabin_modefit_options options = range_of(input);
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(input->measurement, input->measured, input->room, excited_hz, played_hz);
	if (!sabin_trust_modes(played_hz, &options)) {
		snprintf(r->why, sizeof r->why, "the speaker's range is %s to %s; they are found up to %s",
		         sabin_text_hz(played_hz[0]).s, sabin_text_hz(played_hz[1]).s,
		         sabin_text_hz(range_of(input).to_hz).s);
		*result = r;
		return SABIN_OK;
	}
	enum sabin_err err =
	    sabin_modefit_compute(input->h, input->frames, input->measured->rate_hz,
	                          input->analysis->arrival.onset, &options, &r->fit);
	if (err == SABIN_ESHORT || err == SABIN_EINVAL) {
		snprintf(r->why, sizeof r->why, "%s",
		         err == SABIN_ESHORT ? "the response is too short, or silent at low frequencies"
		                             : "the sample rate is too low");
		err = SABIN_OK;
	}
	if (!err)
		err = match(input, r);
	if (err) {
		release(r);
		return sabin_diag_set(diag, err, input->measured->file, 0, 0, "modes: %s",
		                      sabin_strerror(err));
	}
	*result = r;
	return SABIN_OK;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void json_match(struct sabin_json *json, const struct sabin_mode_match *match)
{
	if (!match || !match->found) {
		sabin_json_null(json, "geometry");
		return;
	}
	sabin_json_open_object(json, "geometry");
	sabin_json_open_array(json, "n");
	for (int i = 0; i < 3; i++)
		sabin_json_integer(json, NULL, match->n[i]);
	sabin_json_close(json);
	sabin_json_text(json, "kind", sabin_mode_kind(match->n));
	sabin_json_number(json, "frequency_hz", match->frequency_hz);
	sabin_json_number(json, "deviation_hz", match->deviation_hz);
	sabin_json_close(json);
}

static void json(const void *result, struct sabin_json *json)
{
	const struct result *r = result;
	sabin_json_open_array(json, "modes");
	for (size_t i = 0; i < r->fit.count; i++) {
		const struct sabin_fitted_mode *m = &r->fit.modes[i];
		sabin_json_open_object(json, NULL);
		sabin_json_quantity(json, "frequency", m->frequency_hz, "Hz");
		sabin_json_quantity(json, "q", m->q, "1");
		sabin_json_quantity(json, "t60", m->t60_s, "s");
		sabin_json_quantity(json, "level", m->level_db, "dB");
		sabin_json_bool(json, "cluster", m->cluster);
		sabin_json_bool(json, "audible", m->audible);
		sabin_json_number(json, "audible_above_s", m->audible_above_s);
		json_match(json, r->matches ? &r->matches[i] : NULL);
		if (r->matches && r->matches[i].part_of >= 0)
			sabin_json_number(json, "part_of_hz",
			                  r->fit.modes[r->matches[i].part_of].frequency_hz.value);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	const double range_hz[] = {r->fit.from_hz, r->fit.to_hz};
	sabin_json_open_object(json, "modes_fit");
	if (r->why[0])
		sabin_json_text(json, "why", r->why);
	else
		sabin_json_numbers(json, "range_hz", range_hz, 2);
	sabin_json_close(json);
}

/* ---- text -------------------------------------------------------------------------------------- */

static void text_mode(const struct result *r, size_t i)
{
	const struct sabin_fitted_mode *m = &r->fit.modes[i];
	const struct sabin_mode_match *match = r->matches ? &r->matches[i] : NULL;
	char t60[32], q[32], name[64] = "";
	/* no more than the figures shown, and never +-0 or -0 */
	const double within_hz = fmax(2 * m->frequency_hz.plus_minus, 0.01);
	sabin_show_value(m->t60_s, 2, t60, sizeof t60);
	sabin_show_value(m->q, 0, q, sizeof q);
	if (match && match->found)
		snprintf(name, sizeof name, "%d %d %d %s, %+.2f Hz", match->n[0], match->n[1],
		         match->n[2], sabin_mode_kind(match->n),
		         sabin_number_tidy(match->deviation_hz, 2));
	/* a dash is three bytes and one column wide */
	printf("  %7.2f ±%5.2f %*s ±%5.2f %*s %7.1f  %s%s%s", m->frequency_hz.value, within_hz,
	       m->t60_s.valid ? 6 : 8, t60,
	       2 * m->t60_s.plus_minus, m->q.valid ? 5 : 7, q,
	       sabin_number_tidy(m->level_db.value, 1), name,
	       m->audible && m->t60_s.valid ? (*name ? "; " : "") : "",
	       m->audible && m->t60_s.valid ? "rings audibly" : "");
	const char *lead = "; not one exponential:";
	for (size_t k = 0; r->matches && k < r->fit.count; k++)
		if (r->matches[k].part_of == (int)i) {
			printf("%s %.1f", lead, r->fit.modes[k].frequency_hz.value);
			lead = "";
		}
	puts(*lead ? "" : " Hz too");
}

static bool is_part(const struct result *r, size_t i)
{
	return r->matches && r->matches[i].part_of >= 0;
}

static void text(const void *result)
{
	const struct result *r = result;
	size_t clusters = 0, unsure = 0;
	if (r->why[0]) {
		printf("  %s– modes: %s%s\n", sabin_dim(), r->why, sabin_plain());
		return;
	}
	printf("\n  Modes, %s to %s\n", sabin_text_hz(r->fit.from_hz).s,
	       sabin_text_hz(r->fit.to_hz).s);
	printf("  %7s %6s %6s %6s %5s %7s  %s\n", "Hz", "", "T60, s", "", "Q", "dB",
	       r->matches ? "of the rigid room" : "");
	for (size_t i = 0; i < r->fit.count; i++) {
		clusters += r->fit.modes[i].cluster && !is_part(r, i);
		unsure += !r->fit.modes[i].cluster && !r->fit.modes[i].t60_s.valid;
		if (!r->fit.modes[i].cluster)
			text_mode(r, i);
	}
	if (clusters > 0)
		printf("  %s%zu more cannot be told from a neighbour:", sabin_dim(), clusters);
	for (size_t i = 0; i < r->fit.count; i++)
		if (r->fit.modes[i].cluster && !is_part(r, i))
			printf(" %.0f", r->fit.modes[i].frequency_hz.value);
	if (clusters > 0)
		printf(" Hz%s\n", sabin_plain());
	if (unsure > 0)
		printf("  %s– T60 uncertain by more than 10 %%: modes overlap, or their decay is not exponential%s\n", sabin_dim(),
		       sabin_plain());
	printf("  %sdB: resonance re the response's RMS in that range; audible: T60 above 32 "
	       "periods%s\n",
	       sabin_dim(), sabin_plain());
}

/* ---- CSV --------------------------------------------------------------------------------------- */

/* band_hz is the mode's frequency, so that its lines belong together. */
static void csv(const void *result, const char *lead)
{
	const struct result *r = result;
	for (size_t i = 0; i < r->fit.count; i++) {
		const struct sabin_fitted_mode *m = &r->fit.modes[i];
		char hz[32];
		snprintf(hz, sizeof hz, "%.3f", m->frequency_hz.value);
		sabin_csv_line(lead, "mode_frequency", hz, m->frequency_hz, "Hz");
		sabin_csv_line(lead, "mode_q", hz, m->q, "1");
		sabin_csv_line(lead, "mode_t60", hz, m->t60_s, "s");
		sabin_csv_line(lead, "mode_level", hz, m->level_db, "dB");
	}
}

const struct sabin_part sabin_part_modes = {
    .name = "modes",
    .compute = compute,
    .json = json,
    .text = text,
    .csv = csv,
    .free = release,
};
