/* Sparklines of blocks, and charts of braille dots. */
#define _GNU_SOURCE
#include "host/chart.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { ROWS = 7, MOST_COLUMNS = 72, DOTS_HIGH = 4, DOTS_WIDE = 2, LABEL = 10, LEAST_COLUMNS = 20 };

static void range_of(const float *values, int count, double *least, double *largest)
{
	for (int i = 0; i < count; i++) {
		*least = fmin(*least, (double)values[i]);
		*largest = fmax(*largest, (double)values[i]);
	}
}

void mlp_sparkline(char *text, const float *values, int count, int width)
{
	int first = count > width ? count - width : 0;
	double least = INFINITY, largest = -INFINITY;
	range_of(values + first, count - first, &least, &largest);
	for (int i = first; i < count; i++) {
		double part = largest > least ? ((double)values[i] - least) / (largest - least) : 0;
		int level = (int)(part * 7.999);
		memcpy(text, "\xe2\x96\x81", 3);   /* U+2581, the lowest of eight */
		text[2] = (char)(text[2] + level);
		text += 3;
	}
	*text = '\0';
}

struct canvas {
	uint8_t dots[ROWS][MOST_COLUMNS];    /* bits of a braille character */
	uint8_t second[ROWS][MOST_COLUMNS];  /* whether the second curve is in it */
	int columns;
	double least, largest;
	bool logarithmic;
};

static double scaled(const struct canvas *canvas, double value)
{
	double part = canvas->logarithmic ? log(value / canvas->least) / log(canvas->largest / canvas->least)
	                                  : (value - canvas->least) / (canvas->largest - canvas->least);
	return fmin(fmax(part, 0), 1);
}

/* Sets a dot; x from the left, y from the bottom. Braille numbers its dots 1-3 down the left side, 4-6
 * down the right one, 7 and 8 below. */
static void set_dot(struct canvas *canvas, int x, int y, bool second)
{
	static const uint8_t BIT[DOTS_HIGH][DOTS_WIDE] = {
		{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	int down = ROWS * DOTS_HIGH - 1 - y;
	canvas->dots[down / DOTS_HIGH][x / DOTS_WIDE] |= BIT[down % DOTS_HIGH][x % DOTS_WIDE];
	canvas->second[down / DOTS_HIGH][x / DOTS_WIDE] |= second;
}

static void draw(struct canvas *canvas, const float *values, int count, bool second)
{
	int wide = canvas->columns * DOTS_WIDE, before = -1;
	for (int x = 0; x < wide; x++) {
		double at = (double)x * (count - 1) / (wide - 1);
		int i = (int)at;
		double next = (double)values[i + 1 < count ? i + 1 : i];
		double value = (double)values[i] + (at - i) * (next - (double)values[i]);
		int y = (int)lrint(scaled(canvas, value) * (ROWS * DOTS_HIGH - 1));
		int from = before < 0 || before == y ? y : before < y ? before + 1 : y;
		int to = before > y ? before - 1 : y;
		for (int k = from; k <= (to > y ? to : y); k++)
			set_dot(canvas, x, k, second);
		before = y;
	}
}

static void put_row(FILE *file, const struct canvas *canvas, int row, bool color)
{
	bool green = false;
	for (int column = 0; column < canvas->columns; column++) {
		bool second = canvas->second[row][column];
		if (color && second != green)
			fputs(second ? "\033[32m" : "\033[36m", file);
		green = second;
		unsigned dots = canvas->dots[row][column];
		if (dots == 0)
			fputc(' ', file);
		else
			fprintf(file, "\xe2%c%c", (int)(0xa0 + (dots >> 6)), (int)(0x80 + (dots & 0x3f)));
	}
}

static void put_frame(FILE *file, const struct canvas *canvas, int count, bool color, const char *second_name)
{
	const char *dim = color ? "\033[2m" : "", *first = color ? "\033[36m" : "",
	           *reset = color ? "\033[0m" : "";
	for (int row = 0; row < ROWS; row++) {
		double value = row == 0 ? canvas->largest : canvas->least;
		if (row == 0 || row == ROWS - 1)
			fprintf(file, "%s%*.4g ┤%s%s", dim, LABEL, value, reset, first);
		else
			fprintf(file, "%s%*s │%s%s", dim, LABEL, "", reset, first);
		put_row(file, canvas, row, color);
		fprintf(file, "%s\n", reset);
	}
	fprintf(file, "%s%*s └", dim, LABEL, "");
	for (int i = 0; i < canvas->columns; i++)
		fputs("─", file);
	fprintf(file, "\n%*s  1%*d%s\n", LABEL, "", canvas->columns - 1, count, reset);
	fprintf(file, "%*s  %sloss%s", LABEL, "", first, reset);
	if (second_name)
		fprintf(file, ", %s%s loss%s", color ? "\033[32m" : "", second_name, reset);
	fprintf(file, "%s\n", canvas->logarithmic ? ", on a logarithmic axis" : "");
}

void mlp_chart(FILE *file, const float *first, const float *second, int count, int width, bool color,
               const char *second_name)
{
	struct canvas canvas = {.columns = width - LABEL - 3, .least = INFINITY, .largest = -INFINITY};
	if (canvas.columns > MOST_COLUMNS)
		canvas.columns = MOST_COLUMNS;
	range_of(first, count, &canvas.least, &canvas.largest);
	if (second)
		range_of(second, count, &canvas.least, &canvas.largest);
	if (count < 3 || canvas.columns < LEAST_COLUMNS || !(canvas.largest > canvas.least) ||
	    !isfinite(canvas.largest) || !isfinite(canvas.least))
		return;
	canvas.logarithmic = canvas.least > 0 && canvas.largest / canvas.least > 20;
	if (second)
		draw(&canvas, second, count, true);
	draw(&canvas, first, count, false);
	put_frame(file, &canvas, count, color, second ? second_name : NULL);
}
