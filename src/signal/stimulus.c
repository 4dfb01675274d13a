/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stimulus.c: the whole signal that is played for one response.
 *
 * After deconvolution by the sweep the first chirp lies before lag -gap and the second after lag
 * +tail, at every frequency: neither touches the response between.
 */
#include <math.h>
#include <string.h>

#include <sabin/sweep.h>

/* High and short: sharp in time, and the room's decay is short there. */
static const double chirp_from_hz = 5000, chirp_to_hz = 20000, chirp_s = 0.1;
/* Longer than the 0.4 s that a response file keeps before its arrival. */
static const double gap_s = 0.5;
/* Silence after the last chirp, for its own arrival. */
static const double end_s = 0.5;

static size_t frames_of(double seconds, double rate_hz)
{
	return (size_t)lrint(seconds * rate_hz);
}

/* A chirp inside the band that the sweep may excite; none when that is too narrow. */
static enum sabin_err chirp_init(struct sabin_sweep *chirp, const struct sabin_sweep_options *sweep)
{
	struct sabin_sweep_options options = *sweep;
	options.to_hz = fmin(fmin(chirp_to_hz, sweep->to_hz), 0.45 * sweep->rate_hz);
	options.from_hz = fmax(fmin(chirp_from_hz, options.to_hz / 4), sweep->from_hz);
	options.length_s = chirp_s;
	*chirp = (struct sabin_sweep){0};
	/* below two octaves, or slower than ten periods, it would mark no time worth having */
	if (options.to_hz < 2 * options.from_hz || options.from_hz < 10 / chirp_s)
		return SABIN_OK;
	return sabin_sweep_init(chirp, &options);
}

enum sabin_err sabin_stimulus_init(struct sabin_stimulus *stimulus,
                                   const struct sabin_stimulus_options *options)
{
	struct sabin_stimulus s = {0};
	const double rate_hz = options->sweep.rate_hz;
	/* what was rounded to whole samples once is in range still */
	const double half_s = 0.5 / rate_hz;
	if (!(options->lead_in_s >= 0.5 - half_s && options->lead_in_s <= 60 + half_s) ||
	    !(options->tail_s >= 0.1 - half_s && options->tail_s <= 60 + half_s))
		return SABIN_EINVAL;
	enum sabin_err err = sabin_sweep_init(&s.sweep, &options->sweep);
	if (!err && options->chirps)
		err = chirp_init(&s.chirp, &options->sweep);
	if (err)
		return err;
	size_t at = frames_of(options->lead_in_s, rate_hz);
	if (s.chirp.frames > 0) {
		s.chirp_frame[0] = at;
		at += s.chirp.frames + frames_of(gap_s, rate_hz);
	}
	s.sweep_frame = at;
	s.tail_frames = frames_of(options->tail_s, rate_hz);
	at += s.sweep.frames + s.tail_frames;
	if (s.chirp.frames > 0) {
		s.chirp_frame[1] = at;
		at += s.chirp.frames + frames_of(end_s, rate_hz);
	}
	s.frames = at;
	*stimulus = s;
	return SABIN_OK;
}

enum sabin_err sabin_stimulus_spread(struct sabin_stimulus *stimulus, double apart_s)
{
	if (!(apart_s >= 0 && apart_s <= 1) || stimulus->chirp.frames == 0)
		return SABIN_EINVAL;
	const size_t more = frames_of(apart_s, stimulus->sweep.rate_hz);
	stimulus->sweep_frame += more;
	stimulus->chirp_frame[1] += 2 * more;
	stimulus->frames += 2 * more;
	return SABIN_OK;
}

static void add_sweep(const struct sabin_stimulus *stimulus, double *x)
{
	sabin_sweep_render(&stimulus->sweep, x + stimulus->sweep_frame);
}

static void add_chirps(const struct sabin_stimulus *stimulus, double *x)
{
	for (int i = 0; i < 2 && stimulus->chirp.frames > 0; i++)
		sabin_sweep_render(&stimulus->chirp, x + stimulus->chirp_frame[i]);
}

void sabin_stimulus_render(const struct sabin_stimulus *stimulus, double *x)
{
	memset(x, 0, stimulus->frames * sizeof *x);
	add_sweep(stimulus, x);
	add_chirps(stimulus, x);
}

void sabin_stimulus_render_parts(const struct sabin_stimulus *stimulus, double *sweep, double *chirps)
{
	memset(sweep, 0, stimulus->frames * sizeof *sweep);
	memset(chirps, 0, stimulus->frames * sizeof *chirps);
	add_sweep(stimulus, sweep);
	add_chirps(stimulus, chirps);
}
