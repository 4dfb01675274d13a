/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parameters.c: room acoustic parameters of an impulse response, band by band.
 *
 * [ISO1] ISO 3382-1:2009; [ISO2] ISO 3382-2:2008.
 */
#include <math.h>

#include <sabin/parameters.h>

#include "acoustics/leakage.h"
#include "acoustics/quantities.h"

enum { MAX_BANDS = 40, CURVE_POINTS = 201 };

/* Charts show a little of the noise after the knee, and energies smoothed over a few ms or a cell
 * of the band. */
static const double shown_after_knee = 1.25;
static const double smoothing_s = 0.005;

/* Noise is looked for in this last share of the response.  Gaussian noise exceeds 5.5 times its RMS
 * once in 26 million samples. */
static const double noise_share = 0.1, noise_crest = 5.5;
/* Noise that is so much stronger (1 dB) than it is there is noise all the same. */
static const double noise_margin = 1.26;

static const struct sabin_parameter_info infos[SABIN_PARAMETER_COUNT] = {
	[SABIN_INR] = {"inr", "INR", "dB"},
	[SABIN_EDT] = {"edt", "EDT", "s"},
	[SABIN_T20] = {"t20", "T20", "s"},
	[SABIN_T30] = {"t30", "T30", "s"},
	[SABIN_TOPT] = {"topt", "Topt", "s"},
	[SABIN_CURVATURE] = {"curvature", "C", "%"},
	[SABIN_XI_T20] = {"xi_t20", "xi(T20)", "‰"},
	[SABIN_XI_T30] = {"xi_t30", "xi(T30)", "‰"},
	[SABIN_C50] = {"c50", "C50", "dB"},
	[SABIN_C80] = {"c80", "C80", "dB"},
	[SABIN_D50] = {"d50", "D50", "1"},
	[SABIN_TS] = {"ts", "Ts", "s"},
};

const struct sabin_parameter_info *sabin_parameter_info(enum sabin_parameter parameter)
{
	return (unsigned)parameter < SABIN_PARAMETER_COUNT ? &infos[parameter] : NULL;
}

/* Every value is not known for the same reason. */
static void set_all(struct sabin_band_result *result, struct sabin_quantity q)
{
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++)
		result->value[p] = q;
	result->t20_meets_iso = result->t30_meets_iso = false;
	result->noise_db = -HUGE_VAL;
	result->knee_s = result->topt_to_db = result->energy = result->energy_again = NAN;
	result->fit_t20 = result->fit_t30 = result->fit_topt =
		(struct sabin_decay_fit){NAN, NAN, NAN, NAN};
	result->slopes.found = false;
}

static double smoothed(const struct sabin_energy *energy, double t_s, double width_s)
{
	return (sabin_energy_after(energy, t_s - width_s / 2) -
	        sabin_energy_after(energy, t_s + width_s / 2)) / width_s;
}

static double largest_density(const struct sabin_energy *energy, double width_s)
{
	const double step_s = fmax(energy->step_s, width_s / 16);
	const double end_s = energy->start_s + (double)energy->count * energy->step_s;
	double most = 0;
	for (double t = energy->start_s; t < end_s; t += step_s) {
		const double density = smoothed(energy, t, width_s);
		if (density > most)
			most = density;
	}
	return most;
}

static double db(double ratio)
{
	if (!(ratio > 0))
		return NAN;
	return 10 * log10(ratio);
}

