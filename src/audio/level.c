/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * level.c: pink noise, metered while it plays.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/window.h>

#include "audio/level.h"
#include "audio/listen.h"

enum { PERIOD_FRAMES = 1 << 18 }; /* 5.5 s at 48 kHz: lines every 0.2 Hz, and no audible beat */

static const double lead_in_s = 1;   /* the background is heard in it */
static const double rise_s = 2;      /* long enough to reach for the volume */
static const double fall_s = 0.3;
static const double latency_s = 0.5; /* of the rig, at most */
static const double update_s = 0.125;
/* The background counts between these, clear of the device's start and of the noise. */
static const double background_from_s = 0.1, background_to_s = 0.9;

/* Headroom: below red_db transients clip (Room EQ Wizard's meters turn red there too), above low_db resolution
 * is wasted; advice aims between. */
static const double red_db = 6, low_db = 20, aim_db = 12;
static const double audible_db = 3;

enum sabin_err sabin_pink_render(double *x, size_t n, double rate_hz, double low_hz, double high_hz,
                                 uint64_t seed)
{
	struct sabin_fft *fft = NULL;
	struct sabin_random random;
	const double step_hz = rate_hz / (double)n;
	const size_t first = (size_t)fmax(1, ceil(low_hz / step_hz));
	const size_t last = (size_t)fmin((double)(n / 2) - 1, floor(high_hz / step_hz));
	if (!(low_hz >= 0) || !(high_hz > 0) || first > last)
		return SABIN_EINVAL;
	double complex *spectrum = calloc(n / 2 + 1, sizeof *spectrum);
	enum sabin_err err = spectrum ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	/* power 1/f in lines of random phase: pink to the last line, and periodic */
	sabin_random_init(&random, seed);
	double sum = 0;
	for (size_t k = first; k <= last; k++) {
		const double phase = 2 * M_PI * sabin_random_uniform(&random);
		const double size = 1 / sqrt((double)k);
		double *line = (double *)&spectrum[k]; /* C11 6.2.5: real part, imaginary part */
		line[0] = size * cos(phase);
		line[1] = size * sin(phase);
		sum += size * size;
	}
	sabin_fft_inverse(fft, spectrum, x);
	/* Parseval: the mean square of the inverse is 2 sum / n^2 */
	const double scale = (double)n / sqrt(2 * sum);
	for (size_t i = 0; i < n; i++)
		x[i] *= scale;
out:
	sabin_fft_free(fft);
	free(spectrum);
	return err;
}

/* ---- playing and metering -------------------------------------------------------- */

enum stage { BEFORE, BACKGROUND, RISING, STEADY, AFTER };

struct run {
	const struct sabin_level_options *o;
	struct sabin_level *out;
	double *pink; /* [PERIOD_FRAMES], at its level */
	struct sabin_meter meter, now;
	size_t heard; /* frames */
	size_t next_update;
	volatile sig_atomic_t enough;
};

static double envelope(const struct sabin_level_options *o, double t_s)
{
	double e = sabin_window_rise((t_s - lead_in_s) / rise_s);
	if (o->duration_s > 0) {
		const double end_s = lead_in_s + rise_s + o->duration_s + fall_s;
		e *= sabin_window_rise((end_s - t_s) / fall_s);
	}
	return e;
}

static void render(void *context, size_t first, size_t n, double *out)
{
	const struct run *run = context;
	for (size_t i = 0; i < n; i++) {
		const size_t frame = first + i;
		out[i] = run->pink[frame % PERIOD_FRAMES] *
		         envelope(run->o, (double)frame / run->o->rate_hz);
	}
}

/* When each stage of what is heard ends, in frames; the sound comes up to latency_s late. */
static size_t end_of(const struct sabin_level_options *o, enum stage stage)
{
	double t_s = HUGE_VAL;
	if (stage == BEFORE)
		t_s = background_from_s;
	else if (stage == BACKGROUND)
		t_s = background_to_s;
	else if (stage == RISING)
		t_s = lead_in_s + rise_s + latency_s;
	else if (stage == STEADY && o->duration_s > 0)
		t_s = lead_in_s + rise_s + o->duration_s;
	return t_s < 1e9 ? (size_t)lrint(t_s * o->rate_hz) : SIZE_MAX;
}

static enum stage stage_at(const struct sabin_level_options *o, size_t frame)
{
	enum stage stage = BEFORE;
	while (stage < AFTER && frame >= end_of(o, stage))
		stage++;
	return stage;
}

/* What the meter has read so far belongs to `stage`. */
static void keep(struct run *run, enum stage stage)
{
	struct sabin_reading reading;
	sabin_meter_read(&run->meter, &reading);
	if (stage == BACKGROUND)
		run->out->background_dbfs = reading.band[SABIN_WEIGHTING_Z].leq_dbfs;
	if (stage == STEADY) {
		run->out->reading = reading;
		run->out->steady = reading.time_s >= 0.499;
	}
}

static void update(struct run *run)
{
	struct sabin_reading now;
	run->next_update += (size_t)(update_s * run->o->rate_hz);
	sabin_meter_read(&run->now, &now);
	sabin_meter_restart(&run->now);
	if (run->o->update &&
	    !run->o->update(run->o->context, &now, (double)run->heard / run->o->rate_hz))
		run->enough = 1;
}

static void meter_part(struct run *run, const double *x, size_t n, enum stage stage)
{
	sabin_meter_process(&run->now, x, n);
	sabin_meter_process(&run->meter, x, n);
	run->heard += n;
	if (run->heard == end_of(run->o, stage)) {
		keep(run, stage);
		sabin_meter_restart(&run->meter);
	}
	if (run->heard >= run->next_update)
		update(run);
}

