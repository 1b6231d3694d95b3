/* The page of a training: well-formed, without scripts and addresses, the same for the same run; its pictures
 * decoded and its numbers counted again. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <zlib.h>

#include "host/parameters.h"
#include "host/report.h"
#include "training_fixture.h"

TestSuite(report, .init = enter_directory, .fini = leave_directory);

enum { MOST = 1 << 20 };

static struct mlp_options options_of(int epochs)
{
	return (struct mlp_options){
	        .data = "data.csv", .report = "out.html", .epochs = epochs, .patience = -1};
}

/* The page of a training that goes well; free it. */
static char *page_of(const struct mlp_network *network, const struct mlp_options *options)
{
	struct result result = run(network, options);
	cr_assert_eq(result.status, MLP_WELL, "%s", result.err);
	cr_expect(strstr(result.out, "\nreport in out.html\n"), "%s", result.out);
	free_result(&result);
	FILE *file = fopen("out.html", "r");
	char *page = calloc(1, MOST);
	cr_assert(file && page && fread(page, 1, MOST - 1, file) > 0);
	fclose(file);
	return page;
}

/* -- Well-formed -------------------------------------------------------------------------------------------
 */

/* One attribute NAME="VALUE" at `at`; returns what follows, or NULL. */
static const char *attribute(const char *at)
{
	while (isalnum((unsigned char)*at) || *at == '-')
		at++;
	if (at[0] != '=' || at[1] != '"')
		return NULL;
	at += 2;
	at += strcspn(at, "\"<");
	return *at == '"' ? at + 1 : NULL;
}

static const char *entity(const char *at)
{
	static const char *const ENTITIES[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
	for (int i = 0; i < 4; i++)
		if (strncmp(at, ENTITIES[i], strlen(ENTITIES[i])) == 0)
			return at + strlen(ENTITIES[i]);
	return NULL;
}

/* Where the page stops being XML: tags that match, attributes in quotes, entities that exist; NULL: nowhere.
 */
static const char *find_fault(const char *page)
{
	char open[64][16];
	int depth = 0;
	const char *at = strchr(page, '\n');   /* after the doctype */
	while (at && *at) {
		const char *start = at;
		if (*at == '&' && !(at = entity(at)))
			return start;
		if (*start == '&' || *at++ != '<')
			continue;
		bool closes = *at == '/';
		at += closes;
		size_t length = strcspn(at, " />");
		if (length == 0 || length >= 16)
			return start;
		if (closes) {
			if (depth-- == 0 || strncmp(open[depth], at, length) != 0 || open[depth][length])
				return start;
		} else {
			snprintf(open[depth++], 16, "%.*s", (int)length, at);
		}
		for (at += length; *at == ' ';)
			if (!(at = attribute(at + 1)))
				return start;
		depth -= strncmp(at, "/>", 2) == 0;
		at += *at == '/';
		if (*at++ != '>' || depth < 0 || depth == 64)
			return start;
	}
	return depth == 0 ? NULL : page;
}

static void expect_sound(const char *page)
{
	const char *fault = find_fault(page);
	cr_expect_null(fault, "%.80s", fault);
	static const char *const FOREIGN[] = {"<script", "http",   "src=", "url(", "@import",
	                                      "<link",   "onload", "nan",  "inf\""};
	for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++) {
		const char *found = strstr(page, FOREIGN[i]);
		cr_expect_null(found, "%.80s", found);
	}
	cr_expect(strstr(page, "prefers-color-scheme:dark") && strstr(page, "name=\"viewport\""));
}

Test(report, the_check_finds_faults)
{
	cr_expect_null(find_fault("!\n<a b=\"c\"><d/>&lt;</a>"));
	static const char *const BAD[] = {"!\n<a>", "!\n<a></b>", "!\n<a b=c></a>", "!\n<a>&x</a>", "!\n</a>",
	                                  "!\n<a><b></a></b>", "!\n<a b=\"<\"></a>"};
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		cr_expect(find_fault(BAD[i]), "%s", BAD[i]);
}

/* -- Classes ------------------------------------------------------------------------------------------------
 */

static void write_rows(int rows, const char *const names[3])
{
	FILE *file = fopen("data.csv", "w");
	for (int row = 0; row < rows; row++)
		fprintf(file, "%d,%d,%d,%d,%s\n", row % 7, row % 5 + row % 3, row % 3, row % 2,
		        names[row % 3]);
	fclose(file);
}

static const char *const NAMES[] = {"a <b>", "c&d", "e"};

