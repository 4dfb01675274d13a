/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_again.c: a correction beside a measurement made through it.
 */
#include <math.h>
#include <strings.h>

#include "cli/eq_again.h"
#include "cli/talk.h"

const struct sabin_eq_speaker *sabin_eq_again_speaker(const struct sabin_eq_input *input,
                                                      const char *name)
{
	for (size_t s = 0; s < input->speaker_count; s++)
		if (strcasecmp(input->speakers[s].name, name) == 0)
			return &input->speakers[s];
	return NULL;
}

const char *sabin_eq_again_position(const struct sabin_eq_input *input,
                                    const struct sabin_eq_speaker *speaker, size_t place)
{
	return input->positions[(size_t)(speaker->places - input->places) + place];
}

static void add_power(double *sum, const double *level_db, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] += pow(10, level_db[i] / 10);
}

/* Power means over the positions that are in both; false where not all of them are predicted. */
static bool find_common(const struct sabin_correction_origin *origin, const struct sabin_eq_input *input,
                        const struct sabin_eq_speaker *speaker, size_t n, struct sabin_eq_again *out)
{
	double *const curves[3] = {out->before_db, out->predicted_db, out->achieved_db};
	bool predicted = true;
	for (int k = 0; k < 3; k++)
		memset(curves[k], 0, n * sizeof **curves);
	for (size_t o = 0; o < origin->count; o++)
		for (size_t p = 0; p < speaker->place_count; p++) {
			const struct sabin_correction_place *place = &origin->places[o];
			if (strcasecmp(place->position, sabin_eq_again_position(input, speaker, p)) != 0 ||
			    !place->level_db)
				continue;
			add_power(out->before_db, place->level_db, n);
			add_power(out->achieved_db, speaker->places[p].level_db, n);
			if (place->predicted_db)
				add_power(out->predicted_db, place->predicted_db, n);
			predicted = predicted && place->predicted_db;
			if (out->positions++ == 0)
				out->first = place->position;
		}
	for (size_t i = 0; i < n && out->positions > 0; i++)
		for (int k = 0; k < 3; k++)
			curves[k][i] = 10 * log10(curves[k][i] / (double)out->positions);
	return predicted && out->positions > 0;
}

void sabin_eq_again_compute(const struct sabin_correction_file *file, size_t channel,
                            const struct sabin_eq_input *input,
                            const struct sabin_eq_speaker *speaker, struct sabin_eq_again *out)
{
	const struct sabin_correction_channel *c = &file->correction.channels[channel];
	const struct sabin_correction_origin *origin = &file->origins[channel];
	out->positions = 0;
	out->first = NULL;
	out->of = origin->count;
	const bool predicted = find_common(origin, input, speaker, c->length, out);
	if (out->positions == 0) {
		memcpy(out->before_db, c->before_db, c->length * sizeof *out->before_db);
		sabin_places_mean(speaker->places, speaker->place_count, c->length, out->achieved_db);
	}
	/* what the whole is predicted to gain */
	for (size_t i = 0; i < c->length && !predicted; i++)
		out->predicted_db[i] = out->before_db[i] + c->predicted_db[i] - c->before_db[i];
	out->error_before_db =
	    sabin_correction_deviation_before_db(c, out->before_db, file->correction.rate_hz);
	out->error_predicted_db = sabin_correction_deviation_db(c, out->predicted_db);
	out->error_achieved_db = sabin_correction_deviation_db(c, out->achieved_db);
}

/* Is one of the positions that the correction was made from in the room?  Those of bare files have no name. */
static bool knows_position(const struct sabin_correction_file *file, const struct sabin_roomfile *room)
{
	bool named = false;
	for (size_t i = 0; i < file->correction.channel_count; i++)
		for (size_t p = 0; p < file->origins[i].count; p++) {
			const char *position = file->origins[i].places[p].position;
			named = named || *position;
			if (*position && sabin_roomfile_position(room, position) >= 0)
				return true;
		}
	return !named;
}

void sabin_eq_again_warn(const struct sabin_correction_file *file, const char *name,
                         const struct sabin_roomfile *room)
{
	const char *made_in = file->room ? file->room : "";
	if (*made_in && *name && strcmp(made_in, name) != 0)
		sabin_say("%s was made from a measurement of the room '%s'; this one is '%s'", file->path,
		          made_in, name);
	else if (room && !knows_position(file, room))
		sabin_say("%s was made from a measurement at other positions than those of %s", file->path,
		          room->path);
}
