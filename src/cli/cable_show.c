/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cable_show.c: an interface's test.
 */
#include <math.h>

#include "cli/cable_show.h"
#include "cli/quantity_show.h"
#include "cli/talk.h"
#include "io/json.h"
#include "io/memstream.h"
#include "io/number.h"

static double percent(double db)
{
	return 100 * pow(10, db / 20);
}

static void show_map(const struct sabin_cable *c)
{
	for (size_t i = 0; i < c->output_count; i++) {
		if (c->map[i].input == 0) {
			printf("  output %-3zu is heard on no input\n", i + 1);
			continue;
		}
		printf("  output %-3zu is input %u, %+.2f dB", i + 1, c->map[i].input,
		       sabin_number_tidy(c->map[i].gain_db, 2));
		if (isfinite(c->map[i].others_db))
			printf("; crosstalk to the others %.0f dB or less", c->map[i].others_db);
		putchar('\n');
	}
}

static void show_response(const struct sabin_cable *c)
{
	char low[96], high[96];
	const bool falls[2] = {!isnan(c->minus_3_db_hz[0]), !isnan(c->minus_3_db_hz[1])};
	snprintf(low, sizeof low, "%s%s", falls[0] ? "" : "below ",
	         sabin_text_hz(falls[0] ? c->minus_3_db_hz[0] : c->band_hz[0]).s);
	snprintf(high, sizeof high, "%s%s", falls[1] ? "" : "above ",
	         sabin_text_hz(falls[1] ? c->minus_3_db_hz[1] : c->band_hz[1]).s);
	printf("  response     within %.2f dB of 1 kHz from 20 Hz to 20 kHz; -3 dB %s and %s\n", c->ripple_db,
	       low, high);
}

static void show_harmonics(const char *name, struct sabin_quantity q, const char *rest)
{
	if (isfinite(q.value))
		printf("  %-12s %s%.1f dB (%.4f %%)%s\n", name, q.valid ? "" : "at most ", q.value,
		       percent(q.value), rest);
}

void sabin_show_cable(const struct sabin_cable *c)
{
	char at[48];
	printf("%s%s to %s%s: %u Hz, %s played, %s recorded\n", sabin_bold(), c->playback.name,
	       c->capture.name, sabin_plain(), c->capture.rate_hz, c->playback.format, c->capture.format);
	show_map(c);
	if (c->output == 0) {
		puts("No cable was found: connect an output with an input, both at line level.");
		return;
	}
	printf("Over the cable from output %u to input %u:\n", c->output, c->input);
	printf("  latency      %.3f ms, as these two streams started\n", c->latency_s * 1e3);
	if (c->one_clock)
		puts("  clock        one for both directions");
	else if (isfinite(c->verdict.skew_ppm.value))
		printf("  clock        recording %+.3f ppm (± %.3f) against playing\n",
		       sabin_number_tidy(c->verdict.skew_ppm.value, 3),
		       c->verdict.skew_ppm.plus_minus);
	printf("  polarity     %s\n", sabin_polarity_name(c->polarity));
	printf("  gain         %+.2f dB at 1 kHz\n", sabin_number_tidy(c->gain_db, 2));
	show_response(c);
	show_harmonics("THD", c->distortion.thd_100_db, " at 100 Hz");
	show_harmonics("THD", c->distortion.thd_1k_db, " at 1 kHz");
	snprintf(at, sizeof at, " at 1 kHz and %.1f dBFS", c->tone_dbfs + 20 * log10(M_SQRT2));
	show_harmonics("THD+N", c->thd_noise_db, at);
	printf("  noise        %.1f dBFS from 20 Hz to 20 kHz, %.1f dBFS A-weighted\n", c->noise.z.value,
	       c->noise.a.value);
	if (c->noise.hum.mains_hz > 0)
		printf("  hum          %.0f Hz, %.1f dBFS\n", c->noise.hum.mains_hz, c->noise.hum.level.value);
	for (size_t i = 0; i < c->verdict.why_count; i++)
		printf("  %s\n", c->verdict.why[i]);
}

static void json_map(struct sabin_json *json, const struct sabin_cable *c)
{
	sabin_json_open_array(json, "outputs");
	for (size_t i = 0; i < c->output_count; i++) {
		const bool heard = c->map[i].input > 0;
		sabin_json_open_object(json, NULL);
		sabin_json_integer(json, "output", (long long)i + 1);
		if (heard)
			sabin_json_integer(json, "input", c->map[i].input);
		else
			sabin_json_null(json, "input");
		sabin_json_number(json, "gain_db", heard ? c->map[i].gain_db : (double)NAN);
		sabin_json_number(json, "crosstalk_db",
		                  heard && isfinite(c->map[i].others_db) ? c->map[i].others_db
		                                                         : (double)NAN);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

enum sabin_err sabin_show_cable_json(const struct sabin_cable *c, const char *file)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.interface/1");
	sabin_json_text(json, "playback", c->playback.name);
	sabin_json_text(json, "capture", c->capture.name);
	sabin_json_integer(json, "rate_hz", c->capture.rate_hz);
	json_map(json, c);
	if (c->output == 0) {
		sabin_json_null(json, "cable");
	} else {
		sabin_json_open_object(json, "cable");
		sabin_json_integer(json, "output", c->output);
		sabin_json_integer(json, "input", c->input);
		sabin_json_bool(json, "trustworthy", c->verdict.trustworthy);
		sabin_json_open_array(json, "why");
		for (size_t i = 0; i < c->verdict.why_count; i++)
			sabin_json_text(json, NULL, c->verdict.why[i]);
		sabin_json_close(json);
		sabin_json_bool(json, "one_clock", c->one_clock);
		sabin_json_quantity(json, "skew_ppm", c->verdict.skew_ppm, "ppm");
		sabin_json_number(json, "latency_s", c->latency_s);
		sabin_json_text(json, "polarity", sabin_polarity_name(c->polarity));
		sabin_json_number(json, "gain_db", c->gain_db);
		sabin_json_number(json, "ripple_db", c->ripple_db);
		sabin_json_numbers(json, "minus_3_db_hz", c->minus_3_db_hz, 2);
		sabin_json_numbers(json, "freq_hz", c->response.freq_hz, c->response.length);
		sabin_json_numbers(json, "level_db", c->response.level_db, c->response.length);
		sabin_json_quantity(json, "thd_100_db", c->distortion.thd_100_db, "dB");
		sabin_json_quantity(json, "thd_1k_db", c->distortion.thd_1k_db, "dB");
		sabin_json_quantity(json, "thd_noise_db", c->thd_noise_db, "dB");
		sabin_json_quantity(json, "noise_dbfs", c->noise.z, "dB");
		sabin_json_quantity(json, "noise_a_dbfs", c->noise.a, "dB");
		sabin_json_text(json, "calibration", file);
		sabin_json_close(json);
	}
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

char *sabin_cable_calibration(const struct sabin_cable *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = sabin_memstream_open(&text, &size);
	if (!stream)
		return NULL;
	fprintf(stream, "* the interface itself: %s output %u to %s input %u at %u Hz\n", c->playback.name,
	        c->output, c->capture.name, c->input, c->capture.rate_hz);
	fputs("* Hz, dB re 1 kHz, degrees without the latency; it is subtracted from what was measured\n",
	      stream);
	for (size_t i = 0; i < c->response.length; i++)
		if (isfinite(c->response.level_db[i]))
			fprintf(stream, "%.3f %.4f %.3f\n", c->response.freq_hz[i],
			        c->response.level_db[i], c->response.phase_deg[i]);
	return fclose(stream) == 0 ? text : NULL;
}
