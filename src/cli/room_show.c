/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room_show.c: what 'sabin room' prints for people.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/absorber.h>
#include <sabin/modefit.h>

#include "cli/room_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"

enum { BANDS = SABIN_ABSORPTION_BANDS, MODES_SHOWN = 40, WAYS_SHOWN = 12, COLUMNS_SHOWN = 8, PANELS_SHOWN = 8 };

static const double band_hz[BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

/* ---- the room ------------------------------------------------------------------------------------ */

static void print_proportions(const struct sabin_room_facts *facts)
{
	const struct sabin_proportions *p = &facts->proportions;
	printf("\nProportions %.2f : %.2f : 1 (length, width, height)\n", p->length_height, p->width_height);
	if (p->walker)
		printf("  Inside Walker's range, %.2f to %.2f for length to height%s.\n", p->least, p->most,
		       p->whole ? ", but two sides are near a whole ratio" : "");
	else
		printf("  Outside Walker's range: length to height %.2f to %.2f at this width, and both "
		       "ratios below 3%s.\n",
		       p->least, p->most, p->whole ? "; two sides are near a whole ratio" : "");
	if (!facts->has_bonello)
		return;
	printf("  Bonello's criterion: %s", facts->bonello.passed ? "passed" : "missed");
	for (int b = 0; b < SABIN_BONELLO_BANDS; b++) {
		const char *why = facts->bonello.falls[b]        ? "fewer modes than in the band below"
		                  : facts->bonello.coincides[b] ? "two modes coincide"
		                                                 : NULL;
		if (why)
			printf("; %s: %s", sabin_text_hz(facts->bonello.centre_hz[b]).s, why);
	}
	puts(".");
}

/* ---- surfaces ---------------------------------------------------------------------------------------- */

static void print_absorption(const char *label, double area_m2, const struct sabin_absorption *a)
{
	printf("  %-14s%6.1f", label, area_m2);
	for (int b = 0; b < BANDS; b++) {
		char text[16];
		const bool extrapolated = !a->flat && a->extrapolated[b];
		snprintf(text, sizeof text, "%s%.2f", extrapolated ? "*" : "", a->alpha[b]);
		printf("%8s", text);
	}
	putchar('\n');
}

static void print_surfaces(const struct sabin_room *room)
{
	char text[32];
	printf("\nAbsorption of the surfaces\n  %-14s%6s", "Hz", "m\xc2\xb2");
	printf(" "); /* the sign above has two bytes */
	for (int b = 0; b < BANDS; b++)
		printf("%8s", sabin_show_hz(band_hz[b], text, sizeof text));
	putchar('\n');
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		double bare_m2 = sabin_room_surface_m2(room, (enum sabin_surface_id)s);
		for (size_t i = 0; i < room->panel_count; i++)
			if (room->panels[i].surface == (enum sabin_surface_id)s)
				bare_m2 -= sabin_room_panel_m2(&room->panels[i]);
		print_absorption(sabin_surface_name((enum sabin_surface_id)s), fmax(bare_m2, 0),
		                 &room->surface[s]);
		int number = 0;
		for (size_t i = 0; i < room->panel_count; i++)
			if (room->panels[i].surface == (enum sabin_surface_id)s && number++ < PANELS_SHOWN) {
				snprintf(text, sizeof text, "  panel %d", number);
				print_absorption(text, sabin_room_panel_m2(&room->panels[i]),
				                 &room->panels[i].absorption);
			}
		if (number > PANELS_SHOWN)
			printf("    ... and %d more panels: --json\n", number - PANELS_SHOWN);
	}
}

static void print_diffusers(const struct sabin_roomfile *file)
{
	if (file->diffuser_count > 0)
		puts("\nDiffusers: depth of the wells in mm, where they work, and how near they are");
	for (size_t i = 0; i < file->diffuser_count; i++) {
		const struct sabin_panel_diffuser *d = &file->diffusers[i];
		const struct sabin_panel *panel = &file->room.panels[d->panel];
		struct sabin_diffuser design;
		if (!sabin_diffuser_design((int)d->wells, d->from_hz, d->width_m, &design))
			continue;
		printf("  %s:", sabin_surface_name(panel->surface));
		for (int n = 0; n < design.wells; n++)
			printf(" %.0f", design.depth_m[n] * 1000);
		printf("; %s to %s; ", sabin_text_hz(design.from_hz).s, sabin_text_hz(design.to_hz).s);
		for (size_t p = 0; p < file->position_count; p++) {
			const double d_m = sabin_room_panel_distance_m(panel, file->positions[p].position_m);
			printf("%s%s %.2f m%s", p ? ", " : "", file->positions[p].name, d_m,
			       d_m < design.least_distance_m ? " (too near)" : "");
		}
		printf("; at least %.2f m\n", design.least_distance_m);
	}
	if (file->diffuser_count > 0)
		puts("  Predictions take a diffuser as flat: they scatter nothing.");
}

