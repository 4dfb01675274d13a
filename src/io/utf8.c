/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8.c: is it text?  The Unicode Standard 15.0, section 3.9, table 3-7.
 */
#include "io/utf8.h"

size_t sabin_utf8_decode(const char *text, size_t n, uint32_t *code)
{
	const unsigned char *b = (const unsigned char *)text;
	if (n == 0)
		return 0;
	if (b[0] < 0x80) {
		*code = b[0];
		return 1;
	}
	/* the least code point that needs this many bytes: anything less is an overlong form */
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
	if (b[0] < 0xc0 || b[0] > 0xf4 || n < length)
		return 0;
	uint32_t c = b[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		c = (c << 6) | (b[i] & 0x3f);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return length;
}

void sabin_utf8_trim(char *text)
{
	size_t n = strlen(text), back = 0;
	while (back < n && back < 4 && ((unsigned char)text[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == n)
		return;
	unsigned char lead = (unsigned char)text[n - 1 - back];
	size_t need = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
	if (need > back)
		text[n - 1 - back] = '\0';
}

void sabin_utf8_disarm(char *text, char instead)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = (unsigned char)instead;
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = (unsigned char)instead;
	}
}

char *sabin_utf8_clean(const char *text)
{
	size_t n = strlen(text), size;
	if (__builtin_mul_overflow(n, 3, &size) || __builtin_add_overflow(size, 1, &size))
		return NULL;
	char *copy = malloc(size), *to = copy; /* U+FFFD takes three bytes */
	if (!copy)
		return NULL;
	for (size_t i = 0; i < n;) {
		uint32_t code;
		size_t length = sabin_utf8_decode(text + i, n - i, &code);
		memcpy(to, length ? text + i : "\xef\xbf\xbd", length ? length : 3);
		to += length ? length : 3;
		i += length ? length : 1;
	}
	*to = '\0';
	return copy;
}
