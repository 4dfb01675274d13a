/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * show.c: what several commands print.
 */
#include <math.h>
#include <strings.h>

#include "cli/likeness.h"
#include "cli/quantity_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/memstream.h"
#include "io/number.h"

double sabin_show_expanded(double plus_minus, int decimals)
{
	return fmax(SABIN_COVERS * plus_minus, pow(10, -decimals));
}

const char *sabin_show_value(struct sabin_quantity q, int decimals, char *text, size_t size)
{
	if (q.valid && isfinite(q.value))
		snprintf(text, size, "%.*f", decimals, sabin_number_tidy(q.value, decimals));
	else
		snprintf(text, size, "–");
	return text;
}

const char *sabin_show_hz(double hz, char *text, size_t size)
{
	if (hz >= 1000)
		snprintf(text, size, "%gk", hz / 1000);
	else
		snprintf(text, size, "%g", hz);
	return text;
}

char *sabin_command_line(void)
{
	enum { MOST = 65536 };
	FILE *file = fopen("/proc/self/cmdline", "re");
	char *text = calloc(1, MOST);
	if (file && text) {
		const size_t n = fread(text, 1, MOST - 1, file);
		for (size_t i = 0; i + 1 < n; i++)
			if (text[i] == '\0')
				text[i] = ' ';
	}
	if (file)
		fclose(file);
	return text;
}

void sabin_date_now(char *text, size_t size)
{
	struct tm local;
	const time_t now = time(NULL);
	char zone[8] = "";
	localtime_r(&now, &local);
	strftime(text, size, "%Y-%m-%dT%H:%M:%S", &local);
	strftime(zone, sizeof zone, "%z", &local); /* +0200; ISO 8601's extended form wants +02:00 */
	const size_t n = strlen(text);
	if (strlen(zone) == 5)
		snprintf(text + n, size - n, "%.3s:%.2s", zone, zone + 3);
}

