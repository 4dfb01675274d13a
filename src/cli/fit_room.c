/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fit_room.c: the room of a file fitted to a measurement.
 */
#include <math.h>

#include "cli/fit_room.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"

enum { BANDS = SABIN_ABSORPTION_BANDS };
static const double band_hz[BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};
static const char *const sides[3] = {"width", "length", "height"};

struct loaded {
	struct sabin_roomfit_response response[SABIN_FIT_RESPONSES];
	struct sabin_directivity directivity[SABIN_FIT_RESPONSES];
	double *h[SABIN_FIT_RESPONSES];
	size_t count;
};

static enum sabin_err load(const struct sabin_measurement *m, const struct sabin_roomfile *file,
                           struct loaded *l, struct sabin_fit_names *names, struct sabin_diag *diag)
{
	for (size_t i = 0; i < m->response_count && l->count < SABIN_FIT_RESPONSES; i++) {
		const struct sabin_measured *r = &m->responses[i];
		const int s = sabin_roomfile_speaker(file, r->speaker);
		const int p = sabin_roomfile_position(file, r->position);
		if (s < 0 || p < 0)
			continue;
		struct sabin_roomfit_response *to = &l->response[l->count];
		const enum sabin_err err =
		    sabin_measurement_load(m, i, &l->h[l->count], &to->frames, diag);
		if (err)
			return err;
		to->h = l->h[l->count];
		to->rate_hz = r->rate_hz;
		/* a subwoofer's direct sound tells no distance */
		to->emission = r->zero == SABIN_ZERO_EMISSION && !(file->speakers[s].range_hz[1] < SABIN_BASS_TO_HZ)
		                   ? (double)r->zero_index + r->zero_offset_s * r->rate_hz
		                   : (double)NAN;
		memcpy(to->source_m, file->speakers[s].position_m, sizeof to->source_m);
		memcpy(to->receiver_m, file->positions[p].position_m, sizeof to->receiver_m);
		if (sabin_roomfile_directivity(&file->speakers[s], &l->directivity[l->count]))
			to->directivity = &l->directivity[l->count];
		names->speaker[l->count] = file->speakers[s].name;
		names->position[l->count++] = file->positions[p].name;
	}
	names->count = l->count;
	return SABIN_OK;
}

static bool fitting(void *user, double fraction)
{
	const volatile sig_atomic_t *stop = *(const volatile sig_atomic_t **)user;
	sabin_progress("fitting the room", fraction);
	return !*stop;
}

/* Too little was seen for a verdict. */
static bool is_thin(const struct sabin_roomfit *fit)
{
	enum { LEAST = 10 };
	return fit->mode_match.seen + fit->echo_match.seen < LEAST;
}

/* A measurement of another room is not fitted. */
static enum sabin_err refuse_other(const struct sabin_roomfit *fit, const char *path,
                                   const struct sabin_roomfile *file, struct sabin_diag *diag)
{
	const double *size_m = file->room.size_m, *far_m = fit->far_size_m;
	char far[160] = "";
	if (is_thin(fit) || !(fit->misfit > SABIN_ROOMFIT_OTHER))
		return SABIN_OK;
	if (fit->far_misfit > 0 && fit->far_misfit < SABIN_ROOMFIT_DOUBTFUL)
		snprintf(far, sizeof far, "; a room of %.2f x %.2f x %.2f m would explain most of them", far_m[0],
		         far_m[1], far_m[2]);
	return sabin_diag_set(
	    diag, SABIN_EFORMAT, path, 0, 0,
	    "does not fit the room of %s: of %zu modes %zu and of %zu reflections %zu come near those of a room "
	    "of %.2f x %.2f x %.2f m or up to 4 %% more or less, and %.0f and %.0f would by chance%s",
	    file->path, fit->mode_match.seen, fit->mode_match.met, fit->echo_match.seen, fit->echo_match.met,
	    size_m[0], size_m[1], size_m[2], fit->mode_match.by_chance, fit->echo_match.by_chance, far);
}

