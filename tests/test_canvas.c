/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_canvas.c: what is drawn with characters.
 */
#include <math.h>
#include <string.h>

#include "screen/canvas.h"
#include "util/near.h"

static struct sabin_canvas canvas_of(int rows, int columns, bool ascii)
{
	struct sabin_canvas canvas;
	assert_int_equal(sabin_canvas_init(&canvas, rows, columns, ascii), SABIN_OK);
	return canvas;
}

static unsigned glyph(const struct sabin_canvas *canvas, int row, int column)
{
	return canvas->cell[row * canvas->columns + column].glyph;
}

static void text_is_cut_and_decoded(void **state)
{
	(void)state;
	struct sabin_canvas canvas = canvas_of(2, 8, false);
	assert_int_equal(sabin_canvas_text(&canvas, 0, 5, SABIN_STYLE_PLAIN, "±%d–x", 7), 9);
	assert_int_equal(glyph(&canvas, 0, 5), 0xb1);
	assert_int_equal(glyph(&canvas, 0, 6), '7');
	assert_int_equal(glyph(&canvas, 0, 7), 0x2013);
	/* outside: nothing happens */
	sabin_canvas_text(&canvas, -1, 0, SABIN_STYLE_PLAIN, "above");
	sabin_canvas_text(&canvas, 2, 0, SABIN_STYLE_PLAIN, "below");
	sabin_canvas_text(&canvas, 1, -3, SABIN_STYLE_PLAIN, "left");
	assert_int_equal(glyph(&canvas, 1, 0), 't');
	/* what is no UTF-8, what is no character, what ends too early */
	sabin_canvas_text(&canvas, 1, 0, SABIN_STYLE_PLAIN, "\xff\x1b\xe2\x94");
	assert_int_equal(glyph(&canvas, 1, 0), '?');
	assert_int_equal(glyph(&canvas, 1, 1), '?');
	assert_int_equal(glyph(&canvas, 1, 2), '?');
	/* an overlong form, and control characters that a terminal would obey */
	sabin_canvas_text(&canvas, 1, 0, SABIN_STYLE_PLAIN, "\xc0\xaf\xc2\x9b\x7f!");
	for (int c = 0; c < 4; c++)
		assert_int_equal(glyph(&canvas, 1, c), '?');
	assert_int_equal(glyph(&canvas, 1, 4), '!');
	/* whole or not at all; blanks at its end need no room, and what should follow finds none */
	sabin_canvas_clear(&canvas);
	assert_int_equal(sabin_canvas_whole(&canvas, 1, 4, SABIN_STYLE_PLAIN, "±%d–x  ", 7), 10);
	assert_int_equal(glyph(&canvas, 1, 7), 'x');
	assert_int_equal(sabin_canvas_whole(&canvas, 0, 5, SABIN_STYLE_PLAIN, "±%d–x", 7), 8);
	assert_int_equal(glyph(&canvas, 0, 5), 0);
	sabin_canvas_release(&canvas);
	canvas = canvas_of(1, 8, true);
	sabin_canvas_text(&canvas, 0, 0, SABIN_STYLE_PLAIN, "±–─é");
	for (int c = 0; c < 4; c++)
		assert_true(glyph(&canvas, 0, c) < 0x7f);
	sabin_canvas_release(&canvas);
	assert_int_equal(sabin_canvas_init(&canvas, 0, 8, false), SABIN_EINVAL);
}

