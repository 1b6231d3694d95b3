/* What the sections of a report are drawn with. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host/report.h"

/* -- Text ------------------------------------------------------------------------------------------------ */

/* Bytes of the UTF-8 character at `text`, or 0. */
static int character_at(const unsigned char *text)
{
	int length = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3
	             : text[0] < 0xf5 ? 4 : 0;
	for (int i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	bool wrong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	             (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f);
	return text[0] < ' ' || text[0] == 0x7f || wrong ? 0 : length;
}

void mlp_put_html(FILE *out, const char *text)
{
	static const struct {
		char byte;
		const char *entity;
	} ENTITIES[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}};
	for (int length; *text; text += length) {
		length = character_at((const unsigned char *)text);
		const char *entity = length == 0 ? "?" : NULL;
		for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
			entity = *text == ENTITIES[i].byte ? ENTITIES[i].entity : entity;
		length = length == 0 ? 1 : length;
		if (entity)
			fputs(entity, out);
		else
			fwrite(text, 1, (size_t)length, out);
	}
}

void mlp_begin_section(FILE *out, const char *title, bool wide, const char *text)
{
	fprintf(out, "<section%s>\n<h2>%s</h2>\n", wide ? " class=\"wide\"" : "", title);
	if (text)
		fprintf(out, "<p>%s</p>\n", text);
}

void mlp_end_section(FILE *out)
{
	fputs("</section>\n", out);
}

/* -- Colours ----------------------------------------------------------------------------------------------
 */

uint32_t mlp_class_color(int32_t class)
{
	static const uint32_t COLORS[] = {0x3b7dd8, 0xe8833a, 0x3aa76d, 0xd64f6c, 0x8a63d2,
	                                  0xa9803c, 0xdb6fc0, 0x7f8a99, 0xb5b52e, 0x2fb3c4};
	return COLORS[(uint32_t)class % (sizeof COLORS / sizeof *COLORS)];
}

uint32_t mlp_signed_color(double value, double most)
{
	double part = most > 0 ? fabs(value) / most : 0;
	uint32_t alpha = (uint32_t)(255 * (part < 1 ? part : 1) + 0.5);
	return alpha << 24 | (value < 0 ? 0xd64f4fu : 0x2f74d0u);
}

/* -- Pictures ---------------------------------------------------------------------------------------------
 */

static void put_big_endian(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* A chunk of a PNG file (ISO/IEC 15948). Returns the byte after it. */
static unsigned char *put_chunk(unsigned char *at, const char *type, const unsigned char *data, size_t length)
{
	put_big_endian(at, (uint32_t)length);
	memcpy(at + 4, type, 4);
	if (length > 0)
		memcpy(at + 8, data, length);
	put_big_endian(at + 8 + length, (uint32_t)crc32(0, at + 4, (uInt)(length + 4)));
	return at + 12 + length;
}

/* Lines of a filter byte (0: none) and 4 bytes a pixel: red, green, blue, alpha. */
static void put_lines(unsigned char *at, const uint32_t *pixels, int width, int height)
{
	for (int y = 0; y < height; y++) {
		*at++ = 0;
		for (int x = 0; x < width; x++, pixels++) {
			*at++ = (unsigned char)(*pixels >> 16);
			*at++ = (unsigned char)(*pixels >> 8);
			*at++ = (unsigned char)*pixels;
			*at++ = (unsigned char)(*pixels >> 24);
		}
	}
}

static unsigned char *make_png(const uint32_t *pixels, int width, int height, size_t *length)
{
	static const unsigned char SIGNATURE[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	unsigned char head[13] = {[8] = 8, [9] = 6};   /* 8 bits, red green blue alpha */
	size_t raw_size = (size_t)height * (4 * (size_t)width + 1);
	uLongf packed_size = compressBound((uLong)raw_size);
	unsigned char *raw = malloc(raw_size), *packed = malloc(packed_size), *png = malloc(packed_size + 64);
	bool well = raw && packed && png;
	if (well)
		put_lines(raw, pixels, width, height);
	well = well && compress2(packed, &packed_size, raw, (uLong)raw_size, Z_BEST_COMPRESSION) == Z_OK;
	if (well) {
		memcpy(png, SIGNATURE, sizeof SIGNATURE);
		put_big_endian(head, (uint32_t)width);
		put_big_endian(head + 4, (uint32_t)height);
		unsigned char *at = put_chunk(png + sizeof SIGNATURE, "IHDR", head, sizeof head);
		at = put_chunk(at, "IDAT", packed, packed_size);
		*length = (size_t)(put_chunk(at, "IEND", NULL, 0) - png);
	} else {
		free(png);
	}
	free(raw);
	free(packed);
	return well ? png : NULL;
}

static void put_base64(FILE *out, const unsigned char *bytes, size_t length)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < length; i += 3) {
		unsigned rest = length - i < 3 ? (unsigned)(length - i) : 3, three = (unsigned)bytes[i] << 16;
		three |= rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
		three |= rest > 2 ? (unsigned)bytes[i + 2] : 0;
		for (unsigned k = 0; k < 4; k++)
			fputc(k <= rest ? DIGITS[three >> (18 - 6 * k) & 63] : '=', out);
	}
}

