/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * disagreement.c: a room file that does not describe the room that was measured.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"
#include "room/inner.h"
#include <sabin/roomfit.h>

enum { RESPONSES_MAX = 4 }; /* more say the same, and take longer */
static const double told = 0.012;      /* of a side; tapes and skirting boards explain less */
static const double told_m = 0.08;     /* of a distance */

static void add_side(struct sabin_advice *out, int axis, double file_m, struct sabin_quantity fitted)
{
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_GEOMETRY_DIFFERS);
	if (!item)
		return;
	const double off_m = fabs(fitted.value - file_m);
	item->surface = (int)room_walls[axis][1];
	item->chart = "modes";
	item->confidence = fmin(0.95, advice_probability(off_m - 2 * fitted.plus_minus, fitted.plus_minus));
	item->benefit = 6 + fmin(6, 100 * off_m / file_m);
	advice_evidence(item, "file", advice_number(file_m), "m");
	advice_evidence(item, "measured", fitted, "m");
}

static void add_distance(struct sabin_advice *out, const struct sabin_advice_response *r, double file_m,
                         double measured_m, int surface)
{
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_GEOMETRY_DIFFERS);
	if (!item)
		return;
	item->speaker = (int)r->speaker;
	item->position = surface < 0 ? (int)r->position : -1;
	item->surface = surface;
	item->chart = surface < 0 ? "impulse" : "reflections";
	item->confidence = 0.8;
	item->benefit = 4 + fmin(6, 10 * fabs(measured_m - file_m));
	advice_evidence(item, "file", advice_number(file_m), "m");
	advice_evidence(item, "measured", sabin_quantity_valid(measured_m, 0.03), "m");
}

enum sabin_err advice_find_room_file(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	struct sabin_advice_item *item = scene->room_spoilt ? advice_add(out, SABIN_ADVICE_ROOM_FILE) : NULL;
	if (item) {
		item->benefit = 15; /* half of what could be told is not */
		item->confidence = 0.99;
	}
	return SABIN_OK;
}

static bool delayed(const struct sabin_advice *out, size_t speaker)
{
	for (size_t i = 0; i < out->count; i++)
		if ((out->item[i].code == SABIN_ADVICE_DELAY_MISMATCH && out->item[i].speaker == (int)speaker) ||
		    (out->item[i].code == SABIN_ADVICE_CHANNELS_SWAPPED))
			return true;
	return false;
}

bool advice_side_differs(const struct sabin_roomfit *fit, int axis, double file_m)
{
	const double off_m = fabs(fit->size_m[axis].value - file_m);
	return fit->size_m[axis].valid && off_m - fit->size_other_m[axis] > told * file_m &&
	       off_m > 3 * fit->size_sigma_m[axis];
}

enum sabin_err advice_find_geometry(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	struct sabin_roomfit_response response[RESPONSES_MAX];
	const struct sabin_advice_response *of[RESPONSES_MAX];
	size_t count = 0;
	if (!scene->room)
		return SABIN_OK;
	for (size_t i = 0; i < scene->response_count && count < RESPONSES_MAX; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		const struct sabin_advice_speaker *s = &scene->speaker[r->speaker];
		const double *at_m = scene->position_m[r->position];
		if (!r->trustworthy || isnan(s->position_m[0]) || isnan(at_m[0]) || advice_is_bass(s))
			continue;
		struct sabin_roomfit_response *to = &response[count];
		*to = (struct sabin_roomfit_response){
		    .h = r->h,
		    .frames = r->frames,
		    .rate_hz = r->rate_hz,
		    .emission = r->arrival_s.valid ? r->direct - r->arrival_s.value * r->rate_hz : (double)NAN,
		    .directivity = s->directivity,
		};
		for (int a = 0; a < 3; a++) {
			to->source_m[a] = s->position_m[a];
			to->receiver_m[a] = at_m[a];
		}
		of[count++] = r;
	}
	struct sabin_roomfit *fit = &out->fit;
	enum sabin_err err =
	    count > 0 ? sabin_roomfit(scene->room, response, count, scene->progress, scene->user, fit) : SABIN_ESHORT;
	out->has_fit = !err && !(fit->misfit > SABIN_ROOMFIT_OTHER);
	for (int a = 0; !err && a < 3; a++)
		if (advice_side_differs(fit, a, scene->room->size_m[a]))
			add_side(out, a, scene->room->size_m[a], fit->size_m[a]);
	for (size_t i = 0; !err && i < fit->distance_count; i++) {
		const struct sabin_roomfit_distance *d = &fit->distance[i];
		if (fabs(d->file_m - d->measured_m) > told_m && !delayed(out, of[d->response]->speaker))
			add_distance(out, of[d->response], d->file_m, d->measured_m, -1);
	}
	return err == SABIN_ENOMEM || err == SABIN_EINTR ? err : SABIN_OK;
}
