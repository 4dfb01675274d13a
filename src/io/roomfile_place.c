/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_place.c: from a room file to the arrangement that is scored and searched.
 */
#include <math.h>
#include <strings.h>

#include "io/roomfile_place.h"

/* Default constraints, sabin-place(1). */
static const double wall_m = 0.25, rear_m = 1.0, base_m = 1.0, angle_deg[2] = {25, 35};
static const double step_m = 0.05, tolerance_m = 0.05;
static const double bass_most_hz = 300; /* what plays nothing above is a subwoofer */
enum { TOP = 5 };

static bool is_bass(const struct sabin_speaker *speaker)
{
	return speaker->range_hz[1] <= bass_most_hz;
}

/* The partner of a speaker in a pair, or -1. */
static int partner_of(const struct sabin_roomfile *file, int speaker)
{
	const struct sabin_speaker *s = &file->speakers[speaker];
	const int other = s->pair[0] ? sabin_roomfile_speaker(file, s->pair) : -1;
	return other == speaker || (other >= 0 && is_bass(&file->speakers[other])) ? -1 : other;
}

/* The mains: a declared pair, else speakers called left and right, else the first full-range one. */
static void find_mains(const struct sabin_roomfile *file, int mains[2])
{
	mains[0] = mains[1] = -1;
	for (int s = 0; s < (int)file->speaker_count && mains[1] < 0; s++) {
		if (is_bass(&file->speakers[s]))
			continue;
		if (mains[0] < 0)
			mains[0] = s;
		if (partner_of(file, s) >= 0) {
			mains[0] = s;
			mains[1] = partner_of(file, s);
		}
	}
	const int left = sabin_roomfile_speaker(file, "left");
	const int right = sabin_roomfile_speaker(file, "right");
	if (mains[1] < 0 && left >= 0 && right >= 0 && !is_bass(&file->speakers[left]) &&
	    !is_bass(&file->speakers[right])) {
		mains[0] = left;
		mains[1] = right;
	}
	if (mains[0] < 0)
		mains[0] = 0;
}

static bool has_box(const struct sabin_roomfile *file, int speaker)
{
	for (size_t i = 0; i < file->place_count; i++)
		if (strcasecmp(file->place[i].name, file->speakers[speaker].name) == 0)
			return true;
	return false;
}

/* The box of the file for a name, else the whole room; heights are kept where the box allows it. */
static struct sabin_box box_of(const struct sabin_roomfile *file, const char *name,
                               const double now_m[3])
{
	struct sabin_box box = {{0, 0, now_m[2]}, {0, 0, now_m[2]}};
	memcpy(box.max_m, file->room.size_m, 2 * sizeof(double));
	for (size_t i = 0; i < file->place_count; i++) {
		const struct sabin_zone *zone = &file->place[i];
		if (strcasecmp(zone->name, name) != 0)
			continue;
		memcpy(box.min_m, zone->min_m, sizeof box.min_m);
		memcpy(box.max_m, zone->max_m, sizeof box.max_m);
		box.min_m[2] = box.max_m[2] =
		        fmin(fmax(now_m[2], zone->min_m[2]), zone->max_m[2]);
	}
	return box;
}

/* The upright box around a cabinet.  Where an aim is given the acoustic centre is in the middle of the front,
 * which looks that way; else in the middle of it all. */
static struct sabin_box cabinet_of(const struct sabin_speaker *speaker)
{
	const double *box_m = speaker->box_m;
	struct sabin_box box;
	for (int axis = 0; axis < 3; axis++) {
		box.max_m[axis] = box_m[axis] / 2;
		box.min_m[axis] = -box.max_m[axis];
	}
	if (isnan(speaker->aim_deg))
		return box;
	const double aim = speaker->aim_deg * M_PI / 180;
	const double across_m[2] = {fabs(cos(aim)) * box_m[0] / 2, fabs(sin(aim)) * box_m[0] / 2};
	const double back_m[2] = {-sin(aim) * box_m[1], -cos(aim) * box_m[1]};
	for (int axis = 0; axis < 2; axis++) {
		box.min_m[axis] = fmin(0, back_m[axis]) - across_m[axis];
		box.max_m[axis] = fmax(0, back_m[axis]) + across_m[axis];
	}
	return box;
}

static void add_source(const struct sabin_roomfile *file, int speaker, bool main, bool moves,
                       struct sabin_place_plan *plan)
{
	struct sabin_place_spec *spec = &plan->spec;
	if (spec->source_count == SABIN_PLACE_SOURCES_MAX)
		return;
	const struct sabin_speaker *s = &file->speakers[speaker];
	struct sabin_place_source *source = &spec->source[spec->source_count];
	plan->speaker[spec->source_count++] = speaker;
	source->score.bass = !main;
	memcpy(source->score.range_hz, s->range_hz, sizeof s->range_hz);
	memcpy(source->position_m, s->position_m, sizeof s->position_m);
	source->moves = moves;
	source->within = box_of(file, s->name, s->position_m);
	if (!isnan(s->box_m[0]))
		source->cabinet = cabinet_of(s);
}

