/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_labels.c: names beside marks: whatever the marks, no name is on another, on a mark or off the page.
 */
#include <math.h>

#include "chart/labels.h"
#include "chart/words.h"
#include "util/near.h"
#include "util/seed.h"

enum { FONT_PX = 12 };

static bool meet(const struct sabin_box_px *a, const struct sabin_box_px *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static void names_lie_free(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("labels"));
	size_t put = 0;
	for (int draw = 0; draw < 200; draw++) {
		static struct sabin_labels labels;
		enum { MARKS = 30 };
		struct sabin_box_px mark[MARKS], name[MARKS];
		size_t names = 0;
		labels = (struct sabin_labels){.page = {0, 800, 0, 260}};
		for (int i = 0; i < MARKS; i++) {
			const double x = test_between(&random, 0, 800), y = test_between(&random, 0, 260);
			mark[i] = (struct sabin_box_px){x - 5, x + 5, y - 5, y + test_between(&random, 5, 40)};
			sabin_labels_take(&labels, mark[i]);
		}
		for (int i = 0; i < MARKS; i++) {
			char text[32];
			double at[2];
			snprintf(text, sizeof text, "%.1f Hz", test_between(&random, 20, 300));
			if (!sabin_labels_put(&labels, mark[i], text, FONT_PX, at))
				continue;
			const double half = sabin_text_width_px(text, FONT_PX) / 2;
			const struct sabin_box_px box = {at[0] - half, at[0] + half, at[1] - FONT_PX / 2.0,
			                                 at[1] + FONT_PX / 2.0};
			assert_true(box.left >= 0 && box.right <= 800 && box.top >= 0 && box.bottom <= 260);
			for (int k = 0; k < MARKS; k++)
				assert_false(meet(&box, &mark[k]));
			for (size_t k = 0; k < names; k++)
				assert_false(meet(&box, &name[k]));
			name[names++] = box;
			put++;
		}
	}
	assert_true(put > 200 * 10); /* they are put, where there is room */
}

/* Alone it stands in the middle above its mark; at the edge of the page it moves inwards. */
static void a_name_stands_above(void **state)
{
	(void)state;
	static struct sabin_labels labels;
	double at[2];
	labels = (struct sabin_labels){.page = {0, 800, 0, 260}};
	assert_true(sabin_labels_put(&labels, (struct sabin_box_px){395, 405, 100, 110}, "44.1 Hz", FONT_PX, at));
	assert_near(at[0], 400, 1e-9);
	assert_true(at[1] < 100 - FONT_PX / 2.0 && at[1] > 85);
	assert_true(sabin_labels_put(&labels, (struct sabin_box_px){795, 800, 100, 110}, "176 Hz", FONT_PX, at));
	assert_true(at[0] < 790);
	assert_true(sabin_labels_put(&labels, (struct sabin_box_px){195, 205, 2, 12}, "176 Hz", FONT_PX, at));
	assert_true(at[1] > 12); /* no room above */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lie_free),
		cmocka_unit_test(a_name_stands_above),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
