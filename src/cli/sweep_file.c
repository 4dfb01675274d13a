/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep_file.c: the file of a sweep that was played.
 */
#include <math.h>
#include <unistd.h>

#include "cli/sweep_file.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/number.h"
#include "io/wav.h"

/* A foreign file's silence is cut off: what stays below this part of its peak, which is more than
 * the dither of 16 bits around a sweep at -20 dBFS, but not the first and last moments. */
static const double silence = 1e-3, kept_s = 0.01;
/* Peak over RMS of a sweep is that of a sine, 1.41, and a little more with fades; noise has 4. */
static const double most_crest = 2;

void sabin_sweep_file_release(struct sabin_sweep_file *file)
{
	free(file->played);
	*file = (struct sabin_sweep_file){0};
}

/* Our own sweeps carry their recipe, in the file or beside it; others are taken sample by sample. */
static enum sabin_err find_recipe(struct sabin_sweep_file *file, const char *path,
                                  const struct sabin_wav *wav, struct sabin_diag *diag)
{
	enum { MOST_BYTES = 1 << 16 };
	char *beside = NULL, *text = NULL;
	size_t length;
	enum sabin_err err = SABIN_OK;
	struct sabin_diag quiet;
	if (wav->comment && !sabin_recipe_parse(path, wav->comment, &file->recipe, &quiet)) {
		file->has_recipe = true;
		return SABIN_OK;
	}
	if (asprintf(&beside, "%s.yaml", path) < 0)
		return SABIN_ENOMEM;
	if (access(beside, F_OK) == 0) {
		err = sabin_read_text(beside, MOST_BYTES, &text, &length, diag);
		if (!err)
			err = sabin_recipe_parse(beside, text, &file->recipe, diag);
		file->has_recipe = !err;
	}
	free(beside);
	free(text);
	return err;
}

static enum sabin_err own_sweep(struct sabin_sweep_file *file)
{
	const struct sabin_stimulus *s = &file->recipe.stimulus;
	file->played = malloc(s->sweep.frames * sizeof *file->played);
	if (!file->played)
		return SABIN_ENOMEM;
	sabin_sweep_render(&s->sweep, file->played);
	file->excitation = (struct sabin_excitation){
	    .x = file->played,
	    .frames = s->sweep.frames,
	    .rate_hz = s->sweep.rate_hz,
	    .from_hz = s->sweep.from_hz,
	    .to_hz = s->sweep.to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&s->sweep, 2),
	    .stimulus = s,
	    .any_start = true,
	};
	return SABIN_OK;
}

static size_t loudest_channel(const struct sabin_wav *wav)
{
	size_t best = 0;
	double most = -1;
	for (size_t c = 0; c < wav->channels; c++) {
		double sum = 0;
		for (size_t i = 0; i < wav->frames; i++) {
			const double x = wav->samples[i * wav->channels + c];
			sum += x * x;
		}
		if (sum > most) {
			most = sum;
			best = c;
		}
	}
	return best;
}

/* Cut the silence before and after x[*frames]. */
static void trim(double *x, size_t *frames, double rate_hz)
{
	const size_t kept = (size_t)(kept_s * rate_hz);
	double peak = 0;
	size_t first = 0, last = *frames;
	for (size_t i = 0; i < *frames; i++)
		peak = fmax(peak, fabs(x[i]));
	while (first < last && fabs(x[first]) <= silence * peak)
		first++;
	while (last > first && fabs(x[last - 1]) <= silence * peak)
		last--;
	first = first > kept ? first - kept : 0;
	last = last + kept < *frames ? last + kept : *frames;
	memmove(x, x + first, (last - first) * sizeof *x);
	*frames = last - first;
}

static double crest(const double *x, size_t frames)
{
	double peak = 0, sum = 0;
	for (size_t i = 0; i < frames; i++) {
		peak = fmax(peak, fabs(x[i]));
		sum += x[i] * x[i];
	}
	return sum > 0 ? peak / sqrt(sum / (double)frames) : HUGE_VAL;
}