/* ---- reverberation ------------------------------------------------------------------------------------- */

enum { TIME_COLUMN = 11 }; /* " *0.88-1.05" */

static void print_times(const char *label, const struct sabin_room_facts *facts, size_t offset)
{
	printf("  %-14s", label);
	for (int b = 0; b < BANDS; b++) {
		double value;
		memcpy(&value, (const char *)&facts->bands[b] + offset, sizeof value);
		printf("%*.2f", TIME_COLUMN, value);
	}
	putchar('\n');
}

#define ROW(label, member) print_times(label, facts, offsetof(struct sabin_reverberation, member))

/* What is between the formulas and a room of mirrors. */
static void print_span(const struct sabin_room_facts *facts)
{
	double most = 0;
	int at = -1;
	for (int b = 0; b < BANDS; b++) {
		const double times = facts->bands[b].axis_s / facts->bands[b].high_s;
		if (isfinite(times) && times > most) {
			most = times;
			at = b;
		}
	}
	puts("  The slowest axis is sound to and fro between the pair of walls that keeps it longest.  Simulated\n"
	     "  rooms ('simulate', 'measure --simulate') scatter nothing: their times lie anywhere between the");
	if (at >= 0 && most >= 1.05)
		printf("  formulas' and its, which is up to %.1f times what is to be believed (at %s).\n", most,
		       sabin_text_hz(band_hz[at]).s);
	else
		puts("  formulas' and its.");
}

static void print_reverberation(const struct sabin_room_facts *facts)
{
	char text[32];
	bool any = false, uneven = false;
	printf("\nReverberation time by formulas, in s\n  %-14s", "Hz");
	for (int b = 0; b < BANDS; b++)
		printf("%*s", TIME_COLUMN, sabin_show_hz(band_hz[b], text, sizeof text));
	putchar('\n');
	ROW("absorption", mean_alpha);
	ROW("Sabine", sabine_s);
	ROW("Eyring", eyring_s);
	ROW("Fitzroy", fitzroy_s);
	ROW("Arau-Puchades", arau_s);
	ROW("slowest axis", axis_s);
	printf("  %s%-14s", sabin_bold(), "to believe");
	for (int b = 0; b < BANDS; b++) {
		const struct sabin_reverberation *r = &facts->bands[b];
		if (r->high_s - r->low_s < 0.005)
			snprintf(text, sizeof text, "%s%.2f", facts->extrapolated[b] ? "*" : "", r->low_s);
		else
			snprintf(text, sizeof text, "%s%.2f-%.2f", facts->extrapolated[b] ? "*" : "", r->low_s,
			         r->high_s);
		printf("%*s", TIME_COLUMN, text);
		any = any || facts->extrapolated[b];
		uneven = uneven || r->uneven;
	}
	printf("%s\n", sabin_plain());
	if (any)
		puts("  * a surface's absorption is extrapolated there");
	puts("  Sabine's where the mean absorption is below 0.2, else Eyring's: both suppose that sound is\n"
	     "  scattered evenly.");
	if (uneven)
		puts("  Where one pair of walls absorbs twice as much as another it is not: then the range from\n"
		     "  Arau-Puchades's to Fitzroy's.");
	print_span(facts);
}

/* ---- modes -------------------------------------------------------------------------------------------- */

static void print_shape(const struct sabin_room_mode *mode, const struct sabin_room *room,
                        const double point_m[3])
{
	const double db = sabin_room_mode_db(mode, room, point_m);
	if (db < -40) /* a hundredth: within a centimetre of the nodal plane */
		printf(" %9s", "null");
	else
		printf(" %9.0f", sabin_number_tidy(fmin(db, 0), 0));
}