/* Where the measurement has them. */
static void move_points(const struct sabin_roomfit *fit, const struct sabin_fit_names *names,
                        struct sabin_roomfile *file)
{
	for (size_t p = 0; p < fit->point_count; p++) {
		const struct sabin_roomfit_point *point = &fit->point[p];
		double *at_m = point->receiver
		                       ? file->positions[sabin_roomfile_position(file, names->position[point->response])].position_m
		                       : file->speakers[sabin_roomfile_speaker(file, names->speaker[point->response])].position_m;
		for (int a = 0; a < 3; a++)
			if (sabin_roomfit_moved(point, a))
				at_m[a] = point->at_m[a].value;
	}
}

int sabin_fit_room(const char *command, const char *path, struct sabin_roomfile *file,
                   struct sabin_roomfit *fit, struct sabin_fit_names *names)
{
	struct sabin_measurement m = {0};
	struct sabin_diag diag = {0};
	struct loaded *l = calloc(1, sizeof *l);
	const volatile sig_atomic_t *stop = sabin_stop_watch();
	int status = -1;
	enum sabin_err err = l ? sabin_measurement_open(path, &m, &diag) : SABIN_ENOMEM;
	if (!err)
		sabin_tell_incomplete(&m);
	if (!err)
		err = load(&m, file, l, names, &diag);
	if (!err && l->count == 0)
		err = sabin_diag_set(&diag, SABIN_EFORMAT, path, 0, 0,
		                     "has no response whose speaker and position are in %s", file->path);
	if (!err) {
		err = sabin_roomfit(&file->room, l->response, l->count, fitting, &stop, fit);
		sabin_progress_end();
		if (err == SABIN_ESHORT || err == SABIN_EINVAL)
			sabin_diag_set(&diag, err, path, 0, 0, "the room cannot be fitted to it: %s",
			               sabin_strerror(err));
		if (!err)
			err = refuse_other(fit, path, file, &diag);
	}
	if (err) {
		status = sabin_fail_input(command, err, &diag);
	} else {
		sabin_roomfit_apply(fit, &file->room);
		move_points(fit, names, file);
	}
	for (size_t i = 0; l && i < l->count; i++)
		free(l->h[i]);
	free(l);
	sabin_measurement_release(&m);
	return status;
}

/* ---- for people ------------------------------------------------------------------------------------ */

static void print_row(const char *label, const double *value)
{
	printf("  %-10.10s", label);
	for (int b = 0; b < BANDS; b++)
		if (isfinite(value[b]))
			printf("%8.2f", value[b]);
		else
			printf("%9s", "–"); /* three bytes */
	putchar('\n');
}

static void show_match(const struct sabin_roomfit *fit)
{
	const struct sabin_roomfit_match *modes = &fit->mode_match, *echoes = &fit->echo_match;
	if (modes->seen > 0)
		printf("  Of %zu modes, %zu are where the room has one (%.0f would be by chance), to %.2f %%.\n",
		       modes->seen, modes->met, modes->by_chance, 100 * modes->rms);
	if (echoes->seen > 0)
		printf("  Of %zu reflections, %zu are where the room has one (%.0f would be by chance), to %.1f cm.\n",
		       echoes->seen, echoes->met, echoes->by_chance, 100 * echoes->rms);
	if (is_thin(fit))
		printf("  %sThat is too little to tell whether the measurement was made in this room.%s\n", sabin_bad(),
		       sabin_plain());
	else
		printf("  Misfit %.2f (0: all are, 1: no more than by chance): %s\n", fit->misfit,
		       fit->misfit < SABIN_ROOMFIT_DOUBTFUL ? "this is the room" : "doubtful");
	if (!is_thin(fit) && fit->misfit > SABIN_ROOMFIT_DOUBTFUL)
		printf("  %sThe measurement fits the file in part only: check sizes and positions.  The sizes were "
		       "left as they are.%s\n",
		       sabin_bad(), sabin_plain());
	if (fit->far_misfit > 0 && fit->far_misfit < SABIN_ROOMFIT_DOUBTFUL)
		printf("  It would fit a room of %.2f x %.2f x %.2f m.\n", fit->far_size_m[0], fit->far_size_m[1],
		       fit->far_size_m[2]);
}