static void add_sources(const struct sabin_roomfile *file, const bool *moves,
                        struct sabin_place_plan *plan)
{
	int mains[2];
	find_mains(file, mains);
	plan->spec.pair = mains[1] >= 0;
	const bool together = moves[mains[0]] && (mains[1] < 0 || moves[mains[1]]);
	for (int i = 0; i < 2 && mains[i] >= 0; i++)
		add_source(file, mains[i], true, together, plan);
	/* a box for one of a pair says how high both stand */
	for (int i = 0; i < 2 && mains[1] >= 0; i++)
		if (has_box(file, mains[i]) && !has_box(file, mains[1 - i])) {
			struct sabin_place_source *source = plan->spec.source;
			source[1 - i].within.min_m[2] = source[i].within.min_m[2];
			source[1 - i].within.max_m[2] = source[i].within.max_m[2];
		}
	for (int s = 0; s < (int)file->speaker_count; s++)
		if (s != mains[0] && s != mains[1] && is_bass(&file->speakers[s]))
			add_source(file, s, false, moves[s], plan);
}

/* Along which axis the mains look at the listener. */
static int depth_axis(const struct sabin_place_spec *spec)
{
	const double *first = spec->source[0].position_m;
	const double *other = spec->pair ? spec->source[1].position_m : spec->listener_m;
	const double x = fabs(first[0] - other[0]), y = fabs(first[1] - other[1]);
	return spec->pair ? x >= y : y >= x;
}

bool sabin_roomfile_is_seat(const char *kind)
{
	static const char *const seats[] = {"armchair", "bed", "bench", "chair", "couch", "pouf", "seat", "sofa",
	                                    "stool"};
	for (size_t i = 0; i < sizeof seats / sizeof *seats; i++)
		if (strncasecmp(kind, seats[i], strlen(seats[i])) == 0)
			return true;
	return false;
}

static void list_solids(const struct sabin_roomfile *file, struct sabin_place_solid *solid)
{
	for (size_t i = 0; i < file->keep_out_count; i++, solid++) {
		solid->kind = SABIN_PLACE_ZONE;
		memcpy(solid->box.min_m, file->keep_out[i].min_m, 3 * sizeof(double));
		memcpy(solid->box.max_m, file->keep_out[i].max_m, 3 * sizeof(double));
	}
	for (size_t i = 0; i < file->object_count; i++, solid++) {
		solid->kind = sabin_roomfile_is_seat(file->objects[i].kind) ? SABIN_PLACE_SEATING : SABIN_PLACE_FURNITURE;
		memcpy(solid->box.min_m, file->objects[i].min_m, 3 * sizeof(double));
		memcpy(solid->box.max_m, file->objects[i].max_m, 3 * sizeof(double));
	}
}

enum sabin_err sabin_roomfile_place(const struct sabin_roomfile *file, const bool *moves_speaker,
                                    const bool *moves_position, struct sabin_place_plan *out)
{
	*out = (struct sabin_place_plan){0};
	struct sabin_place_spec *spec = &out->spec;
	if (file->speaker_count == 0 || file->position_count == 0)
		return SABIN_EINVAL;
	const size_t solid = file->keep_out_count + file->object_count;
	out->follower = calloc(file->position_count, sizeof *out->follower);
	out->follower_m = calloc(file->position_count, sizeof *out->follower_m);
	out->solid = calloc(solid + 1, sizeof *out->solid);
	if (!out->follower || !out->follower_m || !out->solid) {
		sabin_roomfile_place_release(out);
		return SABIN_ENOMEM;
	}
	spec->room = &file->room;
	add_sources(file, moves_speaker, out);
	memcpy(spec->listener_m, file->positions[0].position_m, sizeof spec->listener_m);
	spec->listener_moves = moves_position[0];
	spec->listener_within = box_of(file, file->positions[0].name, spec->listener_m);
	for (size_t p = 1; p < file->position_count && moves_position[0]; p++) {
		if (!moves_position[p])
			continue;
		out->follower[spec->follower_count] = (int)p;
		memcpy(out->follower_m[spec->follower_count++], file->positions[p].position_m,
		       3 * sizeof(double));
	}
	list_solids(file, out->solid);
	spec->follower_m = (const double(*)[3])out->follower_m;
	spec->solid = out->solid;
	spec->solid_count = solid;
	spec->depth_axis = depth_axis(spec);
	spec->wall_m = wall_m;
	spec->rear_m = rear_m;
	spec->base_m = base_m;
	memcpy(spec->angle_deg, angle_deg, sizeof angle_deg);
	spec->step_m = step_m;
	spec->tolerance_m = tolerance_m;
	spec->top = TOP;
	spec->threads = 1;
	return SABIN_OK;
}

void sabin_roomfile_place_release(struct sabin_place_plan *plan)
{
	free(plan->follower);
	free(plan->follower_m);
	free(plan->solid);
	*plan = (struct sabin_place_plan){0};
}

int sabin_place_plan_source(const struct sabin_place_plan *plan, int speaker)
{
	for (size_t s = 0; s < plan->spec.source_count; s++)
		if (plan->speaker[s] == speaker)
			return (int)s;
	return -1;
}

void sabin_place_plan_speaker(const struct sabin_place_plan *plan, const struct sabin_roomfile *file,
                              const struct sabin_place_arrangement *a, int speaker, double out_m[3])
{
	const int source = sabin_place_plan_source(plan, speaker);
	memcpy(out_m, source >= 0 ? a->source_m[source] : file->speakers[speaker].position_m,
	       3 * sizeof(double));
}

void sabin_place_plan_position(const struct sabin_place_plan *plan,
                               const struct sabin_roomfile *file,
                               const struct sabin_place_arrangement *a, int position,
                               double out_m[3])
{
	bool goes = position == plan->listener;
	for (size_t i = 0; i < plan->spec.follower_count; i++)
		goes = goes || plan->follower[i] == position;
	for (int axis = 0; axis < 3; axis++)
		out_m[axis] = file->positions[position].position_m[axis] +
		              (goes ? a->listener_m[axis] - plan->spec.listener_m[axis] : 0);
}