/* The numbers in the table of the class, each after `before`; returns how many. */
static int numbers_after(const char *from, const char *end, const char *before, long *numbers, int most)
{
	int count = 0;
	for (const char *at = from; (at = strstr(at, before)) && at < end && count < most;) {
		at = strchr(at, '>') + 1;
		numbers[count++] = strtol(at, NULL, 10);
	}
	return count;
}

Test(report, classes)
{
	struct mlp_options options = options_of(12);
	options.split = 0.3;
	write_rows(60, NAMES);
	char *page = page_of(&FLOWERS, &options);
	expect_sound(page);
	cr_expect(strstr(page, "a &lt;b&gt;") && strstr(page, "c&amp;d"), "names are escaped");
	const char *matrix = strstr(page, "<table class=\"matrix\">"), *end = strstr(matrix, "</table>");
	long filled[9];
	int count = numbers_after(matrix, end, "<td style", filled, 9);
	long sum = 0;
	for (int i = 0; i < count; i++)
		sum += filled[i];
	cr_expect_eq(sum, 18, "every row held out stands in the matrix");
	static const char *const HEADINGS[] = {"Figures",   "Network",      "Training",
	                                       "Confusion", "Hardest rows", "Run"};
	for (size_t i = 0; i < sizeof HEADINGS / sizeof *HEADINGS; i++) {
		char heading[64];
		snprintf(heading, sizeof heading, "<h2>%s</h2>", HEADINGS[i]);
		cr_expect(strstr(page, heading), "%s", heading);
	}
	cr_expect(strstr(page, ">flower</text>") && strstr(page, ">4 in</text>") &&
	          strstr(page, ">15 parameters</text>"));
	cr_expect_null(strstr(page, "<h2>Decisions"), "there are four inputs");
	cr_expect_null(strstr(page, "<h2>First layer"), "they are no picture");
	free(page);
}

/* Lines that tell the time or the machine taken away. */
static void drop_lines(char *page, const char *with)
{
	for (char *at = page; (at = strstr(at, with));) {
		char *start = at, *end = strchrnul(at, '\n');
		while (start > page && start[-1] != '\n')
			start--;
		memmove(start, end, strlen(end) + 1);
		at = start;
	}
}

Test(report, the_same_run_the_same_page)
{
	struct mlp_options options = options_of(5);
	options.split = 0.3;
	write_rows(60, NAMES);
	char *a = page_of(&FLOWERS, &options), *b = page_of(&FLOWERS, &options);
	drop_lines(a, "class=\"time\"");
	drop_lines(b, "class=\"time\"");
	cr_expect_str_eq(a, b);
	free(a);
	free(b);
}

/* -- Pictures -----------------------------------------------------------------------------------------------
 */

static int digit_of(char c)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(DIGITS, c);
	return at && c ? (int)(at - DIGITS) : -1;
}

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct picture {
	uint32_t width, height;
	uint32_t *pixels;   /* 0xaarrggbb */
};

/* The one chunk of pixels of our pictures: 8 bits, four channels, no filters. */
static void read_pixels(struct picture *picture, const unsigned char *data, uint32_t length)
{
	uLongf size = picture->height * (4 * picture->width + 1), room = size;
	unsigned char *raw = malloc(size);
	cr_assert_eq(uncompress(raw, &size, data, length), Z_OK);
	cr_assert_eq(size, room);
	picture->pixels = calloc(picture->width * picture->height, sizeof *picture->pixels);
	for (uint32_t y = 0; y < picture->height; y++) {
		const unsigned char *line = raw + y * (4 * picture->width + 1);
		cr_assert_eq(line[0], 0);
		for (uint32_t x = 0; x < picture->width; x++) {
			uint32_t rgba = big_endian(line + 1 + 4 * x);
			picture->pixels[y * picture->width + x] = rgba >> 8 | rgba << 24;
		}
	}
	free(raw);
}

/* Of the first picture after `at`. */
static struct picture decode(const char *at)
{
	static unsigned char bytes[MOST];
	struct picture picture = {0};
	uint32_t length = 0, bits = 0;
	int held = 0;
	at = strstr(at, "data:image/png;base64,");
	cr_assert(at);
	for (at = strchr(at, ',') + 1; digit_of(*at) >= 0; at++) {
		bits = bits << 6 | (uint32_t)digit_of(*at);
		held += 6;
		if (held >= 8)
			bytes[length++] = (unsigned char)(bits >> (held -= 8));
	}
	cr_assert_eq(memcmp(bytes, "\x89PNG\r\n\x1a\n", 8), 0);
	for (uint32_t k = 8; k + 12 <= length; k += 12 + big_endian(bytes + k)) {
		uint32_t size = big_endian(bytes + k);
		const unsigned char *type = bytes + k + 4;
		cr_assert_eq(crc32(0, type, size + 4), big_endian(type + 4 + size));
		if (memcmp(type, "IHDR", 4) == 0) {
			picture.width = big_endian(type + 4);
			picture.height = big_endian(type + 8);
			cr_assert_eq(memcmp(type + 12, "\x08\x06\0\0\0", 5), 0);
		} else if (memcmp(type, "IDAT", 4) == 0) {
			read_pixels(&picture, type + 4, size);
		}
	}
	cr_assert(picture.pixels);
	return picture;
}

