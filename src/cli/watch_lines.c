/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_lines.c: what was heard, in lines: for people, as JSON, as a log.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/level_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "cli/watch.h"
#include "io/number.h"

static const struct sabin_tally *tally_of(const struct sabin_watch_channel *channel, bool of_total)
{
	return of_total ? &channel->total : &channel->last;
}

static const char *const state_names[] = {"running", "gone", "ended"};

/* ---- for people ------------------------------------------------------------------------------ */

static const char *number(double value, int width, int decimals, char text[16])
{
	if (isfinite(value))
		snprintf(text, 16, "%*.*f", width, decimals, sabin_number_tidy(value, decimals));
	else
		snprintf(text, 16, "%*s–", width - 1, "");
	return text;
}

/* Eighty columns. */
void sabin_watch_print(const struct sabin_watch *w, bool of_total, bool head)
{
	if (head)
		printf("%s%8s %-9s %6s %6s %6s %6s %6s %6s %6s %3s %3s%s\n", sabin_bold(), "time", "channel", "LAeq", "LCeq",
		       "LAFmax", "LCpeak", "LA10", "LA50", "LA90", "NR", "NC", sabin_plain());
	for (size_t c = 0; c < w->count; c++) {
		const struct sabin_watch_channel *channel = &w->channel[c];
		const struct sabin_tally *t = tally_of(channel, of_total);
		const struct sabin_reading_band *a = &t->reading.band[SABIN_WEIGHTING_A];
		const struct sabin_reading_band *z = &t->reading.band[SABIN_WEIGHTING_C];
		const double level[] = {a->leq_dbfs, z->leq_dbfs, a->fast_max_dbfs, z->peak_dbfs,
		                        sabin_percentiles_level(&t->percentiles, 10),
		                        sabin_percentiles_level(&t->percentiles, 50),
		                        sabin_percentiles_level(&t->percentiles, 90)};
		struct sabin_noise_rating nr, nc;
		char text[16];
		sabin_watch_ratings(channel, t, &nr, &nc);
		if (of_total)
			printf("%8s %-9s", "all", channel->name);
		else
			printf("%6.1f s %-9s", (double)w->frames / w->rate_hz, channel->name);
		for (size_t i = 0; i < sizeof level / sizeof *level; i++)
			printf(" %s", number(sabin_watch_db(channel, level[i]), 6, 1, text));
		printf(" %s", number(nr.value.valid ? nr.value.value : (double)NAN, 3, 0, text));
		printf(" %s", number(nc.value.valid ? nc.value.value : (double)NAN, 3, 0, text));
		printf(" %s%s%s%s\n", isfinite(channel->dbspl_at_0dbfs.value) ? "SPL" : "FS", sabin_bad(),
		       t->reading.clipped ? " CLIPPED" : "", sabin_plain());
	}
	fflush(stdout);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void level(struct sabin_json *json, const char *key, const struct sabin_watch_channel *channel, double dbfs,
                  double plus_minus_db)
{
	const bool known = isfinite(channel->dbspl_at_0dbfs.value);
	struct sabin_quantity q = known           ? sabin_level_spl(channel->dbspl_at_0dbfs, dbfs, plus_minus_db)
	                          : isfinite(dbfs) ? sabin_quantity_valid(dbfs, plus_minus_db)
	                                           : sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	sabin_json_quantity(json, key, q, known ? "dB SPL" : "dBFS");
}

static void json_levels(struct sabin_json *json, const struct sabin_watch_channel *channel,
                        const struct sabin_tally *t)
{
	static const char letters[SABIN_WEIGHTINGS] = {'a', 'c', 'z'};
	char key[32];
	for (int i = 0; i < SABIN_WEIGHTINGS; i++) {
		const struct sabin_reading_band *b = &t->reading.band[i];
		const struct {
			const char *name;
			double dbfs, plus_minus_db;
		} rows[] = {{"eq", b->leq_dbfs, b->plus_minus_db}, {"f", b->fast_dbfs, NAN},
		            {"s", b->slow_dbfs, NAN},              {"i", b->impulse_dbfs, NAN},
		            {"f_max", b->fast_max_dbfs, NAN},      {"s_max", b->slow_max_dbfs, NAN},
		            {"i_max", b->impulse_max_dbfs, NAN},   {"peak", b->peak_dbfs, NAN}};
		for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
			snprintf(key, sizeof key, "l%c%s", letters[i], rows[r].name);
			level(json, key, channel, rows[r].dbfs, rows[r].plus_minus_db);
		}
	}
	for (int percent = 10; percent <= 90; percent += 40) {
		snprintf(key, sizeof key, "la%d", percent);
		level(json, key, channel, sabin_percentiles_level(&t->percentiles, percent), NAN);
	}
	struct sabin_noise_rating nr, nc;
	sabin_watch_ratings(channel, t, &nr, &nc);
	sabin_json_quantity(json, "nr", nr.value, "1");
	sabin_json_quantity(json, "nc", nc.value, "1");
	sabin_json_number(json, "peak_dbfs", t->reading.peak_dbfs);
	sabin_json_integer(json, "clipped_samples", (long long)t->reading.clipped);
}