static void bars_have_their_height_and_colour(void **state)
{
	(void)state;
	const struct sabin_area area = {0, 0, 8, 4};
	struct sabin_canvas canvas = canvas_of(8, 4, false);
	struct sabin_bar bar = {0.5 + 1.0 / 32, 0.25, 0.5};
	sabin_canvas_bar(&canvas, &area, 1, 2, &bar);
	/* four rows, and a quarter of one */
	assert_int_equal(glyph(&canvas, 3, 1), 0x2582);
	assert_int_equal(glyph(&canvas, 4, 2), 0x2588);
	assert_int_equal(glyph(&canvas, 7, 1), 0x2588);
	assert_int_equal(glyph(&canvas, 2, 1), 0);
	assert_int_equal(glyph(&canvas, 7, 0), 0);
	assert_int_equal(glyph(&canvas, 7, 3), 0);
	assert_int_equal(canvas.cell[7 * 4 + 1].style, SABIN_STYLE_GOOD);
	assert_int_equal(canvas.cell[4 * 4 + 1].style, SABIN_STYLE_WARN);
	assert_int_equal(canvas.cell[3 * 4 + 1].style, SABIN_STYLE_BAD);
	/* a mark over it, none inside it, none beyond */
	sabin_canvas_mark(&canvas, &area, 1, 2, 0.9, SABIN_STYLE_HOLD);
	assert_int_equal(glyph(&canvas, 0, 1), 0x2500);
	sabin_canvas_mark(&canvas, &area, 1, 2, 0.1, SABIN_STYLE_HOLD);
	assert_int_equal(glyph(&canvas, 7, 1), 0x2588);
	sabin_canvas_clear(&canvas);
	static const double odd[] = {-1, 0, NAN, -INFINITY};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		bar.share = odd[i];
		sabin_canvas_bar(&canvas, &area, 0, 4, &bar);
		sabin_canvas_mark(&canvas, &area, 0, 4, odd[i], SABIN_STYLE_HOLD);
	}
	for (int i = 0; i < 32; i++)
		assert_int_equal(canvas.cell[i].glyph, 0);
	bar.share = INFINITY;
	sabin_canvas_bar(&canvas, &area, 0, 4, &bar);
	assert_int_equal(glyph(&canvas, 0, 0), 0x2588);
	sabin_canvas_release(&canvas);
}

static void curves_are_dots(void **state)
{
	(void)state;
	const struct sabin_area area = {1, 1, 2, 3};
	static const unsigned char style[] = {0, SABIN_STYLE_GOOD, SABIN_STYLE_BAD};
	struct sabin_canvas canvas = canvas_of(4, 5, false);
	/* along the foot of the area: the two lowest dots of each cell of its last row */
	sabin_canvas_curve(&canvas, &area, (const double[]){0, 1}, (const double[]){0, 0}, style, 2);
	for (int c = 1; c <= 3; c++)
		assert_int_equal(glyph(&canvas, 2, c), 0x28c0);
	assert_int_equal(glyph(&canvas, 1, 1), 0);
	assert_int_equal(canvas.cell[2 * 5 + 1].style, SABIN_STYLE_GOOD);
	/* what is far outside is cut; NaN breaks it */
	sabin_canvas_clear(&canvas);
	sabin_canvas_curve(&canvas, &area, (const double[]){0, 0.5, 1}, (const double[]){1e30, NAN, -1e30}, style, 3);
	sabin_canvas_curve(&canvas, &area, (const double[]){0, 1}, (const double[]){5, 7}, style, 2);
	for (int i = 0; i < 20; i++)
		assert_int_equal(canvas.cell[i].glyph, 0);
	/* from corner to corner it crosses every row and stays inside */
	sabin_canvas_curve(&canvas, &area, (const double[]){0, 1}, (const double[]){-1, 2}, style, 2);
	assert_true(glyph(&canvas, 1, 2) >= 0x2800);
	assert_true(glyph(&canvas, 2, 2) >= 0x2800);
	for (int c = 0; c < 5; c++) {
		assert_int_equal(glyph(&canvas, 0, c), 0);
		assert_int_equal(glyph(&canvas, 3, c), 0);
	}
	sabin_canvas_release(&canvas);
	canvas = canvas_of(4, 5, true);
	sabin_canvas_curve(&canvas, &area, (const double[]){0, 1}, (const double[]){0, 1}, style, 2);
	for (int i = 0; i < 20; i++)
		assert_true(canvas.cell[i].glyph == 0 || canvas.cell[i].glyph == '*');
	sabin_canvas_release(&canvas);
}

static void big_digits(void **state)
{
	(void)state;
	/* a one and a point, drawn as one thinks */
	static const char *const want[] = {" #    ", "##    ", " #    ", " #    ", "### # "};
	struct sabin_canvas canvas = canvas_of(5, 6, true);
	assert_int_equal(sabin_canvas_big(&canvas, 0, 0, SABIN_STYLE_PLAIN, "1."), 6);
	for (int r = 0; r < 5; r++)
		for (int c = 0; c < 6; c++)
			assert_int_equal(glyph(&canvas, r, c) ? glyph(&canvas, r, c) : ' ', want[r][c]);
	sabin_canvas_release(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_and_decoded),
		cmocka_unit_test(bars_have_their_height_and_colour),
		cmocka_unit_test(curves_are_dots),
		cmocka_unit_test(big_digits),
	};
	return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
