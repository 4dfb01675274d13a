/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cable.c: the test of an interface.
 *
 * A short sweep on each output tells which inputs hear it.  Over the cable that is found there, a longer
 * sweep tells clocks, latency, response and harmonics, the silence before it the noise, and a tone of
 * 1 kHz what is left when the tone is taken away (THD+N after IEC 61606: 20 Hz to 20 kHz, unweighted).
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "audio/cable.h"
#include "audio/duplex.h"
#include "audio/session.h"
#include "audio/take.h"

static const double map_s = 0.3, sweep_s = 5, tail_s = 0.3, tone_s = 2, tone_hz = 1000;
/* Silence before the tone, which is looked at from so long after its start, and its latency. */
static const double lead_s = 0.2, settle_s = 0.7, rise_s = 0.05;
static const double latency_allowed_s = 0.5;
static const double from_hz = 5, share_of_rate = 0.46;
/* Told from an octave above its beginning. */
static const double told_from_hz = 10;
static const double audible_from_hz = 20, audible_to_hz = 20000;
/* An input hears an output when it is so far above its noise, and no more than so far below the loudest
 * one, which crosstalk is. */
static const double heard_db = 20, crosstalk_db = 40;

struct test {
	const struct sabin_cable_options *o;
	struct sabin_cable *out;
	struct sabin_duplex *duplex;
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	double *played, *channel; /* [stimulus.frames], [record_frames] */
	float *recorded;          /* [record_frames * inputs] */
	size_t record_frames;
	struct sabin_taker *taker;
	const char *stage;
};

void sabin_cable_release(struct sabin_cable *cable)
{
	sabin_response_free(&cable->response);
	sabin_distortion_free(&cable->distortion);
}

static void forget(struct test *t)
{
	sabin_taker_free(t->taker);
	free(t->played);
	free(t->channel);
	free(t->recorded);
	t->taker = NULL;
	t->played = t->channel = NULL;
	t->recorded = NULL;
}

static void on_progress(void *context, double fraction)
{
	const struct test *t = context;
	if (t->o->progress)
		t->o->progress(t->o->context, t->stage, fraction);
}

static enum sabin_err play(struct test *t, const double *x, size_t frames, unsigned output,
                           struct sabin_diag *diag)
{
	const struct sabin_duplex_job job = {
	    .x = x,
	    .frames = frames,
	    .output = output,
	    .ceiling = pow(10, t->o->ceiling_dbfs / 20),
	    .record_frames = t->record_frames,
	    .stop = t->o->stop,
	    .progress = on_progress,
	    .context = t,
	};
	return sabin_duplex_run(t->duplex, &job, t->recorded, diag);
}

static const double *pick(struct test *t, unsigned input)
{
	const size_t inputs = t->out->capture.channels;
	for (size_t i = 0; i < t->record_frames; i++)
		t->channel[i] = (double)t->recorded[i * inputs + input];
	return t->channel;
}

static enum sabin_err room_for(struct test *t, size_t frames)
{
	size_t samples;
	t->record_frames = frames + (size_t)(latency_allowed_s * t->o->rate_hz);
	t->channel = malloc(t->record_frames * sizeof *t->channel);
	if (__builtin_mul_overflow(t->record_frames, (size_t)t->out->capture.channels, &samples) ||
	    !t->channel)
		return SABIN_ENOMEM;
	t->recorded = calloc(samples, sizeof *t->recorded);
	return t->recorded ? SABIN_OK : SABIN_ENOMEM;
}

/* A sweep of this length, ready to be played. */
static enum sabin_err make_sweep(struct test *t, double length_s, struct sabin_diag *diag)
{
	const unsigned rate_hz = t->o->rate_hz;
	enum sabin_err err = sabin_session_stimulus(from_hz, share_of_rate * rate_hz, length_s, rate_hz,
	                                            t->o->level_dbfs, tail_s, &t->stimulus);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0, "no sweep of %g s can be played at %u Hz",
		                      length_s, rate_hz);
	const struct sabin_sweep *sweep = &t->stimulus.sweep;
	t->played = malloc(t->stimulus.frames * sizeof *t->played);
	err = t->played ? room_for(t, t->stimulus.frames) : SABIN_ENOMEM;
	if (err)
		return err;
	sabin_stimulus_render(&t->stimulus, t->played);
	t->excitation = (struct sabin_excitation){
	    .x = t->played + t->stimulus.sweep_frame,
	    .frames = sweep->frames,
	    .rate_hz = rate_hz,
	    .from_hz = sweep->from_hz,
	    .to_hz = sweep->to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(sweep, 2),
	    .stimulus = &t->stimulus,
	    .one_clock = t->out->one_clock,
	};
	return sabin_taker_new(&t->excitation, t->record_frames, &t->taker);
}