static void show_sizes(const struct sabin_roomfit *fit, const double size_m[3])
{
	for (int a = 0; a < 3; a++) {
		const struct sabin_quantity q = fit->size_m[a];
		const double off = (q.value / size_m[a] - 1) * 100;
		if (fit->size_at_limit[a])
			printf("  %s%-6s %.2f m in the file; the measurement speaks for %.2f m or beyond, which is as far "
			       "as was looked%s\n",
			       sabin_bad(), sides[a], size_m[a], q.value, sabin_plain());
		else if (!q.valid)
			printf("  %-6s %.2f m in the file; the measurement does not fix it\n", sides[a],
			       size_m[a]);
		else if (fabs(q.value - size_m[a]) > fmax(0.02, 2 * q.plus_minus))
			printf("  %s%-6s %.2f m in the file; the measurement says %.2f m ± %.1f cm (%+.1f %%)%s\n",
			       sabin_bad(), sides[a], size_m[a], q.value, q.plus_minus * 100,
			       sabin_number_tidy(off, 1), sabin_plain());
		else
			printf("  %-6s %.2f m in the file, and so says the measurement (%.2f m ± %.1f cm)\n",
			       sides[a], size_m[a], q.value, q.plus_minus * 100);
	}
}

static const char *point_name(const struct sabin_fit_names *names, const struct sabin_roomfit_point *point)
{
	return point->receiver ? names->position[point->response] : names->speaker[point->response];
}

static void show_points(const struct sabin_roomfit *fit, const struct sabin_fit_names *names)
{
	static const char *const from[3] = {"the left wall", "the front wall", "the floor"};
	for (size_t p = 0; p < fit->point_count; p++)
		for (int a = 0; a < 3; a++) {
			const struct sabin_roomfit_point *point = &fit->point[p];
			if (sabin_roomfit_moved(point, a))
				printf("  - the file puts %s %.2f m from %s; reflections and direct sound say %.2f m ± %.1f cm\n",
				       point_name(names, point), point->file_m[a], from[a], point->at_m[a].value,
				       100 * point->at_m[a].plus_minus);
		}
}

/* Octaves whose time no absorption gives. */
static void show_limits(const struct sabin_roomfit *fit)
{
	bool any = false;
	for (int b = 0; b < BANDS; b++)
		if (fit->factor_at_limit[b]) {
			printf("%s%s", any ? ", " : "  No absorption gives the time that was measured at ",
			       sabin_text_hz(band_hz[b]).s);
			any = true;
		}
	if (any)
		puts("; there it is as near as can be.");
}

void sabin_show_fit(const struct sabin_roomfit *fit, const struct sabin_fit_names *names,
                    const double size_m[3])
{
	char text[32];
	printf("%sFitted to the measurement%s: %zu response%s\n", sabin_bold(), sabin_plain(), names->count,
	       names->count == 1 ? "" : "s");
	show_match(fit);
	show_sizes(fit, size_m);
	for (size_t i = 0; i < fit->wall_count; i++) {
		const struct sabin_roomfit_wall *w = &fit->wall[i];
		printf("  %s the file puts the %s %s at %.2f m from %s; the reflection heard at %s says %.2f m\n",
		       "-", sabin_surface_name(w->surface),
		       w->surface >= SABIN_FLOOR ? "" : "wall", w->file_m, names->speaker[w->response],
		       names->position[w->response], w->measured_m);
	}
	for (size_t i = 0; i < fit->distance_count; i++) {
		const struct sabin_roomfit_distance *d = &fit->distance[i];
		printf("  - the file puts %s %.2f m from %s; the direct sound says %.2f m\n",
		       names->speaker[d->response], d->file_m, names->position[d->response], d->measured_m);
	}
	show_points(fit, names);
	printf("\n  T, s      ");
	for (int b = 0; b < BANDS; b++)
		printf("%8s", sabin_show_hz(band_hz[b], text, sizeof text));
	putchar('\n');
	print_row("measured", fit->t_measured_s);
	print_row("of file", fit->t_file_s);
	print_row("fitted", fit->t_fitted_s);
	print_row("absorption", fit->factor);
	show_limits(fit);
	puts("  -ln(1 - alpha) of all surfaces was multiplied by the factors of the last row; sizes and\n"
	     "  places as above.\n"
	     "  What follows is of the fitted room.\n");
}

