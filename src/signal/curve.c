/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * curve.c: curves over frequency.
 */
#include <math.h>

#include <sabin/curve.h>

double sabin_curve_at(const double *freq_hz, const double *level_db, size_t n, double f_hz)
{
	size_t low = 0, high = n - 1;
	if (!(f_hz > freq_hz[0])) /* also NaN */
		return level_db[0];
	if (f_hz >= freq_hz[high])
		return level_db[high];
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		if (freq_hz[middle] <= f_hz)
			low = middle;
		else
			high = middle;
	}
	if (freq_hz[low] <= 0)
		return level_db[low];
	const double share = log(f_hz / freq_hz[low]) / log(freq_hz[high] / freq_hz[low]);
	return level_db[low] + share * (level_db[high] - level_db[low]);
}

void sabin_curve_smooth(const double *freq_hz, const double *level_db, size_t n, double width_oct,
                        double *out)
{
	const double step_oct = n > 1 ? log2(freq_hz[n - 1] / freq_hz[0]) / (double)(n - 1) : 1;
	const size_t half = (size_t)(width_oct / 2 / step_oct);
	for (size_t i = 0; i < n; i++) {
		size_t reach = half;
		reach = reach > i ? i : reach;
		reach = reach > n - 1 - i ? n - 1 - i : reach;
		double sum = 0;
		for (size_t k = i - reach; k <= i + reach; k++)
			sum += level_db[k];
		out[i] = sum / (double)(2 * reach + 1);
	}
}
