/* Curves drawn with characters. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/chart.h"

Test(chart, sparkline)
{
	static const float VALUES[] = {99, 8, 7, 6, 5, 4, 3, 2, 1};
	char text[32];
	mlp_sparkline(text, VALUES, 9, 8);
	cr_expect_str_eq(text, "█▇▆▅▄▃▂▁");
	mlp_sparkline(text, VALUES, 1, 8);
	cr_expect_str_eq(text, "▁");
}

Test(chart, curve)
{
	static const float FALLING[] = {3, 2, 1};
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	mlp_chart(file, FALLING, NULL, 3, 33, false, NULL);
	fclose(file);
	int lines = 0;
	for (char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	cr_expect_eq(lines, 10, "%s", text);
	cr_expect(strncmp(text, "         3 ┤⠑", strlen("         3 ┤⠑")) == 0, "%s", text);
	cr_expect(strstr(text, "\n         1 ┤                 ⠉"), "%s", text);
	free(text);
	file = open_memstream(&text, &length);
	mlp_chart(file, FALLING, NULL, 2, 80, false, NULL);
	fclose(file);
	cr_expect_eq(length, 0);
	free(text);
}

static char *chart_of(const float *first, const float *second, int count, int width, bool color)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	mlp_chart(file, first, second, count, width, color, "validation");
	fclose(file);
	return text;
}

Test(chart, nothing_to_draw)
{
	static const float FLAT[] = {2, 2, 2}, BROKEN[] = {3, 2, INFINITY}, LOST[] = {3, NAN, 1}, WELL[] = {3, 2, 1};
	static const struct {
		const float *values;
		int width;
		bool drawn;
	} rows[] = {{FLAT, 80, false}, {BROKEN, 80, false}, {WELL, 10, false}, {WELL, 80, true}, {WELL, 1000, true},
	            {LOST, 80, true}};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		char *text = chart_of(rows[k].values, NULL, 3, rows[k].width, false);
		cr_expect_eq(*text != '\0', rows[k].drawn, "%zu:\n%s", k, text);
		free(text);
	}
}

/* Places with dots in the row of the chart that begins there. */
static int dots_of(const char *row)
{
	int count = 0;
	for (; *row != '\n'; row++)
		count += (unsigned char)row[0] == 0xe2 && (unsigned char)row[1] >= 0xa0 && (unsigned char)row[1] <= 0xa3;
	return count;
}

/* A loss that falls by the same factor each epoch falls in a straight line: as many dots in each row. */
Test(chart, logarithmic)
{
	float falling[64], even[64];
	for (int k = 0; k < 64; k++) {
		falling[k] = powf(2, (float)-k);
		even[k] = (float)(124 - k);
	}
	const float *const curves[] = {falling, even};
	for (int k = 0; k < 2; k++) {
		char *text = chart_of(curves[k], NULL, 64, 80, false);
		cr_expect_eq(strstr(text, "loss, on a logarithmic axis\n") != NULL, k == 0, "%s", text);
		const char *row = text;
		for (int line = 0; line < 7; line++, row += strcspn(row, "\n") + 1)
			cr_expect(dots_of(row) >= 8 && dots_of(row) <= 13, "%d: %d\n%s", line, dots_of(row), text);
		free(text);
	}
}

Test(chart, two_curves_in_colours)
{
	static const float FIRST[] = {4, 3, 2, 1}, SECOND[] = {4, 4, 3, 3};
	char *text = chart_of(FIRST, SECOND, 4, 60, true);
	cr_expect(strstr(text, "\033[36m"), "%s", text);
	cr_expect(strstr(text, "loss\033[0m, \033[32mvalidation loss\033[0m\n"), "%s", text);
	free(text);
	text = chart_of(FIRST, SECOND, 4, 60, false);
	cr_expect_not(strchr(text, '\033'), "%s", text);
	cr_expect(strstr(text, "loss, validation loss\n"), "%s", text);
	free(text);
}