static enum sabin_err draw_curves(const struct sabin_decay *decay, struct sabin_band_result *result)
{
	const double shown_s = decay->noise_seen
	                               ? fmin(decay->end_s, shown_after_knee * decay->crossing_s)
	                               : decay->end_s;
	const double step_s = shown_s / (CURVE_POINTS - 1);
	const double width_s = fmax(fmax(smoothing_s, step_s), 1 / decay->bandwidth_hz);
	const double largest = largest_density(decay->energy, width_s);
	if (!(largest > 0))
		return SABIN_OK;
	if (decay->has_model && decay->noise_seen)
		result->noise_db = 10 * log10(decay->model.noise / largest);
	result->curve_db = malloc(CURVE_POINTS * sizeof *result->curve_db);
	result->energy_db = malloc(CURVE_POINTS * sizeof *result->energy_db);
	if (!result->curve_db || !result->energy_db)
		return SABIN_ENOMEM;
	result->curve_length = CURVE_POINTS;
	result->curve_step_s = step_s;
	const double start = sabin_decay_curve(decay, 0);
	for (size_t i = 0; i < CURVE_POINTS; i++) {
		const double t = (double)i * step_s;
		result->energy_db[i] = db(smoothed(decay->energy, t, width_s) / largest);
		result->curve_db[i] = NAN;
		if (t <= decay->crossing_s)
			result->curve_db[i] = db(sabin_decay_curve(decay, t) / start);
	}
	return SABIN_OK;
}

/* Mark what the sweep has not excited: the values are those of the flanks. */
static void check_excited(const struct sabin_analysis_options *options,
                          struct sabin_band_result *result)
{
	const struct sabin_band *band = &result->band;
	const bool low = band->low_hz < options->excited_from_hz;
	const bool high = options->excited_to_hz > 0 && band->high_hz > options->excited_to_hz;
	if (!low && !high)
		return;
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
		struct sabin_quantity *q = &result->value[p];
		*q = sabin_quantity_because(q->value, q->plus_minus, SABIN_BECAUSE_OUT_OF_BAND,
		                            low ? options->excited_from_hz : options->excited_to_hz,
		                            low ? band->low_hz : band->high_hz);
	}
}

bool sabin_not_played(const struct sabin_band *band, double from_hz, double to_hz,
                      struct sabin_quantity *reason)
{
	const bool low = band->centre_hz < from_hz;
	if (!low && !(to_hz > 0 && band->centre_hz > to_hz))
		return false;
	*reason = sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_SPEAKER, low ? from_hz : to_hz,
	                                 band->nominal_hz > 0 ? band->nominal_hz : band->centre_hz);
	return true;
}

/* What a loudspeaker does not play has the decay of its own faults and of what is next to it. */
static void check_played(const struct sabin_analysis_options *options, struct sabin_band_result *result)
{
	struct sabin_quantity why;
	if (!sabin_not_played(&result->band, options->played_from_hz, options->played_to_hz, &why))
		return;
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
		struct sabin_quantity *q = &result->value[p];
		*q = sabin_quantity_because(q->value, q->plus_minus, why.reason, why.have, why.need);
	}
	result->slopes.found = false;
}

/* bandwidth_hz: of noise that varies as much as this band's signal. */
static enum sabin_err analyse_band(struct sabin_bank *bank,
                                   const struct sabin_analysis_options *options,
                                   double bandwidth_hz, struct sabin_band_trace *trace,
                                   struct sabin_band_result *result)
{
	const struct sabin_band *band = &result->band;
	set_all(result, sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_OUT_OF_BAND,
	                                       bank->rate_hz / 2, band->high_hz));
	if (!(band->high_hz <= bank->rate_hz / 2) || !(band->low_hz < band->high_hz))
		return SABIN_OK;
	struct sabin_band_energy energy;
	enum sabin_err err = sabin_bank_filter(bank, band, &energy);
	if (!err) {
		struct sabin_decay decay;
		sabin_decay_init(&decay, &energy.all, bank->duration_s,
		                 bandwidth_hz, options->noise);
		*trace = (struct sabin_band_trace){decay.has_model, decay.total, decay.crossing_s};
		sabin_reverberation(&decay, result);
		sabin_clarity(&decay, &energy, result);
		result->knee_s = decay.crossing_s;
		result->energy = decay.total;
		result->energy_again = sabin_repeat_share(&decay);
		check_excited(options, result);
		check_played(options, result);
		err = draw_curves(&decay, result);
	}
	sabin_band_energy_release(&energy);
	return err;
}

