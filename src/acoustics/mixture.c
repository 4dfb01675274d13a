/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mixture.c: decays and noise by maximum likelihood.
 *
 * [Kay] Kay: "Fundamentals of Statistical Signal Processing: Estimation Theory" (1993), 7.7:
 *       maximum likelihood by the method of scoring; 3.7: the bound from Fisher's information.
 *
 * The energies of noise in blocks one reciprocal bandwidth long are exponentially distributed about
 * their expectation m, so that sum(ln m + E/m) is minimal for the best model.
 */
#include <math.h>

#include "acoustics/mixture.h"

enum { MAX_STEPS = 60, N = SABIN_MIXTURE_UNKNOWNS };

double sabin_energy_density(const struct sabin_energy *energy, double t_s, double w_s)
{
	return (sabin_energy_after(energy, t_s) - sabin_energy_after(energy, t_s + w_s)) / w_s;
}

bool sabin_blocks_cut(const struct sabin_energy *energy, double from_s, double end_s,
                      double width_s, size_t least, struct sabin_blocks *out)
{
	const double count = (end_s - from_s) / width_s;
	*out = (struct sabin_blocks){.from_s = from_s, .width_s = width_s};
	if (!(count >= (double)least))
		return false;
	out->count = (size_t)count;
	out->density = malloc(out->count * sizeof *out->density);
	if (!out->density)
		return false;
	double before = sabin_energy_after(energy, from_s);
	for (size_t k = 0; k < out->count; k++) {
		const double after = sabin_energy_after(energy, from_s + (double)(k + 1) * width_s);
		out->density[k] = (before - after) / width_s;
		before = after;
	}
	return true;
}

void sabin_blocks_release(struct sabin_blocks *blocks)
{
	free(blocks->density);
	blocks->density = NULL;
}

/* One decay, block by block: its mean over a block, and the derivative of that's logarithm with
 * respect to the logarithm of the rate. */
struct walk {
	double mean, per_block, x, shape;
};

static struct walk start(const struct sabin_blocks *b, double ln_density, double ln_rate)
{
	const double x = exp(ln_rate) * b->width_s, per_block = exp(-x);
	return (struct walk){
		.mean = exp(ln_density) * (-expm1(-x) / x),
		.per_block = per_block,
		.x = x,
		.shape = x * per_block / -expm1(-x) - 1,
	};
}

/* Cost, and with it (if not NULL) the gradient and Fisher's information with respect to the
 * logarithms p[2 decays + 1]. */
static double likelihood(const struct sabin_blocks *b, int decays, const double p[N], double g[N],
                         double info[N][N])
{
	const int unknowns = 2 * decays + 1;
	const double noise = exp(p[unknowns - 1]);
	struct walk w[SABIN_DECAYS_MAX];
	double cost = 0, product = 1;
	for (int i = 0; i < decays; i++)
		w[i] = start(b, p[2 * i], p[2 * i + 1]);
	if (g)
		memset(g, 0, N * sizeof *g), memset(info, 0, N * sizeof *info);
	for (size_t k = 0; k < b->count; k++) {
		double m = noise, d[N];
		for (int i = 0; i < decays; i++)
			m += w[i].mean;
		const double ratio = b->density[k] / m;
		cost += ratio;
		product *= m / noise; /* one logarithm for many factors, each at least 1 */
		if (product > 1e200) {
			cost += log(product);
			product = 1;
		}
		for (int i = 0; i < decays; i++) {
			d[2 * i] = w[i].mean / m;
			d[2 * i + 1] = d[2 * i] * (w[i].shape - (double)k * w[i].x);
			w[i].mean *= w[i].per_block;
		}
		if (!g)
			continue;
		d[unknowns - 1] = noise / m;
		for (int i = 0; i < unknowns; i++) {
			g[i] += (ratio - 1) * d[i];
			for (int j = 0; j <= i; j++)
				info[i][j] += d[i] * d[j];
		}
	}
	return cost + log(product) + (double)b->count * p[unknowns - 1];
}