static enum sabin_err refuse(const struct sabin_sweep_file *file, const char *path, size_t frames,
                             struct sabin_diag *diag)
{
	if (crest(file->played, frames) > most_crest) {
		sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		               "this does not look like an exponential sweep");
		sabin_diag_advise(diag, "--sweep wants the file that was played; if it is a sweep, say its "
		                        "band with --from and --to");
		return SABIN_EFORMAT;
	}
	sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
	               "this may be a linear sweep, not an exponential one: its octaves are not alike");
	sabin_diag_advise(diag, "say its band with --from and --to; distortion cannot be separated "
	                        "then: only exponential sweeps do that");
	return SABIN_EFORMAT;
}

static enum sabin_err foreign_sweep(struct sabin_sweep_file *file, const char *path,
                                    const struct sabin_wav *wav, double from_hz, double to_hz,
                                    struct sabin_diag *diag)
{
	const double rate_hz = wav->rate_hz;
	size_t frames = wav->frames;
	double low_hz = 0, high_hz = 0;
	enum sabin_err err = sabin_wav_channel(wav, loudest_channel(wav), &file->played);
	if (err)
		return err;
	trim(file->played, &frames, rate_hz);
	err = frames > 0 ? sabin_excitation_band(file->played, frames, rate_hz, &low_hz, &high_hz)
	                 : SABIN_ESHORT;
	if (err == SABIN_ENOMEM)
		return err;
	const bool exponential = !err;
	if (frames == 0)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "is silent; a sweep was expected");
	if (!exponential && (isnan(from_hz) || isnan(to_hz)))
		return refuse(file, path, frames, diag);
	low_hz = isnan(from_hz) ? low_hz : from_hz;
	high_hz = isnan(to_hz) ? high_hz : to_hz;
	if (!(low_hz < high_hz) || high_hz > rate_hz / 2)
		return sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                      "a band from %s to %s; expected --from below --to and --to "
		                      "at most %s",
		                      sabin_text_exact_hz(low_hz).s, sabin_text_exact_hz(high_hz).s,
		                      sabin_text_exact_hz(rate_hz / 2).s);
	sabin_say("foreign sweep: %s to %s in %.3f s%s", sabin_text_hz(low_hz).s, sabin_text_hz(high_hz).s,
	          (double)frames / rate_hz,
	          exponential ? "" : "; not exponential: distortion is not separated");
	file->excitation = (struct sabin_excitation){
	    .x = file->played,
	    .frames = frames,
	    .rate_hz = rate_hz,
	    .from_hz = low_hz,
	    .to_hz = high_hz,
	    /* an exponential sweep's, to the accuracy that a cut needs */
	    .second_harmonic_s =
	        exponential ? (double)frames / rate_hz * log(2) / log(high_hz / low_hz) : 0,
	    .any_start = true,
	};
	return SABIN_OK;
}

enum sabin_err sabin_sweep_file_read(const char *path, double from_hz, double to_hz,
                                     struct sabin_sweep_file *out, struct sabin_diag *diag)
{
	struct sabin_wav wav = {0};
	*out = (struct sabin_sweep_file){0};
	enum sabin_err err = sabin_wav_read(path, &wav, diag);
	if (!err)
		err = find_recipe(out, path, &wav, diag);
	if (!err && out->has_recipe && out->recipe.stimulus.sweep.rate_hz != wav.rate_hz)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "has a sample rate of %u Hz, but its recipe says %g Hz", wav.rate_hz,
		                     out->recipe.stimulus.sweep.rate_hz);
	out->rate_hz = wav.rate_hz;
	if (!err)
		err = out->has_recipe ? own_sweep(out)
		                      : foreign_sweep(out, path, &wav, from_hz, to_hz, diag);
	sabin_wav_release(&wav);
	return err;
}