/* From the lowest to the highest band that has a reverberation time; from all that are within the
 * sampled range where none has. */
static struct sabin_band broad_band(const struct sabin_analysis *analysis)
{
	struct sabin_band broad = {.low_hz = HUGE_VAL, .fraction = 1};
	for (int any = 0; any < 2 && broad.high_hz == 0; any++)
		for (size_t i = 0; i < analysis->band_count; i++) {
			const struct sabin_band_result *r = &analysis->bands[i];
			if (r->value[SABIN_T20].valid ||
			    (any && r->band.high_hz <= analysis->rate_hz / 2)) {
				broad.low_hz = fmin(broad.low_hz, r->band.low_hz);
				broad.high_hz = fmax(broad.high_hz, r->band.high_hz);
			}
		}
	broad.centre_hz = sqrt(broad.low_hz * broad.high_hz);
	return broad;
}

/* The cells of a broadband are not equally filled: sum(E)^2 / sum(E^2 / B) over its bands. */
static double filled_bandwidth(const struct sabin_band *broad, const struct sabin_band *bands,
                               const struct sabin_band_trace *traces, size_t count)
{
	double sum = 0, squares = 0;
	for (size_t i = 0; i < count; i++)
		if (bands[i].low_hz >= broad->low_hz && bands[i].high_hz <= broad->high_hz) {
			const double energy = traces[i].total;
			sum += energy;
			squares += energy * energy / (bands[i].high_hz - bands[i].low_hz);
		}
	const double whole_hz = broad->high_hz - broad->low_hz;
	return squares > 0 && sum > 0 ? fmin(sum * sum / squares, whole_hz) : whole_hz;
}

static bool options_ok(const struct sabin_analysis_options *o)
{
	return (o->fraction == 1 || o->fraction == 3) && o->from_hz > 0 && o->to_hz >= o->from_hz &&
	       o->noise >= SABIN_NOISE_FULL && o->noise <= SABIN_NOISE_NONE &&
	       o->excited_from_hz >= 0 && o->excited_to_hz >= 0 && o->played_from_hz >= 0 &&
	       o->played_to_hz >= 0 && o->stray >= 0 && isfinite(o->stray);
}

struct sabin_analyser {
	struct sabin_bank bank;
};

static enum sabin_err analyse(struct sabin_bank *bank, const double *h, size_t n,
                              const struct sabin_analysis_options *options,
                              struct sabin_analysis *out)
{
	struct sabin_band bands[MAX_BANDS];
	struct sabin_band_trace traces[MAX_BANDS] = {0}, whole;
	out->band_count =
		sabin_bands(options->fraction, options->from_hz, options->to_hz, bands, MAX_BANDS);
	if (out->band_count == 0)
		return SABIN_EINVAL;
	out->bands = calloc(out->band_count, sizeof *out->bands);
	if (!out->bands)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_bank_load(bank, h, n, out->arrival.onset, out->rate_hz,
	                                     bands[0].high_hz - bands[0].low_hz);
	for (size_t i = 0; i < out->band_count && !err; i++) {
		out->bands[i].band = bands[i];
		err = analyse_band(bank, options, bands[i].high_hz - bands[i].low_hz, &traces[i],
		                   &out->bands[i]);
	}
	if (!err) {
		sabin_leakage(out->bands, traces, out->band_count);
		out->broadband.band = broad_band(out);
		err = analyse_band(bank, options,
		                   filled_bandwidth(&out->broadband.band, bands, traces, out->band_count),
		                   &whole, &out->broadband);
		/* bands that decay at different rates are no double slope */
		out->broadband.slopes.found = false;
	}
	return err;
}

