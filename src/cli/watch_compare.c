/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_compare.c: a response that was kept, as a trace to hold the live one against.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/arrival.h>
#include <sabin/response.h>

#include "cli/watch.h"
#include "io/measurement.h"

static enum sabin_err fill(const struct sabin_response *response, struct sabin_trace *out)
{
	const size_t n = response->length;
	enum sabin_err err = sabin_trace_new(n, out);
	if (err)
		return err;
	memcpy(out->freq_hz, response->freq_hz, n * sizeof(double));
	memcpy(out->level_db, response->level_db, n * sizeof(double));
	memcpy(out->phase_deg, response->phase_deg, n * sizeof(double));
	for (size_t i = 0; i < n; i++)
		out->coherence[i] = out->error_db[i] = NAN; /* not known of it */
	return SABIN_OK;
}

/* The first response, or the one at the position that the channel is called after. */
static size_t choose(const struct sabin_measurement *m, const char *position)
{
	for (size_t i = 0; i < m->response_count; i++)
		if (strcmp(m->responses[i].position, position) == 0)
			return i;
	return 0;
}

static enum sabin_err compute(const struct sabin_watch *w, const double *h, size_t n, double rate_hz,
                              struct sabin_trace *out)
{
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response response = {0};
	struct sabin_arrival arrival;
	o.smoothing_oct = w->smoothing_oct;
	o.points_per_octave = w->points_per_octave;
	o.from_hz = w->analysis.from_hz;
	o.to_hz = fmin(fmin(w->analysis.to_hz, 0.49 * w->rate_hz), rate_hz / 2);
	enum sabin_err err = sabin_arrival_find(h, n, rate_hz, &arrival);
	if (!err)
		err = sabin_response_compute(h, n, rate_hz, arrival.position, arrival.position, &o, &response);
	if (!err)
		err = fill(&response, out);
	sabin_response_free(&response);
	return err;
}

enum sabin_err sabin_watch_read_trace(struct sabin_watch *w, const char *path, struct sabin_diag *diag)
{
	struct sabin_measurement m = {0};
	double *h = NULL;
	size_t n = 0, first = w->reference == 0 && w->count > 1 ? 1 : 0;
	enum sabin_err err = sabin_measurement_open(path, &m, diag);
	if (!err && m.response_count == 0)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "holds no response");
	const size_t at = err ? 0 : choose(&m, w->channel[first].name);
	if (!err)
		err = sabin_measurement_load(&m, at, &h, &n, diag);
	if (!err) {
		err = compute(w, h, n, m.responses[at].rate_hz, &w->compared);
		if (err)
			sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "no response can be computed from it: %s", sabin_strerror(err));
		snprintf(w->compared_name, sizeof w->compared_name, "%.30s at %.30s", m.responses[at].speaker, m.responses[at].position);
	}
	free(h);
	sabin_measurement_release(&m);
	return err == SABIN_ENOMEM || !err ? err : SABIN_EFORMAT;
}