/* ---- which output goes where ------------------------------------------------------------------ */

/* RMS of the sweep as received, or 0 where nothing is told from the noise. */
static enum sabin_err heard_rms(struct test *t, unsigned input, double *rms)
{
	struct sabin_take take;
	const double *x = pick(t, input);
	enum sabin_err err = sabin_taker_process(t->taker, x, &take);
	*rms = 0;
	const struct sabin_quantity snr = take.verdict.snr_db;
	if (err || !(take.arrival >= 0) || isnan(snr.value) || !(snr.value >= heard_db))
		return err;
	double sum = 0;
	size_t n = 0;
	for (size_t i = (size_t)take.arrival; i < t->record_frames && n < t->excitation.frames; i++, n++)
		sum += x[i] * x[i];
	*rms = sqrt(sum / (double)n);
	return SABIN_OK;
}

static enum sabin_err map_one(struct test *t, unsigned output, struct sabin_diag *diag)
{
	double played = 0, most = 0, next = 0;
	unsigned input = 0;
	enum sabin_err err = play(t, t->played, t->stimulus.frames, output, diag);
	for (unsigned i = 0; !err && i < t->out->capture.channels; i++) {
		double rms;
		err = heard_rms(t, i, &rms);
		next = fmax(next, fmin(rms, most));
		if (!err && rms > most) {
			most = rms;
			input = i + 1;
		}
	}
	for (size_t i = 0; i < t->excitation.frames; i++)
		played += t->excitation.x[i] * t->excitation.x[i];
	t->out->map[output].input = input;
	t->out->map[output].gain_db = 10 * log10(most * most * (double)t->excitation.frames / played);
	t->out->map[output].others_db = most > 0 ? 20 * log10(next / most) : -HUGE_VAL;
	return err;
}

/* The outputs by turns; the cable is what comes back loudest. */
static enum sabin_err find_cable(struct test *t, struct sabin_diag *diag)
{
	struct sabin_cable *c = t->out;
	double most_db = -HUGE_VAL;
	enum sabin_err err = make_sweep(t, map_s, diag);
	c->output_count = c->playback.channels < SABIN_CABLE_OUTPUTS ? c->playback.channels
	                                                              : SABIN_CABLE_OUTPUTS;
	t->stage = "which output goes where";
	for (unsigned i = 0; !err && i < c->output_count; i++) {
		err = map_one(t, i, diag);
		const bool may = (t->o->output == 0 || t->o->output == i + 1) && c->map[i].input > 0;
		if (!err && may && c->map[i].gain_db > most_db) {
			most_db = c->map[i].gain_db;
			c->output = i + 1;
		}
	}
	for (unsigned i = 0; !err && i < c->output_count; i++)
		if (c->map[i].input > 0 && c->map[i].gain_db < most_db - crosstalk_db)
			c->map[i].input = 0;
	if (c->output > 0)
		c->input = t->o->input > 0 ? t->o->input : c->map[c->output - 1].input;
	forget(t);
	return err;
}

/* ---- over the cable ---------------------------------------------------------------------------- */

/* Re 1 kHz, and where it has fallen by 3 dB. */
static void read_response(struct sabin_cable *c)
{
	struct sabin_response *r = &c->response;
	size_t middle = 0;
	for (size_t i = 0; i < r->length; i++)
		if (fabs(log(r->freq_hz[i] / tone_hz)) < fabs(log(r->freq_hz[middle] / tone_hz)))
			middle = i;
	const double gain_db = r->level_db[middle];
	c->gain_db = gain_db;
	c->minus_3_db_hz[0] = c->minus_3_db_hz[1] = NAN;
	for (size_t i = 0; i < r->length; i++) {
		const double f_hz = r->freq_hz[i];
		r->level_db[i] -= gain_db;
		if (f_hz >= audible_from_hz && f_hz <= audible_to_hz)
			c->ripple_db = fmax(c->ripple_db, fabs(r->level_db[i]));
	}
	for (size_t i = 0; i < middle; i++)
		if (r->level_db[i] <= -3)
			c->minus_3_db_hz[0] = r->freq_hz[i];
	for (size_t i = r->length; i-- > middle;)
		if (r->level_db[i] <= -3)
			c->minus_3_db_hz[1] = r->freq_hz[i];
}

