/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.c: reverberation times of many responses on several threads: an analyser serves one thread at a time, and its
 * results do not depend on what it did before.
 *
 *     cc decays.c $(pkg-config --cflags --libs sabin) -lm -lpthread
 *
 * The responses are noise that decays by 60 dB in 0.3, 0.4, ... s.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sabin/parameters.h>
#include <sabin/random.h>

enum { RATE = 48000, FRAMES = 2 * RATE, RESPONSES = 8, THREADS = 4 };

struct job {
	size_t first; /* every THREADS-th response from here on */
	enum sabin_err err;
	struct sabin_quantity t30[RESPONSES];
};

static double time_s(size_t i)
{
	return 0.3 + 0.1 * (double)i;
}

static void decay(size_t i, double h[FRAMES])
{
	struct sabin_random random;
	sabin_random_init(&random, i);
	for (size_t n = 0; n < FRAMES; n++) {
		const double t_s = (double)n / RATE;
		h[n] = sabin_random_normal(&random) * pow(10, -3 * t_s / time_s(i));
	}
}

/* T30 of the octave of 1 kHz. */
static enum sabin_err t30(struct sabin_analyser *analyser, size_t i, double h[FRAMES], struct sabin_quantity *out)
{
	const struct sabin_analysis_options options = {
	    .fraction = 1, .from_hz = 1000, .to_hz = 1000, .noise = SABIN_NOISE_FULL, .excited_to_hz = INFINITY};
	struct sabin_analysis analysis;
	decay(i, h);
	const enum sabin_err err = sabin_analyser_compute(analyser, h, FRAMES, RATE, &options, &analysis);
	if (!err)
		*out = analysis.bands[0].value[SABIN_T30];
	sabin_analysis_free(&analysis);
	return err;
}

static void *work(void *context)
{
	struct job *job = context;
	struct sabin_analyser *analyser = NULL;
	double *h = calloc(FRAMES, sizeof *h);
	job->err = h ? sabin_analyser_new(&analyser) : SABIN_ENOMEM;
	for (size_t i = job->first; !job->err && i < RESPONSES; i += THREADS)
		job->err = t30(analyser, i, h, &job->t30[i]);
	sabin_analyser_free(analyser);
	free(h);
	return NULL;
}

int main(void)
{
	static struct job jobs[THREADS];
	pthread_t threads[THREADS];
	struct sabin_analyser *analyser = NULL;
	double *h = calloc(FRAMES, sizeof *h);
	int bad = h == NULL || sabin_analyser_new(&analyser) != SABIN_OK;
	for (size_t t = 0; !bad && t < THREADS; t++) {
		jobs[t].first = t;
		bad = pthread_create(&threads[t], NULL, work, &jobs[t]) != 0;
	}
	for (size_t t = 0; !bad && t < THREADS; t++)
		bad = pthread_join(threads[t], NULL) != 0 || jobs[t].err;
	for (size_t i = 0; !bad && i < RESPONSES; i++) {
		const struct sabin_quantity q = jobs[i % THREADS].t30[i];
		struct sabin_quantity alone;
		bad = t30(analyser, i, h, &alone) != SABIN_OK || alone.value != q.value; /* to the last bit */
		if (q.valid)
			printf("%.1f s: T30 %.3f +- %.3f s\n", time_s(i), q.value, 2 * q.plus_minus);
		else
			printf("%.1f s: T30 cannot be relied on\n", time_s(i));
	}
	sabin_analyser_free(analyser);
	free(h);
	return bad;
}