static void heard(void *context, const float *frames, size_t n)
{
	enum { PART = 512 };
	struct run *run = context;
	double x[PART];
	while (n > 0) {
		const enum stage stage = stage_at(run->o, run->heard);
		size_t part = end_of(run->o, stage) - run->heard;
		if (part > n)
			part = n;
		if (part > PART)
			part = PART;
		for (size_t i = 0; i < part; i++)
			x[i] = (double)frames[i * run->o->inputs + run->o->input];
		meter_part(run, x, part, stage);
		frames += part * run->o->inputs;
		n -= part;
	}
	if (run->o->stop && *run->o->stop)
		run->enough = 1;
}

static enum sabin_err make_noise(struct run *run, struct sabin_diag *diag)
{
	const struct sabin_level_options *o = run->o;
	const double gain = pow(10, o->level_dbfs / 20);
	double peak = 0;
	run->pink = malloc(PERIOD_FRAMES * sizeof *run->pink);
	if (!run->pink)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_pink_render(run->pink, PERIOD_FRAMES, o->rate_hz, o->low_hz,
	                                       o->high_hz, o->seed);
	if (err)
		return err;
	for (size_t i = 0; i < PERIOD_FRAMES; i++) {
		run->pink[i] *= gain;
		peak = fmax(peak, fabs(run->pink[i]));
	}
	run->out->peak_played_dbfs = 20 * log10(peak);
	if (peak <= pow(10, o->ceiling_dbfs / 20))
		return SABIN_OK;
	return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
	                      "noise of %g dBFS RMS has peaks of %.1f dBFS, above the ceiling of "
	                      "%g dBFS",
	                      o->level_dbfs, run->out->peak_played_dbfs, o->ceiling_dbfs);
}

enum sabin_err sabin_level_play(const struct sabin_level_options *options, struct sabin_level *out,
                                struct sabin_diag *diag)
{
	struct run run = {.o = options, .out = out};
	run.next_update = (size_t)(update_s * options->rate_hz);
	const double total_s = lead_in_s + rise_s + options->duration_s + fall_s + latency_s;
	*out = (struct sabin_level){.background_dbfs = NAN};
	enum sabin_err err = sabin_meter_init(&run.meter, options->rate_hz);
	if (!err)
		err = sabin_meter_init(&run.now, options->rate_hz);
	if (!err)
		err = make_noise(&run, diag);
	const struct sabin_duplex_job job = {
	    .output = options->output,
	    .ceiling = pow(10, options->ceiling_dbfs / 20),
	    .record_frames = options->duration_s > 0 ? (size_t)(total_s * options->rate_hz) : SIZE_MAX,
	    .stop = &run.enough,
	    .render = render,
	    .heard = heard,
	    .context = &run,
	};
	if (!err)
		err = sabin_duplex_run(options->duplex, &job, NULL, diag);
	if (stage_at(options, run.heard) == STEADY)
		keep(&run, STEADY);
	if (err == SABIN_EINTR && !(options->stop && *options->stop))
		err = SABIN_OK; /* the person had enough */
	free(run.pink);
	return err;
}

/* ---- judging --------------------------------------------------------------------- */

const char *sabin_headroom_name(enum sabin_headroom headroom)
{
	static const char *const names[] = {"silent", "red", "good", "low"};
	return names[headroom];
}

enum sabin_headroom sabin_level_judge(const struct sabin_level *level, char *advice, size_t size)
{
	const double rms_dbfs = level->reading.band[SABIN_WEIGHTING_Z].leq_dbfs;
	const double headroom_db = -level->reading.peak_dbfs;
	const double change_db = rint(headroom_db - aim_db);
	if (!(rms_dbfs > level->background_dbfs + audible_db)) {
		snprintf(advice, size,
		         "nothing arrives: check the speaker's channel, its power and mute, and the "
		         "microphone's input and phantom power");
		return SABIN_HEADROOM_SILENT;
	}
	if (level->reading.clipped > 0) {
		snprintf(advice, size, "clipped: lower the preamp by %.0f dB or more", -change_db);
		return SABIN_HEADROOM_RED;
	}
	if (headroom_db < red_db) {
		snprintf(advice, size, "lower the preamp by %.0f dB", -change_db);
		return SABIN_HEADROOM_RED;
	}
	if (headroom_db > low_db) {
		snprintf(advice, size, "raise the preamp by %.0f dB, or play louder", change_db);
		return SABIN_HEADROOM_LOW;
	}
	snprintf(advice, size, "leave the preamp as it is");
	return SABIN_HEADROOM_GOOD;
}

/* ---- listening ------------------------------------------------------------------- */

struct ears {
	double *x;
	size_t got, n;
	unsigned input;
};

static bool keep_input(void *context, const float *frames, size_t n, unsigned channels)
{
	struct ears *ears = context;
	for (size_t i = 0; i < n && ears->got < ears->n; i++)
		ears->x[ears->got++] = (double)frames[i * channels + ears->input];
	return ears->got < ears->n;
}

enum sabin_err sabin_level_listen(const struct sabin_listen_options *o, double *x, size_t n,
                                  struct sabin_diag *diag)
{
	struct ears ears = {.x = x, .n = n, .input = o->input};
	const struct sabin_listener listener = {
	    .ops = o->ops,
	    .capture = o->capture,
	    .config = o->config,
	    .rate_hz = o->rate_hz,
	    .channels_min = o->input + 1,
	    .stop = o->stop,
	    .heard = keep_input,
	    .context = &ears,
	};
	return sabin_listen(&listener, NULL, diag);
}
