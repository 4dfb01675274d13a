/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * number.c: numbers as text.
 */
#include <locale.h>
#include <math.h>

#include "io/number.h"

static const char *skip_digits(const char *c, int *count)
{
	for (; *c >= '0' && *c <= '9'; c++)
		++*count;
	return c;
}

static bool is_decimal(const char *c)
{
	int digits = 0, exponent = 0;
	if (*c == '+' || *c == '-')
		c++;
	c = skip_digits(c, &digits);
	if (*c == '.')
		c = skip_digits(c + 1, &digits);
	if (digits == 0)
		return false;
	if (*c == 'e' || *c == 'E') {
		c++;
		if (*c == '+' || *c == '-')
			c++;
		c = skip_digits(c, &exponent);
		if (exponent == 0)
			return false;
	}
	return *c == '\0';
}

/* The locale is changed for this thread only. */
static locale_t enter_c_locale(locale_t *c)
{
	*c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return *c ? uselocale(*c) : (locale_t)0;
}

static void leave_c_locale(locale_t before, locale_t c)
{
	if (!c)
		return;
	uselocale(before);
	freelocale(c);
}

bool sabin_number_parse(const char *text, double *out)
{
	if (!is_decimal(text))
		return false;
	locale_t c, before = enter_c_locale(&c);
	double value = strtod(text, NULL);
	leave_c_locale(before, c);
	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}

char *sabin_number_format(double value, char text[SABIN_NUMBER_SIZE])
{
	if (!isfinite(value)) {
		memcpy(text, "null", 5);
		return text;
	}
	locale_t c, before = enter_c_locale(&c);
	/* 15 digits always survive text -> double -> text, 17 always double -> text -> double */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, SABIN_NUMBER_SIZE, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	leave_c_locale(before, c);
	return text;
}

double sabin_number_tidy(double value, int decimals)
{
	return fabs(value) <= 0.5 * pow(10, -decimals) ? 0 : value;
}

/* From `kilo_hz` on in kHz; "%g" never comes to an exponent then, nor to "1000 Hz". */
static struct sabin_text text_hz(double f_hz, int digits, double kilo_hz)
{
	struct sabin_text text = {"\xe2\x80\x93"}; /* en dash */
	if (!isfinite(f_hz))
		return text;
	locale_t c, before = enter_c_locale(&c);
	if (fabs(f_hz) < kilo_hz)
		snprintf(text.s, sizeof text.s, "%.*g Hz", digits, f_hz);
	else
		snprintf(text.s, sizeof text.s, "%.*g kHz", digits, f_hz / 1000);
	leave_c_locale(before, c);
	return text;
}

struct sabin_text sabin_text_hz(double f_hz)
{
	return text_hz(f_hz, 3, 999.5);
}

struct sabin_text sabin_text_exact_hz(double f_hz)
{
	return text_hz(f_hz, 9, 1000);
}