static void json_verdict(struct sabin_json *json, const struct sabin_verdict *v)
{
	sabin_json_open_object(json, "verdict");
	sabin_json_bool(json, "trustworthy", v->trustworthy);
	sabin_json_open_array(json, "why");
	for (size_t i = 0; i < v->why_count; i++)
		sabin_json_text(json, NULL, v->why[i]);
	sabin_json_close(json);
	sabin_json_integer(json, "takes", v->takes);
	sabin_json_number(json, "peak_dbfs", v->peak_dbfs);
	sabin_json_integer(json, "clipped_samples", (long long)v->clipped_samples);
	sabin_json_integer(json, "xruns", (long long)v->xruns);
	sabin_json_integer(json, "lost_frames", (long long)v->lost_frames);
	sabin_json_quantity(json, "skew_ppm", v->skew_ppm, "ppm");
	sabin_json_quantity(json, "snr_db", v->snr_db, "dB");
	sabin_json_open_array(json, "snr_bands");
	for (size_t i = 0; i < v->snr_band_count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", v->snr_bands[i].centre_hz);
		sabin_json_quantity(json, "snr_db", v->snr_bands[i].snr_db, "dB");
		sabin_json_number(json, "coherence", v->snr_bands[i].coherence);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_text(json, "polarity", sabin_polarity_name(v->polarity));
	sabin_json_quantity_why(json, "repeatability_db", v->repeatability_db, "dB",
	                        "one repeat alone does not tell");
	sabin_json_close(json);
}

/* Why a distance or a difference in time is not known. */
static const char *why_no_time(enum sabin_zero zero)
{
	return zero == SABIN_ZERO_ARRIVAL     ? "no loopback: the time of emission is not known"
	       : zero == SABIN_ZERO_REFERENCE ? "times count from the reference speaker's arrival, not from emission"
	                                      : NULL;
}

static void json_pairs(struct sabin_json *json, const struct sabin_pair_difference *pairs, size_t count)
{
	sabin_json_open_array(json, "pairs");
	for (size_t i = 0; i < count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "first", pairs[i].first);
		sabin_json_text(json, "second", pairs[i].second);
		sabin_json_text(json, "position", pairs[i].position);
		sabin_json_quantity(json, "level_difference_db", pairs[i].level_db, "dB");
		sabin_json_quantity_why(json, "time_difference_s", pairs[i].time_s, "s",
		                        isnan(pairs[i].time_s.value) ? pairs[i].why_no_time : NULL);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

enum sabin_err sabin_show_measurement_json(const struct sabin_measurement *m, const char *directory,
                                           const struct sabin_pair_difference *pairs, size_t count)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.measurement/1");
	sabin_json_text(json, "directory", directory);
	sabin_json_bool(json, "complete", m->complete);
	if (m->reference_speaker[0])
		sabin_json_text(json, "reference_speaker", m->reference_speaker);
	sabin_json_open_array(json, "responses");
	for (size_t i = 0; i < m->response_count; i++) {
		const struct sabin_measured *r = &m->responses[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", r->speaker);
		sabin_json_text(json, "position", r->position);
		sabin_json_text(json, "file", r->file);
		sabin_json_integer(json, "rate_hz", r->rate_hz);
		sabin_json_integer(json, "zero_index", (long long)r->zero_index);
		sabin_json_text(json, "zero", sabin_zero_name(r->zero));
		if (r->zero_offset_s != 0)
			sabin_json_number(json, "zero_offset_s", r->zero_offset_s);
		sabin_json_quantity(json, "arrival_s", r->arrival_s, "s");
		sabin_json_quantity_why(json, "distance_m", r->distance_m, "m",
		                        why_no_time(r->zero));
		sabin_json_open_object(json, "level_reference");
		sabin_json_text(json, "kind", sabin_level_kind_name(r->level_kind));
		sabin_json_quantity_why(json, "dbspl_at_0dbfs", r->dbspl_at_0dbfs, "dB SPL",
		                        r->calibration ? NULL
		                                       : "no calibration file says what full scale is");
		sabin_json_close(json);
		json_verdict(json, &r->verdict);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	if (pairs)
		json_pairs(json, pairs, count);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* Peak, signal-to-noise ratio, polarity, verdict: columns of a table. */
static void print_verdict(const struct sabin_measured *r, char *text, size_t size, bool color)
{
	const struct sabin_verdict *v = &r->verdict;
	char snr[32], peak[32];
	if (isfinite(v->peak_dbfs))
		snprintf(peak, sizeof peak, "%.1f", sabin_number_tidy(v->peak_dbfs, 1));
	else
		snprintf(peak, sizeof peak, "–");
	/* "–" is three bytes and one column wide */
	sabin_show_value(v->snr_db, 1, snr, sizeof snr);
	snprintf(text, size, "%-16s %-16s %*s %*s %9s  %s%s%s", r->speaker, r->position,
	         peak[0] == '\xe2' ? 12 : 10, peak, snr[0] == '\xe2' ? 11 : 9, snr,
	         sabin_polarity_name(v->polarity),
	         !color           ? ""
	         : v->trustworthy ? sabin_good()
	                          : sabin_bad(),
	         v->trustworthy ? "good" : "NOT TRUSTWORTHY", color ? sabin_plain() : "");
}

static const char verdict_head[] = "speaker          position          peak dBFS    SNR dB  polarity  verdict";

void sabin_show_verdict_line(const struct sabin_measured *response, size_t at, size_t count)
{
	char text[400], takes[64] = "";
	print_verdict(response, text, sizeof text, false);
	if (response->verdict.takes > 1)
		snprintf(takes, sizeof takes, " (take %u)", response->verdict.takes);
	if (at == 1)
		sabin_say("         %s", verdict_head);
	sabin_say("%3zu/%-3zu  %s%s", at, count, text, takes);
}

void sabin_show_measurement(const struct sabin_measurement *m, const char *directory, size_t all)
{
	char text[400], of[32] = "";
	if (!m->complete && all > 0)
		snprintf(of, sizeof of, " of %zu", all);
	printf("%s%s%s: %zu%s response%s%s\n", sabin_bold(), directory, sabin_plain(),
	       m->response_count, of, m->response_count == 1 && !*of ? "" : "s",
	       m->complete ? "" : ", not complete (go on with --append)");
	printf("  %s\n", verdict_head);
	for (size_t i = 0; i < m->response_count; i++) {
		const struct sabin_measured *r = &m->responses[i];
		print_verdict(r, text, sizeof text, true);
		printf("  %s\n", text);
		for (size_t k = 0; k < r->verdict.why_count; k++)
			printf("  %-16s   %s%s%s\n", "", sabin_dim(), r->verdict.why[k], sabin_plain());
	}
}

int sabin_show_to(const char *command, const char *output, bool force,
                  int (*print)(const void *context, FILE *stream), const void *context)
{
	struct sabin_diag diag = {0};
	char *text = NULL;
	size_t length = 0;
	if (!output)
		return print(context, stdout);
	FILE *stream = sabin_memstream_open(&text, &length);
	if (!stream)
		return sabin_fail_memory(command);
	int status = print(context, stream);
	if (fclose(stream) != 0)
		status = sabin_fail_memory(command);
	if (status == SABIN_EXIT_DONE) {
		const enum sabin_err err = sabin_output_text(output, text, length, force, &diag);
		if (err)
			status = sabin_fail_output(command, err, &diag);
	}
	free(text);
	return status;
}

int sabin_no_such(const char *command, const char *what, const char *name, const char *path,
                  const char *names, size_t count, size_t stride)
{
	char list[600] = "";
	size_t used = 0, told = 0;
	for (size_t i = 0; i < count && used < sizeof list - SABIN_NAME_SIZE - 16; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || strcasecmp(names + k * stride, names + i * stride) == 0;
		if (again)
			continue;
		used += (size_t)snprintf(list + used, sizeof list - used, "%s'%s'", told ? ", " : "",
		                         names + i * stride);
		told++;
	}
	if (used >= sizeof list - SABIN_NAME_SIZE - 16)
		snprintf(list + used, sizeof list - used, " ...");
	sabin_complain(command, "no %s '%s' in %s; there %s %s", what, name, path,
	               told == 1 ? "is" : "are", list);
	return SABIN_EXIT_USAGE;
}

int sabin_check_names(const char *command, const struct sabin_list *speakers,
                      const struct sabin_list *positions, const struct sabin_roomfile *room)
{
	for (size_t i = 0; i < speakers->count; i++)
		if (sabin_roomfile_speaker(room, speakers->item[i]) < 0)
			return sabin_no_such(command, "speaker", speakers->item[i], room->path,
			                     room->speakers[0].name, room->speaker_count,
			                     sizeof room->speakers[0]);
	for (size_t i = 0; i < positions->count; i++)
		if (sabin_roomfile_position(room, positions->item[i]) < 0)
			return sabin_no_such(command, "position", positions->item[i], room->path,
			                     room->positions[0].name, room->position_count,
			                     sizeof room->positions[0]);
	return -1;
}

void sabin_show_doubts(const struct sabin_roomfile *room, struct sabin_doubts *doubts)
{
	sabin_roomfile_doubt(room, doubts);
	for (size_t i = 0; i < doubts->count; i++)
		sabin_say("%s: warning: %s", room->path, doubts->text[i]);
}

/* A name on the command line that nothing is called by: say what there is. */
static bool names_exist(const char *command, const char *what, const struct sabin_list *list,
                        const struct sabin_measurement *m, bool speaker)
{
	for (size_t i = 0; i < list->count; i++) {
		bool found = false;
		for (size_t k = 0; k < m->response_count; k++)
			found = found || strcasecmp(list->item[i], speaker ? m->responses[k].speaker
			                                                    : m->responses[k].position) == 0;
		if (!found) {
			sabin_no_such(command, what, list->item[i], m->path,
			              speaker ? m->responses[0].speaker : m->responses[0].position,
			              m->response_count, sizeof m->responses[0]);
			return false;
		}
	}
	return true;
}

/* What is missing does not show in a table. */
void sabin_tell_incomplete(const struct sabin_measurement *m)
{
	struct sabin_roomfile room = {0};
	struct sabin_diag quiet; /* without a room file less is said */
	char of[32] = "";
	if (!m->directory || m->complete)
		return;
	if (!sabin_measurement_room(m, NULL, &room, &quiet))
		snprintf(of, sizeof of, " of %zu", room.speaker_count * room.position_count);
	sabin_say("%s is not complete: %zu%s responses; 'sabin measure ROOM -o %s --append' goes on", m->path,
	          m->response_count, of, m->path);
	sabin_roomfile_release(&room);
}

size_t sabin_chosen(const struct sabin_measurement *m, const struct sabin_list *speakers,
                    const struct sabin_list *positions, size_t *chosen)
{
	size_t count = 0;
	for (size_t i = 0; i < m->response_count; i++)
		if (sabin_list_allows(speakers, m->responses[i].speaker) &&
		    sabin_list_allows(positions, m->responses[i].position))
			chosen[count++] = i;
	return count;
}

int sabin_choose(const char *command, const char *path, const struct sabin_list *speakers,
                 const struct sabin_list *positions, struct sabin_measurement *m, size_t **chosen,
                 size_t *count)
{
	struct sabin_diag diag = {0};
	*chosen = NULL;
	*count = 0;
	enum sabin_err err = sabin_measurement_open(path, m, &diag);
	if (err)
		return sabin_fail_input(command, err, &diag);
	if (m->response_count == 0) {
		sabin_complain(command, "%s: holds no responses", path);
		return SABIN_EXIT_INPUT;
	}
	sabin_tell_incomplete(m);
	if (!names_exist(command, "speaker", speakers, m, true) ||
	    !names_exist(command, "position", positions, m, false))
		return SABIN_EXIT_USAGE;
	*chosen = calloc(m->response_count, sizeof **chosen);
	if (!*chosen)
		return sabin_fail_memory(command);
	*count = sabin_chosen(m, speakers, positions, *chosen);
	if (*count == 0) {
		sabin_complain(command, "%s: no response of that speaker at that position", path);
		return SABIN_EXIT_USAGE;
	}
	err = sabin_likeness_check(m, *chosen, *count, &diag);
	if (err)
		return sabin_fail_input(command, err, &diag);
	return -1;
}