/* A network of two numbers: 1 where the first is larger. */
static const struct mlp_port PLANE_PORTS[] = {{"x", 1, {2}, 2, 0, MLP_AS_IS, -1, -1},
                                              {"t", 1, {1}, 1, 0, MLP_AS_IS, -1, -1},
                                              {"y", 1, {1}, 1, 0, MLP_AS_IS, -1, -1}};

static const struct mlp_tensor PLANE_TENSOR = {"only.W", 2, {1, 2}, 2, MLP_PARAMETER};

static const struct mlp_tensor *plane_tensor(int k)
{
	return &PLANE_TENSOR + k;
}

static void plane_get(const void *net, int k, void *values)
{
	(void)k;
	memcpy(values, net, 2 * sizeof(float));
}

static void plane_set(void *net, int k, const void *values)
{
	(void)k;
	memcpy(net, values, 2 * sizeof(float));
}

static void plane_init(void *training, uint64_t seed)
{
	(void)training, (void)seed;
}

static void plane_epoch(void *training, int epoch)
{
	(void)training, (void)epoch;
}

static void *plane_net(void *training)
{
	return training;
}

static void plane_predict(const void *net, void *work, int rows, const void *const *inputs,
                          void *const *outputs)
{
	(void)net, (void)work;
	const float *x = inputs[0];
	for (int n = 0; n < rows; n++)
		((float *)outputs[0])[n] = x[2 * n] > x[2 * n + 1] ? 0.9f : 0.2f;
}

static double plane_loss(const void *net, void *work, int rows, const void *const *inputs,
                         const void *const *targets)
{
	const float *t = targets[0];
	float y[8];
	void *outputs[] = {y};
	double sum = 0;
	plane_predict(net, work, rows, inputs, outputs);
	for (int n = 0; n < rows; n++)
		sum += (double)((y[n] - t[n]) * (y[n] - t[n]));
	return sum / rows;
}

static double plane_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	return plane_loss(training, NULL, rows, inputs, targets);
}

static const struct mlp_network PLANE = {.name = "plane",
                                         .version = MLP_VERSION,
                                         .options = "",
                                         .loss_description = "",
                                         .real_size = 4,
                                         .batch = 8,
                                         .epochs = 2,
                                         .input_count = 1,
                                         .target_count = 1,
                                         .output_count = 1,
                                         .inputs = &PLANE_PORTS[0],
                                         .targets = &PLANE_PORTS[1],
                                         .outputs = &PLANE_PORTS[2],
                                         .net_size = 64,
                                         .work_size = 64,
                                         .training_size = 64,
                                         .tensor_count = 1,
                                         .tensor = plane_tensor,
                                         .get = plane_get,
                                         .set = plane_set,
                                         .init = plane_init,
                                         .set_epoch = plane_epoch,
                                         .net = plane_net,
                                         .predict = plane_predict,
                                         .loss = plane_loss,
                                         .train_step = plane_step};

/* Left and up the first input is the smaller: class 0. */
Test(report, regions)
{
	struct mlp_options options = options_of(2);
	write_file("data.csv", TABLE("0,1,0\n1,0,1\n0.2,0.9,0\n0.9,0.1,1\n"));
	char *page = page_of(&PLANE, &options);
	expect_sound(page);
	const char *section = strstr(page, "<h2>Decisions</h2>");
	cr_assert(section);
	struct picture picture = decode(section);
	uint32_t last = picture.height - 1, width = picture.width;
	cr_expect_eq(picture.pixels[0] & 0xffffff, 0x3b7dd8);
	cr_expect_eq(picture.pixels[last * width + width - 1] & 0xffffff, 0xe8833a);
	cr_expect_eq(picture.pixels[0] >> 24, 60 + (int)(90 * 0.6), "0.2 is 0.3 from the half");
	int first = 0;
	for (uint32_t i = 0; i < width * picture.height; i++)
		first += (picture.pixels[i] & 0xffffff) == 0x3b7dd8;
	cr_expect_float_eq((double)first / (width * picture.height), 0.5, 0.01);
	free(picture.pixels);
	free(page);
}