static enum sabin_err json_spectrum(struct sabin_json *json, const struct sabin_watch *w, size_t channel)
{
	static const char *const keys[] = {"now_db", "leq_db", "max_db"};
	size_t bands;
	const struct sabin_band *band = sabin_spectrum_bands(sabin_watcher_spectrum(w->watcher), &bands);
	double *values = calloc(bands, sizeof *values);
	if (!values)
		return SABIN_ENOMEM;
	sabin_json_open_object(json, "spectrum");
	sabin_json_text(json, "kind", w->analysis.kind == SABIN_SPECTRUM_FFT ? "fft" : "filters");
	sabin_json_integer(json, "fraction", w->analysis.fraction);
	sabin_json_text(json, "weighting", sabin_weighting_name(w->analysis.weighting));
	sabin_json_text(json, "time_weighting", sabin_time_name(w->analysis.time));
	for (size_t i = 0; i < bands; i++)
		values[i] = band[i].nominal_hz;
	sabin_json_numbers(json, "centre_hz", values, bands);
	for (int which = SABIN_SPECTRUM_NOW; which <= SABIN_SPECTRUM_MAX; which++) {
		sabin_watch_spectrum(w, channel, (enum sabin_spectrum_level)which, values);
		sabin_json_numbers(json, keys[which], values, bands);
	}
	sabin_json_close(json);
	free(values);
	return SABIN_OK;
}

/* Level less that of what it is held against, at the same frequencies. */
static void json_difference(struct sabin_json *json, const struct sabin_watch *w, struct sabin_trace *trace)
{
	const size_t n = trace->length < w->compared.length ? trace->length : w->compared.length;
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		trace->level_db[i] -= w->compared.level_db[i];
	sabin_json_text(json, "compared_with", w->compared_name);
	sabin_json_numbers(json, "difference_db", trace->level_db, n);
}

static enum sabin_err json_transfer(struct sabin_json *json, const struct sabin_watch *w, size_t c)
{
	const struct sabin_watch_channel *channel = &w->channel[c];
	const struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, c);
	struct sabin_trace trace = {0};
	if (!transfer)
		return SABIN_OK;
	enum sabin_err err = sabin_watch_trace(w, c, &trace);
	if (err == SABIN_ENOMEM)
		return err;
	sabin_json_open_object(json, "transfer");
	sabin_json_integer(json, "reference_input", w->channel[w->reference].input + 1);
	const double set_s = (double)sabin_transfer_delay(transfer) / w->rate_hz;
	sabin_json_quantity(json, "delay_s",
	                    isnan(w->given_delay_s) && !channel->delay_known
	                        ? sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN)
	                        : sabin_quantity_valid(isnan(w->given_delay_s) ? channel->lateness.delay_s : set_s, NAN),
	                    "s");
	sabin_json_number(json, "compensated_s", set_s);
	sabin_json_number(json, "averages", sabin_transfer_averages(transfer));
	if (err) {
		sabin_json_null(json, "freq_hz");
	} else {
		sabin_json_numbers(json, "freq_hz", trace.freq_hz, trace.length);
		sabin_json_numbers(json, "level_db", trace.level_db, trace.length);
		sabin_json_numbers(json, "phase_deg", trace.phase_deg, trace.length);
		sabin_json_numbers(json, "coherence", trace.coherence, trace.length);
		sabin_json_numbers(json, "plus_minus_db", trace.error_db, trace.length);
		json_difference(json, w, &trace);
	}
	sabin_json_close(json);
	sabin_trace_release(&trace);
	return SABIN_OK;
}