static void print_mode_row(const struct sabin_roomfile *file, const struct sabin_room_mode *mode)
{
	printf("  %6.1f  %2d %2d %2d  %-10s", mode->f_hz, mode->n[0], mode->n[1], mode->n[2],
	       sabin_mode_kind(mode->n));
	if (isfinite(mode->t60_s))
		printf(" %6.2f", mode->t60_s);
	else
		printf(" %6s", "–");
	int column = 0;
	for (size_t s = 0; s < file->speaker_count && column < COLUMNS_SHOWN; s++, column++)
		print_shape(mode, &file->room, file->speakers[s].position_m);
	for (size_t p = 0; p < file->position_count && column < COLUMNS_SHOWN; p++, column++)
		print_shape(mode, &file->room, file->positions[p].position_m);
	putchar('\n');
}

static void print_modes(const struct sabin_roomfile *file, const struct sabin_room_facts *facts)
{
	if (!(facts->schroeder_hz > 0)) {
		puts("\nNo reverberation, and no modes to tell apart.");
		return;
	}
	printf("\nSchroeder frequency %s, of the %.2f s to believe at 500 Hz and 1 kHz ('analyze' takes the\n"
	       "time measured there): below it single modes rule, and reverberation time means little.\n",
	       sabin_text_hz(facts->schroeder_hz).s, facts->schroeder_time_s);
	size_t below = 0;
	while (below < facts->mode_count && facts->modes[below].f_hz <= fmax(facts->schroeder_hz, 100))
		below++;
	const size_t shown = below < MODES_SHOWN ? below : MODES_SHOWN;
	if (shown == 0 || facts->schroeder_hz < 20) /* nothing that could be heard singly */
		return;
	printf("\nModes: x y z, decay in s, and pressure re the mode's greatest in dB: a speaker excites\n"
	       "little, and a listener hears little, where it is low\n  %6s  %-8s  %-10s %6s",
	       "Hz", "x  y  z", "kind", "T60");
	int column = 0;
	for (size_t s = 0; s < file->speaker_count && column < COLUMNS_SHOWN; s++, column++)
		printf(" %9.9s", file->speakers[s].name);
	for (size_t p = 0; p < file->position_count && column < COLUMNS_SHOWN; p++, column++)
		printf(" %9.9s", file->positions[p].name);
	putchar('\n');
	for (size_t i = 0; i < shown; i++)
		print_mode_row(file, &facts->modes[i]);
	if (facts->mode_count > shown)
		printf("  ... %zu more up to %s: --json\n", facts->mode_count - shown,
		       sabin_text_hz(facts->modes_to_hz).s);
}

/* ---- ways ------------------------------------------------------------------------------------------------ */

static void print_stereo(const struct sabin_roomfile *file, double speed_m_s)
{
	static const double usable_deg[2] = {25, 35}, usable_s = 1e-4;
	struct sabin_stereo *all = NULL;
	size_t count = 0;
	if (sabin_room_stereo(file, speed_m_s, &all, &count) || count == 0) {
		free(all);
		return;
	}
	puts("\nStereo: half-angles of 25 to 35 degrees are usable, arrivals within 0.1 ms");
	for (size_t i = 0; i < count; i++) {
		const struct sabin_stereo *s = &all[i];
		const bool fine = s->left_deg >= usable_deg[0] && s->left_deg <= usable_deg[1] &&
		                  s->right_deg >= usable_deg[0] && s->right_deg <= usable_deg[1] &&
		                  fabs(s->late_s) <= usable_s;
		printf("  %s: %s %.2f m %.1f°, %s %.2f m %.1f°, base %.2f m, ",
		       file->positions[s->position].name, file->speakers[s->left].name, s->left_m,
		       s->left_deg, file->speakers[s->right].name, s->right_m, s->right_deg, s->base_m);
		if (fabs(s->late_s) < 5e-6)
			printf("together");
		else
			printf("%s later by %.2f ms",
			       file->speakers[s->late_s < 0 ? s->left : s->right].name,
			       fabs(s->late_s) * 1000);
		puts(fine ? "" : "  (outside)");
	}
	free(all);
}

