/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * convolve.c: uniformly partitioned overlap-save convolution with a frequency-domain delay line.
 *
 * [St] Stockham: "High-speed convolution and correlation", AFIPS Spring Joint Computer Conf. 28
 *      (1966): convolution by transforms, the wrapped half thrown away.
 * [W]  Wefers: "Partitioned convolution algorithms for real-time auralization", diss. RWTH Aachen
 *      2015, ch. 5: uniform partitions, frequency-domain delay line.
 *
 * A response is cut into partitions of one block; partition p meets the input of p blocks ago.  All
 * but p = 0 meet input that is complete, so their sum is made once a block and kept ("older"): doing
 * the newest block again costs one transform an input and an output and one product a path.
 */
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <sabin/convolve.h>
#include <sabin/fft.h>

enum { CHANNELS_MAX = 64, BLOCK_MIN = 16 };

/* One path's response: its partitions' spectra, [partitions][bins]. */
struct path {
	size_t partitions;
	double complex *spectra;
};

struct sabin_convolver {
	size_t block, bins, inputs, outputs;
	struct sabin_fft *fft;  /* of two blocks */
	struct path *paths;     /* [input * outputs + output] */
	size_t depth;           /* blocks in each input's delay line: the longest response's */
	double complex **line;  /* [input][depth * bins], a ring of spectra */
	size_t newest;          /* place of the current block in the rings */
	double *time;           /* [input][2 * block]: the block before and the current one */
	double complex *older;  /* [output][bins] */
	bool older_ready;
	double complex *sum;    /* [bins] */
	double *wrapped;        /* [2 * block] */
};

/* a * b doubles or complexes, zeroed; NULL also when the product overflows */
static void *array(size_t a, size_t b, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(a, b, &n))
		return NULL;
	return calloc(n, size);
}

/* sum += a b.  By hand: C99's product of complexes checks every one for infinities. */
static void multiply_add(double complex *restrict sum, const double complex *restrict a,
                         const double complex *restrict b, size_t bins)
{
	double *restrict s = (double *)sum;
	const double *restrict x = (const double *)a, *restrict y = (const double *)b;
	for (size_t k = 0; k < 2 * bins; k += 2) {
		s[k] += x[k] * y[k] - x[k + 1] * y[k + 1];
		s[k + 1] += x[k] * y[k + 1] + x[k + 1] * y[k];
	}
}

static bool make_lines(struct sabin_convolver *c, size_t depth)
{
	double complex **line = calloc(c->inputs, sizeof *line);
	bool made = line;
	for (size_t i = 0; made && i < c->inputs; i++)
		made = (line[i] = array(depth, c->bins, sizeof **line));
	double complex **gone = made ? c->line : line;
	for (size_t i = 0; gone && i < c->inputs; i++)
		free(gone[i]);
	free(gone);
	if (made) {
		c->line = line;
		c->depth = depth;
		c->newest = 0;
	}
	return made;
}

enum sabin_err sabin_convolver_new(size_t block, size_t inputs, size_t outputs,
                                   struct sabin_convolver **out)
{
	if (block < BLOCK_MIN || block % 2 != 0 || block > INT32_MAX / 2 || inputs < 1 ||
	    inputs > CHANNELS_MAX || outputs < 1 || outputs > CHANNELS_MAX)
		return SABIN_EINVAL;
	struct sabin_convolver *c = calloc(1, sizeof *c);
	if (!c)
		return SABIN_ENOMEM;
	c->block = block;
	c->bins = block + 1;
	c->inputs = inputs;
	c->outputs = outputs;
	const enum sabin_err err = sabin_fft_new(2 * block, &c->fft);
	c->paths = calloc(inputs * outputs, sizeof *c->paths);
	c->time = array(inputs, 2 * block, sizeof *c->time);
	c->older = array(outputs, c->bins, sizeof *c->older);
	c->sum = calloc(c->bins, sizeof *c->sum);
	c->wrapped = calloc(2 * block, sizeof *c->wrapped);
	if (err || !c->paths || !c->time || !c->older || !c->sum || !c->wrapped ||
	    !make_lines(c, 1)) {
		sabin_convolver_free(c);
		return err ? err : SABIN_ENOMEM;
	}
	*out = c;
	return SABIN_OK;
}