/* Cholesky's decomposition of info + damping diag(info). */
static bool decompose(double info[N][N], int unknowns, double damping, double l[N][N])
{
	for (int i = 0; i < unknowns; i++)
		for (int j = 0; j <= i; j++) {
			/* the small constant keeps a noise that is not seen from moving at random */
			double s = info[i][j] + (i == j ? damping * info[i][i] + 1e-9 : 0);
			for (int k = 0; k < j; k++)
				s -= l[i][k] * l[j][k];
			if (i == j && !(s > 0))
				return false;
			l[i][j] = i == j ? sqrt(s) : s / l[j][j];
		}
	return true;
}

static void substitute(double l[N][N], int unknowns, const double right[N], double x[N])
{
	for (int i = 0; i < unknowns; i++) {
		x[i] = right[i];
		for (int k = 0; k < i; k++)
			x[i] -= l[i][k] * x[k];
		x[i] /= l[i][i];
	}
	for (int i = unknowns - 1; i >= 0; i--) {
		for (int k = i + 1; k < unknowns; k++)
			x[i] -= l[k][i] * x[k];
		x[i] /= l[i][i];
	}
}

/* [Kay] 7.7, damped so that every step lowers the cost. */
static double scoring(const struct sabin_blocks *b, int decays, double p[N])
{
	const int unknowns = 2 * decays + 1;
	double g[N], info[N][N], l[N][N], damping = 1e-3;
	double cost = likelihood(b, decays, p, g, info);
	for (int n = 0; n < MAX_STEPS && damping < 1e6; n++) {
		double step[N], next[N], most = 0;
		if (!decompose(info, unknowns, damping, l))
			break;
		substitute(l, unknowns, g, step);
		for (int i = 0; i < unknowns; i++) {
			next[i] = p[i] + fmax(-2, fmin(2, step[i]));
			most = fmax(most, fabs(step[i]));
		}
		const double better = likelihood(b, decays, next, NULL, NULL);
		if (!(better <= cost)) {
			damping *= 10;
			continue;
		}
		const double gained = cost - better;
		memcpy(p, next, (size_t)unknowns * sizeof *p);
		cost = better;
		if (most < 1e-6 || gained < 1e-9)
			break;
		damping /= 10;
		cost = likelihood(b, decays, p, g, info);
	}
	return cost;
}

static void to_logarithms(const struct sabin_mixture *m, double p[N])
{
	for (int i = 0; i < m->decays; i++) {
		p[2 * i] = log(m->density[i]);
		p[2 * i + 1] = log(m->rate[i]);
	}
	p[2 * m->decays] = log(m->noise);
}

double sabin_mixture_fit(const struct sabin_blocks *blocks, struct sabin_mixture *m)
{
	double p[N];
	to_logarithms(m, p);
	const double cost = scoring(blocks, m->decays, p);
	for (int i = 0; i < m->decays; i++) {
		m->density[i] = exp(p[2 * i]);
		m->rate[i] = exp(p[2 * i + 1]);
	}
	m->noise = exp(p[2 * m->decays]);
	return cost;
}

double sabin_mixture_cost(const struct sabin_blocks *blocks, const struct sabin_mixture *m)
{
	double p[N];
	to_logarithms(m, p);
	return likelihood(blocks, m->decays, p, NULL, NULL);
}

bool sabin_mixture_covariance(const struct sabin_blocks *blocks, const struct sabin_mixture *m,
                              double cells, double covariance[N][N])
{
	const int unknowns = 2 * m->decays + 1;
	double p[N], g[N], info[N][N], l[N][N];
	to_logarithms(m, p);
	(void)likelihood(blocks, m->decays, p, g, info);
	if (!decompose(info, unknowns, 0, l))
		return false;
	for (int i = 0; i < unknowns; i++) {
		double unit[N] = {0};
		unit[i] = 1 / cells;
		substitute(l, unknowns, unit, covariance[i]);
	}
	return true;
}

double sabin_mixture_density(const struct sabin_blocks *blocks, const struct sabin_mixture *m, size_t k)
{
	double sum = m->noise;
	for (int i = 0; i < m->decays; i++) {
		const struct walk w = start(blocks, log(m->density[i]), log(m->rate[i]));
		sum += w.mean * exp(-w.x * (double)k);
	}
	return sum;
}
