/* Curves drawn with characters. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
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