/* Mean square of the response's last part; NAN where that is not after the largest sample. */
static double noise_power(const double *h, size_t n, size_t largest)
{
	while (n > largest + 1 && h[n - 1] == 0)
		n--;
	const size_t from = n - (size_t)(noise_share * (double)n);
	double power = 0;
	if (from <= largest)
		return NAN;
	for (size_t i = from; i < n; i++)
		power += h[i] * h[i] / (double)(n - from);
	return power;
}

double sabin_stray_beyond_noise(const double *h, size_t n, size_t largest, double stray)
{
	const double noise = noise_power(h, n, largest);
	double energy = 0;
	for (size_t i = 0; i < n; i++)
		energy += h[i] * h[i];
	return fmax(0, stray - (isnan(noise) ? 0 : noise_margin * noise * (double)n / energy));
}

/* What repeats stray by, alike in all bands. */
static void add_stray(const double *h, size_t n, double stray, struct sabin_analysis *out)
{
	const double share = sabin_stray_beyond_noise(h, n, out->arrival.largest, stray);
	if (!(share > 0))
		return;
	for (size_t i = 0; i < out->band_count; i++)
		sabin_repeat_stray(share, &out->bands[i]);
	sabin_repeat_stray(share, &out->broadband);
}

/* The standard's onset supposes noise far below its -20 dB.  Where noise alone would reach them,
 * time zero is the first sample that noise does not reach. */
static size_t time_zero(const double *h, size_t n, const struct sabin_arrival *arrival)
{
	const double power = noise_power(h, n, arrival->largest);
	if (isnan(power))
		return arrival->onset;
	const double largest = fabs(h[arrival->largest]);
	const double threshold = fmin(noise_crest * sqrt(power), largest);
	size_t zero = arrival->onset;
	while (zero < arrival->largest && fabs(h[zero]) < threshold)
		zero++;
	return zero;
}

enum sabin_err sabin_analyser_new(struct sabin_analyser **out)
{
	struct sabin_analyser *analyser = calloc(1, sizeof *analyser);
	if (!analyser)
		return SABIN_ENOMEM;
	*out = analyser;
	return SABIN_OK;
}

void sabin_analyser_free(struct sabin_analyser *analyser)
{
	if (!analyser)
		return;
	sabin_bank_release(&analyser->bank);
	free(analyser);
}

enum sabin_err sabin_analyser_compute(struct sabin_analyser *analyser, const double *h, size_t n,
                                      double rate_hz,
                                      const struct sabin_analysis_options *options,
                                      struct sabin_analysis *out)
{
	*out = (struct sabin_analysis){.rate_hz = rate_hz};
	if (!options_ok(options))
		return SABIN_EINVAL;
	enum sabin_err err = sabin_arrival_find(h, n, rate_hz, &out->arrival);
	if (!err) {
		out->arrival.onset = time_zero(h, n, &out->arrival);
		err = analyse(&analyser->bank, h, n, options, out);
	}
	if (!err && options->stray > 0)
		add_stray(h, n, options->stray, out);
	if (err)
		sabin_analysis_free(out);
	return err;
}

enum sabin_err sabin_analysis_compute(const double *h, size_t n, double rate_hz,
                                      const struct sabin_analysis_options *options,
                                      struct sabin_analysis *out)
{
	struct sabin_analyser analyser = {0};
	const enum sabin_err err =
		sabin_analyser_compute(&analyser, h, n, rate_hz, options, out);
	sabin_bank_release(&analyser.bank);
	return err;
}

static void free_curves(struct sabin_band_result *result)
{
	free(result->curve_db);
	free(result->energy_db);
}

void sabin_analysis_free(struct sabin_analysis *analysis)
{
	for (size_t i = 0; i < analysis->band_count && analysis->bands; i++)
		free_curves(&analysis->bands[i]);
	free_curves(&analysis->broadband);
	free(analysis->bands);
	*analysis = (struct sabin_analysis){0};
}