static enum sabin_err understand_sweep(struct test *t)
{
	struct sabin_cable *c = t->out;
	const double rate_hz = t->o->rate_hz;
	struct sabin_take take;
	double *h = NULL;
	const double *x = pick(t, c->input - 1);
	enum sabin_err err = sabin_taker_process(t->taker, x, &take);
	if (err)
		return err;
	const struct sabin_cut cut = sabin_taker_cut(t->taker, &take);
	h = malloc(cut.frames * sizeof *h);
	err = h ? sabin_taker_copy(t->taker, &take, &cut, h) : SABIN_ENOMEM;
	c->verdict = take.verdict;
	c->polarity = take.polarity;
	c->latency_s = (take.arrival - (double)t->stimulus.sweep_frame * (1 + take.skew)) / rate_hz;
	if (take.markers.heard) /* no air is in a cable */
		c->verdict.skew_ppm =
		    sabin_quantity_valid(1e6 * take.markers.skew, 1e6 * take.markers.sigma);
	struct sabin_response_options r = sabin_response_defaults();
	r.smoothing_oct = 0;
	r.points_per_octave = 48;
	r.from_hz = c->band_hz[0] = told_from_hz;
	r.to_hz = c->band_hz[1] = t->stimulus.sweep.to_hz;
	r.window_s = tail_s;
	r.left_window_s = tail_s;
	const double arrival = take.arrival - (double)cut.first;
	if (!err)
		err = sabin_response_compute(h, cut.frames, rate_hz, arrival, arrival, &r, &c->response);
	if (!err)
		read_response(c);
	struct sabin_distortion_options d = sabin_distortion_defaults();
	if (!err)
		err = sabin_distortion_compute(x, t->record_frames, &t->stimulus, &d, &c->distortion);
	const struct sabin_noise_options n = {.full_scale_dbspl = NAN, .full_scale_plus_minus_db = NAN};
	if (!err && take.noise_frames > 0)
		err = sabin_noise_compute(x, take.noise_frames, rate_hz, &n, &c->noise);
	free(h);
	return err == SABIN_ESHORT ? SABIN_OK : err; /* no harmonics to tell apart */
}

/* A tone that rises and falls, after a short silence. */
static enum sabin_err play_tone(struct test *t, struct sabin_diag *diag)
{
	const double rate_hz = t->o->rate_hz;
	const size_t lead = (size_t)(lead_s * rate_hz), n = (size_t)((tone_s + settle_s) * rate_hz);
	const size_t frames = lead + n, soft = (size_t)(rise_s * rate_hz);
	t->played = calloc(frames, sizeof *t->played);
	enum sabin_err err = t->played ? room_for(t, frames) : SABIN_ENOMEM;
	const double amplitude = pow(10, t->o->level_dbfs / 20);
	for (size_t i = 0; !err && i < n; i++)
		t->played[lead + i] = amplitude * sin(2 * M_PI * tone_hz * (double)i / rate_hz);
	if (!err)
		sabin_window_taper(t->played + lead, n, soft, soft);
	if (!err)
		err = play(t, t->played, frames, t->out->output - 1, diag);
	if (err)
		return err;
	const double *x = pick(t, t->out->input - 1);
	const double at_s = lead_s + settle_s - 0.1 + fmax(t->out->latency_s, 0);
	const size_t first = (size_t)(at_s * rate_hz);
	const size_t length = (size_t)((tone_s - 0.2) * rate_hz);
	double rest_db;
	if (first + length > t->record_frames)
		return SABIN_OK;
	err = sabin_cable_rest(x + first, length, rate_hz, tone_hz, &rest_db, &t->out->tone_dbfs);
	if (!err) /* a noise of so many independent lines is known to this */
		t->out->thd_noise_db = sabin_quantity_valid(
		    rest_db, 10 / log(10) / sqrt((audible_to_hz - audible_from_hz) * tone_s));
	return err == SABIN_ESHORT ? SABIN_OK : err;
}