/* ---- for scripts ------------------------------------------------------------------------------------- */

static void json_match(struct sabin_json *json, const char *name, const struct sabin_roomfit_match *match)
{
	sabin_json_open_object(json, name);
	sabin_json_integer(json, "seen", (long long)match->seen);
	sabin_json_integer(json, "met", (long long)match->met);
	sabin_json_number(json, "by_chance", match->by_chance);
	sabin_json_number(json, "rms", match->rms);
	sabin_json_close(json);
}

static void json_points(struct sabin_json *json, const struct sabin_roomfit *fit,
                        const struct sabin_fit_names *names)
{
	sabin_json_open_array(json, "points");
	for (size_t p = 0; p < fit->point_count; p++) {
		const struct sabin_roomfit_point *point = &fit->point[p];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, point->receiver ? "position" : "speaker", point_name(names, point));
		sabin_json_numbers(json, "file_m", point->file_m, 3);
		sabin_json_open_array(json, "measured_m");
		for (int a = 0; a < 3; a++)
			sabin_json_quantity(json, NULL, point->at_m[a], "m");
		sabin_json_close(json);
		sabin_json_open_array(json, "moved");
		for (int a = 0; a < 3; a++)
			if (sabin_roomfit_moved(point, a))
				sabin_json_text(json, NULL, (const char *[]){"x", "y", "z"}[a]);
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

void sabin_json_fit(struct sabin_json *json, const struct sabin_roomfit *fit,
                    const struct sabin_fit_names *names, const double size_m[3])
{
	sabin_json_open_object(json, "fit");
	sabin_json_integer(json, "responses", (long long)names->count);
	sabin_json_number(json, "misfit", fit->misfit);
	json_match(json, "modes", &fit->mode_match);
	json_match(json, "reflections", &fit->echo_match);
	sabin_json_numbers(json, "file_size_m", size_m, 3);
	sabin_json_open_object(json, "size_m");
	for (int a = 0; a < 3; a++)
		sabin_json_quantity(json, sides[a], fit->size_m[a], "m");
	sabin_json_close(json);
	sabin_json_open_array(json, "at_limit");
	for (int a = 0; a < 3; a++)
		if (fit->size_at_limit[a])
			sabin_json_text(json, NULL, sides[a]);
	for (int b = 0; b < BANDS; b++)
		if (fit->factor_at_limit[b]) {
			char text[32];
			snprintf(text, sizeof text, "absorption at %g Hz", band_hz[b]);
			sabin_json_text(json, NULL, text);
		}
	sabin_json_close(json);
	if (fit->far_misfit > 0)
		sabin_json_numbers(json, "far_size_m", fit->far_size_m, 3);
	sabin_json_open_array(json, "bands");
	for (int b = 0; b < BANDS; b++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", band_hz[b]);
		sabin_json_number(json, "measured_s", fit->t_measured_s[b]);
		sabin_json_number(json, "file_s", fit->t_file_s[b]);
		sabin_json_number(json, "fitted_s", fit->t_fitted_s[b]);
		sabin_json_number(json, "absorption_factor", fit->factor[b]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	json_points(json, fit, names);
	sabin_json_open_array(json, "disagreements");
	for (size_t i = 0; i < fit->wall_count; i++) {
		const struct sabin_roomfit_wall *w = &fit->wall[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", names->speaker[w->response]);
		sabin_json_text(json, "position", names->position[w->response]);
		sabin_json_text(json, "surface", sabin_surface_name(w->surface));
		sabin_json_number(json, "file_m", w->file_m);
		sabin_json_number(json, "measured_m", w->measured_m);
		sabin_json_close(json);
	}
	for (size_t i = 0; i < fit->distance_count; i++) {
		const struct sabin_roomfit_distance *d = &fit->distance[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", names->speaker[d->response]);
		sabin_json_text(json, "position", names->position[d->response]);
		sabin_json_text(json, "surface", NULL);
		sabin_json_number(json, "file_m", d->file_m);
		sabin_json_number(json, "measured_m", d->measured_m);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_close(json);
}