static void print_way(const struct sabin_roomfile *file, const struct sabin_room_facts *facts, size_t s,
                      size_t p)
{
	struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
	const double *from_m = file->speakers[s].position_m, *to_m = file->positions[p].position_m;
	const double d = hypot(hypot(from_m[0] - to_m[0], from_m[1] - to_m[1]), from_m[2] - to_m[2]);
	struct sabin_directivity box;
	const bool boxed = sabin_roomfile_directivity(&file->speakers[s], &box);
	const size_t n = sabin_room_first_reflections(&file->room, from_m, boxed ? &box : NULL, to_m,
	                                              facts->objects, file->object_count, r);
	printf("  %s%s to %s%s: %.2f m, %.2f ms\n", sabin_bold(), file->speakers[s].name,
	       file->positions[p].name, sabin_plain(), d, d / facts->speed_m_s * 1000);
	for (size_t i = 0; i < n; i++) {
		char where[32], on[96] = "";
		if (r[i].object >= 0)
			snprintf(where, sizeof where, "%.20s", file->objects[r[i].object].kind);
		else
			snprintf(where, sizeof where, "%s", sabin_surface_name(r[i].surface));
		if (r[i].panel >= 0)
			snprintf(on, sizeof on, "on a panel");
		else if (r[i].object >= 0)
			snprintf(on, sizeof on, "from %s", sabin_text_hz(r[i].from_hz).s);
		/* what plays the bass alone sends nothing there, and a null above its range is none */
		const double to_hz = file->speakers[s].range_hz[1];
		printf("    %-9s %5.2f %5.2f %5.2f  %6.2f ms ", where, r[i].point_m[0], r[i].point_m[1],
		       r[i].point_m[2], r[i].delay_s * 1000);
		if (to_hz < SABIN_BASS_TO_HZ)
			printf("%8s    ", "–"); /* three bytes */
		else
			printf("%6.1f dB  ", sabin_number_tidy(r[i].level_db, 1));
		if (to_hz < r[i].null_hz)
			printf("%10s %8s     ", "–", "–");
		else
			printf("%8s %6.1f dB  ", sabin_text_hz(r[i].null_hz).s, sabin_number_tidy(r[i].null_db, 1));
		if (to_hz < SABIN_BASS_TO_HZ)
			printf("%7s", "–");
		else
			printf("%4.2f x %4.2f m", r[i].panel_m[0], r[i].panel_m[1]);
		printf("%s%s\n", *on ? "  " : "", on);
	}
}

static void print_ways(const struct sabin_roomfile *file, const struct sabin_room_facts *facts)
{
	puts("\nFirst reflections: where they arise, how much later and weaker (1 to 4 kHz) than the direct\n"
	     "sound, the first null that they make with it and its depth, and the sides (x, y, z) of a\n"
	     "panel that covers it; a speaker with a box_m sends less beside and behind it, an object hides\n"
	     "what passes through it and reflects less where it is too small; a dash: it does not play there");
	size_t shown = 0;
	for (size_t p = 0; p < file->position_count; p++)
		for (size_t s = 0; s < file->speaker_count; s++)
			if (shown++ < WAYS_SHOWN)
				print_way(file, facts, s, p);
	if (shown > WAYS_SHOWN)
		printf("  ... and those of %zu more speakers and positions: --json\n", shown - WAYS_SHOWN);
}

/* What makers of monitors advise for the wall behind a speaker (sabin-room(1)). */
static const char *distance_advice(double d_m)
{
	return d_m <= 0.3 ? "good: the null is high, where speakers are directional"
	       : d_m <= 1 ? "acceptable"
	       : d_m <= 2.2 ? "to be avoided, unless a subwoofer plays there"
	                    : "good if the speaker plays nothing down there";
}

static void print_walls(const struct sabin_roomfile *file, const struct sabin_room_facts *facts)
{
	puts("\nThe wall behind each speaker, and the null at c/4d on its axis");
	for (size_t s = 0; s < file->speaker_count; s++) {
		const double d_m = file->speakers[s].position_m[1];
		printf("  %-12s %.2f m, %s: %s\n", file->speakers[s].name, d_m,
		       sabin_text_hz(facts->speed_m_s / (4 * d_m)).s, distance_advice(d_m));
	}
}

void sabin_show_room(const struct sabin_roomfile *file, const struct sabin_room_facts *facts)
{
	const struct sabin_room *room = &file->room;
	printf("%s%s%s\n", sabin_bold(), file->name[0] ? file->name : file->path, sabin_plain());
	printf("  %.2f m wide, %.2f m long, %.2f m high: %.1f m³; speed of sound %.1f m/s\n",
	       room->size_m[0], room->size_m[1], room->size_m[2], facts->volume_m3, facts->speed_m_s);
	print_proportions(facts);
	print_surfaces(room);
	print_diffusers(file);
	print_reverberation(facts);
	print_modes(file, facts);
	print_stereo(file, facts->speed_m_s);
	print_walls(file, facts);
	print_ways(file, facts);
}
