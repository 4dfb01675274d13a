/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recipe.c: text chunks of anybody's WAV files, taken for a sweep's recipe.
 */
#include <stdint.h>

#include "io/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sabin_recipe recipe;
	struct sabin_diag diag = {0};
	char *text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (sabin_recipe_parse("fuzz", text, &recipe, &diag) != SABIN_OK && diag.message[0] == '\0')
		__builtin_trap();
	free(text);
	return 0;
}
