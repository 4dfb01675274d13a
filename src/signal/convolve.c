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
 * but p = 0 meet input that is complete, so their sum is made once a block and kept ("older"):
 * doing the newest block again costs one transform an input and an output and one product a path.
 */
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/fft.h>

enum { CHANNELS_MAX = 64, BLOCK_MIN = 16 };

/* Spectra are kept as their real parts and then their imaginary parts, each [lanes], zero beyond
 * the last bin: the compiler multiplies several at once, and no product stops for an infinity, as
 * C99's product of complex numbers does. */
enum { LANE = 8 };

/* One path's response: its partitions' spectra, [partitions][2 * lanes]. */
struct path {
	size_t partitions;
	double *spectra;
};

struct sabin_convolver {
	size_t block, bins, inputs, outputs;
	size_t lanes;           /* bins, up to a multiple of LANE */
	struct sabin_fft *fft;  /* of two blocks */
	struct path *paths;     /* [input * outputs + output] */
	size_t depth;           /* blocks in each input's delay line: the longest response's */
	double **line;          /* [input][depth * 2 * lanes], a ring of spectra */
	bool *sounds;           /* [input][depth]: a spectrum that is not zero; others are not made */
	size_t newest;          /* place of the current block in the rings */
	double *time;           /* [input][2 * block]: the block before and the current one */
	double *older;          /* [output][2 * lanes] */
	bool older_ready;
	double *sum;            /* [2 * lanes] */
	double complex *mixed;  /* [bins]: a spectrum as the transform has it */
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

/* sum += a b */
static void multiply_add(double *restrict sum, const double *restrict a, const double *restrict b,
                         size_t lanes)
{
	const double *restrict ai = a + lanes, *restrict bi = b + lanes;
	double *restrict si = sum + lanes;
	for (size_t k = 0; k < lanes; k += LANE) {
		for (size_t j = k; j < k + LANE; j++) {
			sum[j] += a[j] * b[j] - ai[j] * bi[j];
			si[j] += a[j] * bi[j] + ai[j] * b[j];
		}
	}
}

static void forward(struct sabin_convolver *c, const double *x, double *spectrum)
{
	sabin_fft_forward(c->fft, x, c->mixed);
	for (size_t k = 0; k < c->bins; k++) {
		spectrum[k] = creal(c->mixed[k]);
		spectrum[c->lanes + k] = cimag(c->mixed[k]);
	}
}

static void inverse(struct sabin_convolver *c, const double *spectrum, double *x)
{
	double *mixed = (double *)c->mixed;
	for (size_t k = 0; k < c->bins; k++) {
		mixed[2 * k] = spectrum[k];
		mixed[2 * k + 1] = spectrum[c->lanes + k];
	}
	sabin_fft_inverse(c->fft, c->mixed, x);
}

static bool make_lines(struct sabin_convolver *c, size_t depth)
{
	double **line = calloc(c->inputs, sizeof *line);
	bool *sounds = array(c->inputs, depth, sizeof *sounds);
	bool made = line && sounds;
	for (size_t i = 0; made && i < c->inputs; i++)
		made = (line[i] = array(depth, 2 * c->lanes, sizeof **line));
	double **gone = made ? c->line : line;
	for (size_t i = 0; gone && i < c->inputs; i++)
		free(gone[i]);
	free(gone);
	free(made ? c->sounds : sounds);
	if (made) {
		c->line = line;
		c->sounds = sounds;
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
	c->lanes = (c->bins + LANE - 1) / LANE * LANE;
	c->inputs = inputs;
	c->outputs = outputs;
	const enum sabin_err err = sabin_fft_new(2 * block, &c->fft);
	c->paths = calloc(inputs * outputs, sizeof *c->paths);
	c->time = array(inputs, 2 * block, sizeof *c->time);
	c->older = array(outputs, 2 * c->lanes, sizeof *c->older);
	c->sum = calloc(2 * c->lanes, sizeof *c->sum);
	c->mixed = calloc(c->bins, sizeof *c->mixed);
	c->wrapped = calloc(2 * block, sizeof *c->wrapped);
	if (err || !c->paths || !c->time || !c->older || !c->sum || !c->mixed ||
	    !c->wrapped || !make_lines(c, 1)) {
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
	free(c->sounds);
	free(c->paths);
	free(c->time);
	free(c->older);
	free(c->sum);
	free(c->mixed);
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
		made.spectra = array(made.partitions, 2 * c->lanes, sizeof *made.spectra);
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
		forward(c, c->wrapped, made.spectra + p * 2 * c->lanes);
	}
	struct path *path = &c->paths[input * c->outputs + output];
	free(path->spectra);
	*path = made;
	sabin_convolver_reset(c);
	return SABIN_OK;
}

void sabin_convolver_reset(struct sabin_convolver *c)
{
	memset(c->sounds, 0, c->inputs * c->depth * sizeof *c->sounds);
	memset(c->time, 0, c->inputs * 2 * c->block * sizeof *c->time);
	c->newest = 0;
	c->older_ready = false;
}

/* The place in the rings of `age` blocks ago. */
static size_t place(const struct sabin_convolver *c, size_t age)
{
	return (c->newest + c->depth - age) % c->depth;
}

static bool *sounds(const struct sabin_convolver *c, size_t input, size_t age)
{
	return c->sounds + input * c->depth + place(c, age);
}

/* sum += what the input of `age` blocks ago gives through a path. */
static void add_partition(const struct sabin_convolver *c, size_t input, const struct path *path,
                          size_t age, double *sum)
{
	if (age < path->partitions && *sounds(c, input, age))
		multiply_add(sum, c->line[input] + place(c, age) * 2 * c->lanes,
		             path->spectra + age * 2 * c->lanes, c->lanes);
}

static bool is_silent(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != 0)
			return false;
	return true;
}

/* What the complete blocks before this one still contribute to it. */
static void sum_older(struct sabin_convolver *c)
{
	memset(c->older, 0, c->outputs * 2 * c->lanes * sizeof *c->older);
	for (size_t i = 0; i < c->inputs; i++) {
		for (size_t o = 0; o < c->outputs; o++) {
			const struct path *path = &c->paths[i * c->outputs + o];
			for (size_t p = 1; p < path->partitions; p++)
				add_partition(c, i, path, p, c->older + o * 2 * c->lanes);
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
		*sounds(c, i, 0) = !is_silent(time, 2 * c->block);
		if (*sounds(c, i, 0))
			forward(c, time, c->line[i] + place(c, 0) * 2 * c->lanes);
	}
	for (size_t o = 0; o < c->outputs; o++) {
		memcpy(c->sum, c->older + o * 2 * c->lanes, 2 * c->lanes * sizeof *c->sum);
		for (size_t i = 0; i < c->inputs; i++)
			add_partition(c, i, &c->paths[i * c->outputs + o], 0, c->sum);
		inverse(c, c->sum, c->wrapped);
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

enum sabin_err sabin_convolve(const double *a, size_t n, const double *b, size_t m,
                                     double **out)
{
	if (n == 0 || m == 0 || n > INT32_MAX / 4 || m > INT32_MAX / 4)
		return SABIN_EINVAL;
	const size_t size = sabin_fft_smooth_size(n + m - 1);
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *p = calloc(size / 2 + 1, sizeof *p), *q = calloc(size / 2 + 1, sizeof *q);
	enum sabin_err err = x && p && q ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	memcpy(x, a, n * sizeof *x);
	sabin_fft_forward(fft, x, p);
	memset(x, 0, size * sizeof *x);
	memcpy(x, b, m * sizeof *x);
	sabin_fft_forward(fft, x, q);
	for (size_t k = 0; k <= size / 2; k++)
		p[k] *= q[k];
	sabin_fft_inverse(fft, p, x);
	*out = x;
	x = NULL;
out:
	sabin_fft_free(fft);
	free(x);
	free(p);
	free(q);
	return err;
}