enum sabin_err sabin_cable_rest(const double *x, size_t n, double rate_hz, double f_hz,
                                double *rest_db, double *tone_dbfs)
{
	/* Side lobes of -180 dB, a main lobe of 7 bins on either side: Albrecht, "A family of cosine-sum
	 * windows for high-resolution measurements", ICASSP 2001, seven terms. */
	enum { LEAST = 4096, SKIRT = 8, TERMS = 7 };
	static const double terms[TERMS] = {0.27105140069342, 0.43329793923448, 0.21812299954311,
	                                    0.06592544638803, 0.01081174209837, 0.00077658482522,
	                                    0.00001388721735};
	struct sabin_fft *fft = NULL;
	n -= n % 2;
	while (n >= LEAST && sabin_fft_smooth_size(n) != n)
		n -= 2;
	if (n < LEAST)
		return SABIN_ESHORT;
	double *w = malloc(n * sizeof *w);
	double complex *spectrum = malloc((n / 2 + 1) * sizeof *spectrum);
	enum sabin_err err = w && spectrum ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	double squares = 0, tone = 0, rest = 0;
	for (size_t i = 0; !err && i < n; i++) {
		double v = 0;
		for (int k = 0; k < TERMS; k++)
			v += (k % 2 ? -terms[k] : terms[k]) *
			     cos(2 * M_PI * k * ((double)i + 0.5) / (double)n);
		squares += v * v;
		w[i] = v * x[i];
	}
	if (!err)
		sabin_fft_forward(fft, w, spectrum);
	const double bin_hz = rate_hz / (double)n;
	size_t top = 0;
	double most = -1;
	for (size_t k = 1; !err && k < n / 2; k++) {
		const double f = (double)k * bin_hz, p = cabs(spectrum[k]);
		if (f > 0.9 * f_hz && f < 1.1 * f_hz && p > most) {
			most = p;
			top = k;
		}
	}
	for (size_t k = 1; !err && k < n / 2; k++) {
		const double f = (double)k * bin_hz, p = cabs(spectrum[k]) * cabs(spectrum[k]);
		if (k + SKIRT >= top && k <= top + SKIRT)
			tone += p;
		else if (f >= audible_from_hz && f <= audible_to_hz)
			rest += p;
	}
	if (!err && !(tone > 0))
		err = SABIN_ESHORT;
	if (!err) { /* Parseval, both halves of the spectrum */
		*rest_db = 10 * log10(rest / tone);
		*tone_dbfs = 10 * log10(2 * tone / squares / (double)n);
	}
	sabin_fft_free(fft);
	free(w);
	free(spectrum);
	return err;
}

static enum sabin_err open_both(struct test *t, struct sabin_diag *diag)
{
	struct sabin_cable *c = t->out;
	const struct sabin_cable_options *o = t->o;
	const struct sabin_duplex_options d = {
	    .ops = o->ops,
	    .playback = o->playback,
	    .capture = o->capture,
	    .rate_hz = o->rate_hz,
	    .outputs_min = o->output > 0 ? o->output : 1,
	    .inputs_min = o->input > 0 ? o->input : 1,
	};
	enum sabin_err err = sabin_duplex_new(&d, &c->playback, &c->capture, &t->duplex, diag);
	if (!err)
		c->one_clock = strcmp(c->capture.type, "HW") == 0 &&
		               strcmp(c->capture.name, c->playback.name) == 0;
	return err;
}

enum sabin_err sabin_cable_test(const struct sabin_cable_options *options, struct sabin_cable *out,
                                struct sabin_diag *diag)
{
	struct test t = {.o = options, .out = out};
	*out = (struct sabin_cable){.gain_db = NAN, .latency_s = NAN, .tone_dbfs = NAN,
	                            .thd_noise_db = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN)};
	enum sabin_err err = open_both(&t, diag);
	if (!err)
		err = find_cable(&t, diag);
	if (!err && out->output > 0) {
		t.stage = "sweep over the cable";
		err = make_sweep(&t, sweep_s, diag);
		if (!err)
			err = play(&t, t.played, t.stimulus.frames, out->output - 1, diag);
		if (!err)
			err = understand_sweep(&t);
		forget(&t);
		t.stage = "tone over the cable";
		if (!err)
			err = play_tone(&t, diag);
	}
	forget(&t);
	sabin_duplex_free(t.duplex);
	return err;
}