bool mlp_put_picture(FILE *out, const uint32_t *pixels, int width, int height, struct mlp_box box)
{
	size_t length;
	unsigned char *png = make_png(pixels, width, height, &length);
	if (!png)
		return false;
	fprintf(out,
	        "<image x=\"%.4g\" y=\"%.4g\" width=\"%.4g\" height=\"%.4g\" preserveAspectRatio=\"none\" "
	        "href=\"data:image/png;base64,",
	        box.x, box.y, box.width, box.height);
	put_base64(out, png, length);
	fputs("\"/>\n", out);
	free(png);
	return true;
}

/* -- Plots ------------------------------------------------------------------------------------------------
 */

enum { WIDTH = 480, HEIGHT = 280, LEFT = 58, RIGHT = 12, TOP = 12, BOTTOM = 42 };

double mlp_plot_x(const struct mlp_plot *plot, double x)
{
	return LEFT + (x - plot->x[0]) / (plot->x[1] - plot->x[0]) * (WIDTH - LEFT - RIGHT);
}

double mlp_plot_y(const struct mlp_plot *plot, double y)
{
	double low = plot->logarithmic ? log10(plot->y[0]) : plot->y[0];
	double high = plot->logarithmic ? log10(plot->y[1]) : plot->y[1];
	double value = plot->logarithmic ? log10(y) : y;
	return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten, that about `count` of fill the range. */
static double step_of(double range, int count)
{
	double power = pow(10, floor(log10(range / count))), part = range / count / power;
	return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

/* The multiples of the step in the range: how many, and which is the first; 0 for a range that is not finite.
 */
static int ticks_of(const double range[2], double step, double *first)
{
	enum { MOST_TICKS = 20 };
	*first = ceil(range[0] / step - 1e-9);
	double more = floor(range[1] / step + 1e-9) - *first;
	return more >= 0 && more < MOST_TICKS ? (int)more + 1 : 0;
}

static void put_y_tick(FILE *out, const struct mlp_plot *plot, double value)
{
	double y = mlp_plot_y(plot, value);
	fprintf(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
	        "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%.4g</text>\n",
	        LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, value == 0 ? 0 : value);
}

static void put_y_ticks(FILE *out, const struct mlp_plot *plot)
{
	if (!plot->logarithmic) {
		double first, step = step_of(plot->y[1] - plot->y[0], 5);
		int count = ticks_of(plot->y, step, &first);
		for (int i = 0; i < count; i++)
			put_y_tick(out, plot, (first + i) * step);
		return;
	}
	static const double PARTS[] = {1, 2, 5};
	bool decades = log10(plot->y[1] / plot->y[0]) > 2.5;
	int from = (int)floor(log10(plot->y[0])), to = (int)ceil(log10(plot->y[1]));
	int stride = (to - from) / 8 + 1;
	for (int power = from; power <= to; power += stride)
		for (int i = 0; i < (decades ? 1 : 3); i++) {
			double value = PARTS[i] * pow(10, power);
			if (value >= plot->y[0] * (1 - 1e-9) && value <= plot->y[1] * (1 + 1e-9))
				put_y_tick(out, plot, value);
		}
}

void mlp_begin_plot(FILE *out, struct mlp_plot *plot)
{
	for (int i = 0; i < 2; i++) {
		double *range = i == 0 ? plot->x : plot->y;
		if (!(range[1] > range[0])) {
			double half = range[0] != 0 ? fabs(range[0]) / 2 : 0.5;
			range[1] = range[0] + half;
			range[0] -= plot->logarithmic && i == 1 ? 0 : half;
		}
	}
	fprintf(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, HEIGHT,
	        plot->label);
	put_y_ticks(out, plot);
	double first, step = step_of(plot->x[1] - plot->x[0], 6);
	step = plot->whole && step < 1 ? 1 : step;
	int count = ticks_of(plot->x, step, &first);
	for (int i = 0; i < count; i++) {
		double x = (first + i) * step;
		fprintf(out, "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%.4g</text>\n",
		        mlp_plot_x(plot, x), HEIGHT - BOTTOM + 16, x == 0 ? 0 : x);
	}
	fprintf(out,
	        "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n"
	        "<text class=\"name\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>\n",
	        LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8,
	        plot->x_name);
	fprintf(out,
	        "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(13,%d) "
	        "rotate(-90)\">%s</text>\n",
	        (TOP + HEIGHT - BOTTOM) / 2, plot->y_name);
}

void mlp_end_plot(FILE *out)
{
	fputs("</svg></figure>\n", out);
}
