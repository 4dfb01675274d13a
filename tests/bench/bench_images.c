/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_images.c: CPU time and memory of image responses in a room of 6 x 4 x 3 m, 0.5 s at 48 kHz.
 * Status 1 when a budget is missed.
 */
#include <math.h>
#include <sys/resource.h>

#include <sabin/room.h>

enum { FRAMES = 24000, REPEATS = 7 };

struct budget {
	const char *name;
	bool bands, air;
	double cpu_s;
};

static const double budget_kib = 8192; /* beyond what the process had before */

static struct sabin_room example(bool bands)
{
	struct sabin_room room = {
		.size_m = {6, 4, 3}, .temperature_c = 20, .humidity_percent = 50,
		.pressure_kpa = 101.325,
	};
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			room.surface[surface].alpha[band] = bands ? 0.1 + 0.02 * band : 0.2;
	return room;
}

static double cpu_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_kib(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss;
}

int main(void)
{
	static const struct budget budgets[] = {
		/* the greatest first: the peak of memory is that of the process so far */
		{"eight bands and air", true, true, 0.1},
		{"eight bands", true, false, 0.1},
		{"one band", false, false, 0.025},
	};
	static const double source_m[3] = {2, 1.5, 1.4}, receiver_m[3] = {4, 2.5, 1.2};
	static double h[FRAMES];
	int status = 0;
	memset(h, 1, sizeof h); /* counted as the caller's */
	for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
		const struct sabin_room room = example(budgets[i].bands);
		const struct sabin_images_options options = {
			.rate_hz = 48000, .length_s = 0.5, .air = budgets[i].air,
		};
		const double before_kib = peak_kib();
		double best_s = (double)INFINITY;
		for (int repeat = 0; repeat < REPEATS; repeat++) {
			const double start_s = cpu_s();
			if (sabin_images_compute(&room, source_m, receiver_m, &options, h, FRAMES))
				return 2;
			best_s = fmin(best_s, cpu_s() - start_s);
		}
		const double kib = peak_kib() - before_kib;
		printf("%-20s %.4f s (budget %.3f), %.0f KiB more (budget %.0f)\n",
		       budgets[i].name, best_s, budgets[i].cpu_s, kib, budget_kib);
		status |= best_s > budgets[i].cpu_s || kib > budget_kib;
	}
	return status;
}