enum sabin_err sabin_watch_json(const struct sabin_watch *w, bool of_total)
{
	struct sabin_json *json = sabin_json_new();
	enum sabin_err err = SABIN_OK;
	char date[40];
	if (!json)
		return SABIN_ENOMEM;
	sabin_date_now(date, sizeof date);
	sabin_json_text(json, "schema", "sabin.watch/1");
	sabin_json_text(json, "date", date);
	sabin_json_text(json, "interval", of_total ? "all" : "one");
	sabin_json_number(json, "elapsed_s", (double)w->frames / w->rate_hz);
	sabin_json_open_object(json, "source");
	sabin_json_text(json, "name", w->source);
	sabin_json_integer(json, "rate_hz", w->rate_hz);
	sabin_json_text(json, "state", state_names[w->status.state]);
	sabin_json_integer(json, "xruns", (long long)w->status.xruns);
	sabin_json_integer(json, "skips", (long long)w->status.skips);
	sabin_json_integer(json, "unplugged", (long long)w->status.unplugs);
	sabin_json_integer(json, "lost_frames", (long long)w->status.lost_frames);
	sabin_json_close(json);
	sabin_json_open_array(json, "channels");
	for (size_t c = 0; !err && c < w->count; c++) {
		const struct sabin_tally *t = tally_of(&w->channel[c], of_total);
		sabin_json_open_object(json, NULL);
		sabin_json_integer(json, "input", w->channel[c].input + 1);
		sabin_json_text(json, "name", w->channel[c].name);
		sabin_json_number(json, "duration_s", t->time_s);
		json_levels(json, &w->channel[c], t);
		err = json_spectrum(json, w, c);
		if (!err)
			err = json_transfer(json, w, c);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	if (!err)
		err = sabin_json_print_line(json, stdout);
	sabin_json_free(json);
	return err;
}

/* ---- the log ------------------------------------------------------------------------------------ */

static const char log_head[] = "time,elapsed_s,duration_s,channel,unit,LAeq,LCeq,LZeq,LAFmax,LASmax,LCpeak,LA10,LA50,"
                               "LA90,NR,NC,peak_dbfs,clipped_samples,xruns,lost_frames,state\n";

static enum sabin_err fail(const struct sabin_watch_log *log, struct sabin_diag *diag)
{
	return sabin_diag_set(diag, SABIN_EIO, log->path, 0, 0, "%s", strerror(errno));
}

/* All of it at once, so that whatever ends this program leaves whole lines. */
static enum sabin_err write_whole(const struct sabin_watch_log *log, const char *text, size_t n,
                                  struct sabin_diag *diag)
{
	errno = 0;
	const ssize_t written = write(log->file, text, n);
	if (written != (ssize_t)n) {
		if (written >= 0)
			errno = ENOSPC;
		return fail(log, diag);
	}
	/* what cannot be synced (a pipe) is written all the same */
	return fdatasync(log->file) == 0 || errno == EINVAL || errno == EROFS ? SABIN_OK : fail(log, diag);
}

/* Is what is there a log?  And does its last line end? */
static bool is_ours(int file, off_t size, bool *open_line)
{
	char head[sizeof log_head], last = '\n';
	const size_t n = sizeof log_head - 1;
	if (size < (off_t)n || pread(file, head, n, 0) != (ssize_t)n || memcmp(head, log_head, n) != 0)
		return false;
	if (pread(file, &last, 1, size - 1) != 1)
		return false;
	*open_line = last != '\n';
	return true;
}

enum sabin_err sabin_watch_log_open(struct sabin_watch_log *log, const char *path, bool force,
                                    struct sabin_diag *diag)
{
	bool open_line = false;
	log->path = path;
	log->file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (log->file < 0)
		return fail(log, diag);
	const off_t size = lseek(log->file, 0, SEEK_END);
	if (size <= 0) /* new, or no file at all: a pipe */
		return write_whole(log, log_head, sizeof log_head - 1, diag);
	if (is_ours(log->file, size, &open_line))
		return open_line ? write_whole(log, "\n", 1, diag) : SABIN_OK;
	if (!force) {
		sabin_diag_set(diag, SABIN_EEXIST, path, 0, 0, "exists and is no log of sabin watch");
		sabin_diag_advise(diag, "name another file, or replace it with --force");
		sabin_watch_log_close(log);
		return SABIN_EEXIST;
	}
	if (ftruncate(log->file, 0) != 0)
		return fail(log, diag);
	return write_whole(log, log_head, sizeof log_head - 1, diag);
}

static const char *cell(double value, char text[24])
{
	snprintf(text, 24, isfinite(value) ? ",%.2f" : ",", sabin_number_tidy(value, 2));
	return text;
}

static void log_line(const struct sabin_watch *w, const struct sabin_watch_channel *channel, const char *date,
                     char line[512])
{
	const struct sabin_tally *t = &channel->last;
	const struct sabin_reading_band *a = &t->reading.band[SABIN_WEIGHTING_A];
	const struct sabin_reading_band *z = &t->reading.band[SABIN_WEIGHTING_Z];
	const struct sabin_reading_band *b = &t->reading.band[SABIN_WEIGHTING_C];
	struct sabin_noise_rating nr, nc;
	char text[24];
	sabin_watch_ratings(channel, t, &nr, &nc);
	const double level[] = {a->leq_dbfs, b->leq_dbfs, z->leq_dbfs, a->fast_max_dbfs, a->slow_max_dbfs, b->peak_dbfs,
	                        sabin_percentiles_level(&t->percentiles, 10), sabin_percentiles_level(&t->percentiles, 50),
	                        sabin_percentiles_level(&t->percentiles, 90)};
	size_t n = (size_t)snprintf(line, 512, "%s,%.3f,%.3f,%s,%s", date, (double)w->frames / w->rate_hz, t->time_s,
	                            channel->name, sabin_watch_unit(channel));
	for (size_t i = 0; i < sizeof level / sizeof *level; i++)
		n += (size_t)snprintf(line + n, 512 - n, "%s", cell(sabin_watch_db(channel, level[i]), text));
	n += (size_t)snprintf(line + n, 512 - n, "%s", cell(nr.value.valid ? nr.value.value : (double)NAN, text));
	n += (size_t)snprintf(line + n, 512 - n, "%s", cell(nc.value.valid ? nc.value.value : (double)NAN, text));
	n += (size_t)snprintf(line + n, 512 - n, "%s", cell(t->reading.peak_dbfs, text));
	snprintf(line + n, 512 - n, ",%zu,%zu,%zu,%s\n", t->reading.clipped, w->status.xruns, w->status.lost_frames,
	         state_names[w->status.state]);
}

enum sabin_err sabin_watch_log_write(struct sabin_watch_log *log, const struct sabin_watch *w,
                                     struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	char date[40], line[512];
	if (log->file < 0)
		return SABIN_OK;
	sabin_date_now(date, sizeof date);
	for (size_t c = 0; !err && c < w->count; c++) {
		log_line(w, &w->channel[c], date, line);
		err = write_whole(log, line, strlen(line), diag);
	}
	return err;
}

void sabin_watch_log_close(struct sabin_watch_log *log)
{
	if (log->file >= 0)
		close(log->file);
	log->file = -1;
}