/* The area below the curve of hits over false alarms is the AUC that is printed. */
Test(report, area_below_the_threshold_curve)
{
	struct mlp_options options = options_of(2);
	write_file("data.csv",
	           TABLE("0,1,0\n1,0,1\n0.2,0.9,1\n0.9,0.1,1\n0.3,0.2,0\n0.1,0.6,0\n0.7,0.4,1\n"));
	char *page = page_of(&PLANE, &options);
	const char *section = strstr(page, "<h2>Threshold</h2>");
	cr_assert(section);
	const char *at = strstr(section, "<polyline class=\"first\" points=\"");
	cr_assert(at);
	double area = 0, x, y, before_x = 0, before_y = 0, first_x = 0, first_y = 0;
	int count = 0, used;
	for (at = strstr(at, "points=\"") + 8; sscanf(at, "%lf,%lf %n", &x, &y, &used) == 2;
	     at += used, before_x = x, before_y = y)
		if (count++ == 0) {
			first_x = x;
			first_y = y;
		} else {
			area += (x - before_x) * (first_y - (y + before_y) / 2);
		}
	area /= (before_x - first_x) * (first_y - before_y);
	cr_expect_eq(count, 3, "two thresholds and the start");
	const char *row = strstr(page, "<th scope=\"row\">training</th>"), *cell = row;
	for (int i = 0; i < 4; i++)
		cell = strstr(cell, "<td>") + 4;
	/* four of 1, of which one is taken for 0; three of 0, of which one is taken for 1 */
	cr_expect_float_eq(strtod(cell, NULL), (3.0 * 2 + 0.5 * (3 + 2)) / 12, 1e-4, "%.80s", row);
	cr_expect_float_eq(area, strtod(cell, NULL), 1e-3);
	free(page);
}

/* y = x with row 3 five above: the hardest row, and its numbers. */
Test(report, hardest_row_of_a_regression)
{
	struct mlp_options options = options_of(0);
	struct line identity = {1, 0};
	struct mlp_labels labels[2] = {{0}};
	struct mlp_messages messages = {.file = stderr};
	write_file("data.csv", TABLE("1,1\n2,2.5\n3,8\n4,4.25\n"));
	cr_assert_eq(
	        mlp_save_parameters(&messages, &LINE_FIT, &identity, labels, 0, 0, "identity.safetensors"),
	        0);
	options.load = "identity.safetensors";
	char *page = page_of(&LINE_FIT, &options);
	expect_sound(page);
	cr_expect(strstr(page, "<h2>Predictions</h2>"));
	const char *rows = strstr(page, "<table class=\"rows\">");
	cr_assert(rows);
	cr_expect(strstr(rows, "<th>input</th></tr>\n<tr><td>3</td><td>25</td><td>8</td><td>3</td>"
	                 "<td class=\"inputs\">3</td></tr>\n<tr><td>2</td>"), "%.400s", rows);
	free(page);
}

/* -- Axes
 * ---------------------------------------------------------------------------------------------------- */

/* Few ticks, also where a step is so small that adding one to the number of steps changes nothing. */
Test(report, ticks_of_narrow_ranges)
{
	static const double RANGES[][2] = {{0, 1},           {-3, 7},          {1e17, 1e17 + 64},
	                                   {-1.7e18, -1.7e18 + 512}, {1, 1 + 4e-16},   {-1e300, 1e300},
	                                   {5e-324, 1e-320}, {1e300, INFINITY}};
	for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
		char text[1 << 14] = "";
		FILE *out = fmemopen(text, sizeof text, "w");
		struct mlp_plot plot = {.x = {RANGES[i][0], RANGES[i][1]},
		                        .y = {RANGES[i][0], RANGES[i][1]},
		                        .x_name = "x",
		                        .y_name = "y",
		                        .label = "z"};
		cr_assert(out);
		mlp_begin_plot(out, &plot);
		fclose(out);
		int ticks = 0;
		for (const char *at = text; (at = strstr(at, "class=\"tick\"")); at++)
			ticks++;
		cr_expect(ticks <= 30 && (i > 1 || ticks >= 8), "case %zu: %d", i, ticks);
	}
}

/* -- Things that go wrong
 * ------------------------------------------------------------------------------------ */

Test(report, a_place_that_is_not_there)
{
	struct mlp_options options = options_of(2);
	write_rows(12, NAMES);
	options.report = "none/out.html";
	struct result result = run(&FLOWERS, &options);
	cr_expect_eq(result.status, MLP_BAD_SYSTEM);
	char expected[128];
	snprintf(expected, sizeof expected, "mlpc: error: cannot write `none/out.html`: %s\n",
	         strerror(ENOENT));
	cr_expect_str_eq(result.err, expected);
	cr_expect_str_empty(result.out ? result.out : "", "nothing was trained");
	free_result(&result);
}