void sabin_convolver_free(struct sabin_convolver *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->paths && i < c->inputs * c->outputs; i++)
		free(c->paths[i].spectra);
	for (size_t i = 0; c->line && i < c->inputs; i++)
		free(c->line[i]);
	free(c->line);
	free(c->paths);
	free(c->time);
	free(c->older);
	free(c->sum);
	free(c->wrapped);
	sabin_fft_free(c->fft);
	free(c);
}

enum sabin_err sabin_convolver_set_response(struct sabin_convolver *c, size_t input, size_t output,
                                            const double *h, size_t n)
{
	if (input >= c->inputs || output >= c->outputs || (n > 0 && !h))
		return SABIN_EINVAL;
	struct path made = {.partitions = n / c->block + (n % c->block != 0)};
	if (made.partitions > 0) {
		made.spectra = array(made.partitions, c->bins, sizeof *made.spectra);
		if (!made.spectra)
			return SABIN_ENOMEM;
	}
	if (made.partitions > c->depth && !make_lines(c, made.partitions)) {
		free(made.spectra);
		return SABIN_ENOMEM;
	}
	for (size_t p = 0; p < made.partitions; p++) {
		const size_t from = p * c->block, left = n - from;
		memset(c->wrapped, 0, 2 * c->block * sizeof *c->wrapped);
		memcpy(c->wrapped, h + from, (left < c->block ? left : c->block) * sizeof *h);
		sabin_fft_forward(c->fft, c->wrapped, made.spectra + p * c->bins);
	}
	struct path *path = &c->paths[input * c->outputs + output];
	free(path->spectra);
	*path = made;
	sabin_convolver_reset(c);
	return SABIN_OK;
}

void sabin_convolver_reset(struct sabin_convolver *c)
{
	for (size_t i = 0; i < c->inputs; i++)
		memset(c->line[i], 0, c->depth * c->bins * sizeof **c->line);
	memset(c->time, 0, c->inputs * 2 * c->block * sizeof *c->time);
	c->newest = 0;
	c->older_ready = false;
}

/* The input's spectrum of `age` blocks ago. */
static double complex *spectrum(const struct sabin_convolver *c, size_t input, size_t age)
{
	return c->line[input] + (c->newest + c->depth - age) % c->depth * c->bins;
}

/* What the complete blocks before this one still contribute to it. */
static void sum_older(struct sabin_convolver *c)
{
	memset(c->older, 0, c->outputs * c->bins * sizeof *c->older);
	for (size_t i = 0; i < c->inputs; i++) {
		for (size_t o = 0; o < c->outputs; o++) {
			const struct path *path = &c->paths[i * c->outputs + o];
			for (size_t p = 1; p < path->partitions; p++)
				multiply_add(c->older + o * c->bins, spectrum(c, i, p),
				             path->spectra + p * c->bins, c->bins);
		}
	}
	c->older_ready = true;
}

void sabin_convolver_process(struct sabin_convolver *c, const double *const *in,
                             double *const *out)
{
	if (!c->older_ready)
		sum_older(c);
	for (size_t i = 0; i < c->inputs; i++) {
		double *time = c->time + i * 2 * c->block;
		memcpy(time + c->block, in[i], c->block * sizeof *time);
		sabin_fft_forward(c->fft, time, spectrum(c, i, 0));
	}
	for (size_t o = 0; o < c->outputs; o++) {
		memcpy(c->sum, c->older + o * c->bins, c->bins * sizeof *c->sum);
		for (size_t i = 0; i < c->inputs; i++) {
			const struct path *path = &c->paths[i * c->outputs + o];
			if (path->partitions > 0)
				multiply_add(c->sum, spectrum(c, i, 0), path->spectra, c->bins);
		}
		sabin_fft_inverse(c->fft, c->sum, c->wrapped);
		/* [St]: the first block is wrapped round, the second is the convolution */
		memcpy(out[o], c->wrapped + c->block, c->block * sizeof **out);
	}
}

void sabin_convolver_advance(struct sabin_convolver *c)
{
	for (size_t i = 0; i < c->inputs; i++) {
		double *time = c->time + i * 2 * c->block;
		memcpy(time, time + c->block, c->block * sizeof *time);
	}
	c->newest = (c->newest + 1) % c->depth;
	c->older_ready = false;
}
