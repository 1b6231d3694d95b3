/* Which classes are taken for which, and where in a plane of two inputs. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/report.h"

enum { MOST_WRITTEN = 16, WIDE = 7, GRID = 120, MOST_MARKS = 600 };

/* -- Confusion ---------------------------------------------------------------------------------------------
 */

const char *mlp_class_text(char buffer[MLP_CLASS_TEXT], const struct mlp_run *run, int part, int32_t class)
{
	const struct mlp_labels *labels = &run->reader.labels[part];
	enum { MOST_CHARACTERS = 40 };
	if (labels->as_numbers || class < 0 || class >= labels->count) {
		snprintf(buffer, MLP_CLASS_TEXT, class < 0 ? "none" : "%d", (int)class);
		return buffer;
	}
	const char *name = labels->names[class];
	size_t length = strlen(name);
	bool cut = length > MOST_CHARACTERS;
	length = cut ? MOST_CHARACTERS : length;
	while (cut && length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
		length--;
	snprintf(buffer, MLP_CLASS_TEXT, "%.*s%s", (int)length, name, cut ? "…" : "");
	return buffer;
}

static void put_class(const struct mlp_report *report, int32_t class)
{
	char text[MLP_CLASS_TEXT];
	mlp_put_html(report->out,
	             mlp_class_text(text, report->run, report->run->network->input_count, class));
}

struct sums {
	int64_t wanted, found, right;
};

static struct sums sums_of(const struct mlp_figures *figures, int32_t class)
{
	size_t k = (size_t)figures->classes, c = (size_t)class;
	struct sums sums = {.right = figures->confusion[c * k + c]};
	for (size_t other = 0; other < k; other++) {
		sums.wanted += figures->confusion[c * k + other];
		sums.found += figures->confusion[other * k + c];
	}
	return sums;
}

static void put_share(FILE *out, int64_t part, int64_t all)
{
	if (all > 0)
		fprintf(out, "<td class=\"share\">%.1f</td>", 100 * (double)part / (double)all);
	else
		fputs("<td class=\"share\">–</td>", out);
}

static void put_matrix_row(const struct mlp_report *report, int32_t class)
{
	const struct mlp_figures *figures = &report->figures;
	struct sums sums = sums_of(figures, class);
	fputs("<tr><th scope=\"row\">", report->out);
	put_class(report, class);
	fputs("</th>", report->out);
	for (int32_t c = 0; c < figures->classes; c++) {
		int64_t count = figures->confusion[(size_t)class * (size_t)figures->classes + (size_t)c];
		double part = sums.wanted > 0 ? (double)count / (double)sums.wanted : 0;
		if (count == 0)
			fputs("<td class=\"zero\">0</td>", report->out);
		else
			fprintf(report->out, "<td style=\"background:rgba(%s,%.2f)\">%lld</td>",
			        c == class ? "47,116,208" : "214,79,79", 0.15 + 0.6 * part, (long long)count);
	}
	put_share(report->out, sums.right, sums.wanted);
	fputs("</tr>\n", report->out);
}

static void put_table(const struct mlp_report *report)
{
	FILE *out = report->out;
	fputs("<div class=\"scroll\"><table class=\"matrix\">\n<tr><th></th>", out);
	for (int32_t c = 0; c < report->figures.classes; c++) {
		fputs("<th scope=\"col\">", out);
		put_class(report, c);
		fputs("</th>", out);
	}
	fputs("<th class=\"share\">recall %</th></tr>\n", out);
	for (int32_t c = 0; c < report->figures.classes; c++)
		put_matrix_row(report, c);
	fputs("<tr><th class=\"share\">precision %</th>", out);
	for (int32_t c = 0; c < report->figures.classes; c++) {
		struct sums sums = sums_of(&report->figures, c);
		put_share(out, sums.right, sums.found);
	}
	fputs("<td></td></tr>\n</table></div>\n", out);
}

/* Many classes: a pixel each, darker with the share of its row. */
static bool put_pixels(const struct mlp_report *report)
{
	int32_t k = report->figures.classes;
	uint32_t *pixels = malloc((size_t)k * (size_t)k * sizeof *pixels);
	for (int32_t c = 0; pixels && c < k; c++) {
		struct sums sums = sums_of(&report->figures, c);
		for (int32_t d = 0; d < k; d++) {
			double count = (double)report->figures.confusion[(size_t)c * (size_t)k + (size_t)d];
			pixels[(size_t)c * (size_t)k + (size_t)d] =
				mlp_signed_color(c == d ? count : -count, (double)sums.wanted);
		}
	}
	fprintf(report->out, "<figure><svg class=\"square\" viewBox=\"0 0 %d %d\" role=\"img\" "
	        "aria-label=\"confusion matrix\">\n", (int)k, (int)k);
	bool well = pixels && mlp_put_picture(report->out, pixels, k, k, (struct mlp_box){0, 0, k, k});
	fputs("</svg></figure>\n", report->out);
	free(pixels);
	return well;
}

bool mlp_report_confusion(const struct mlp_report *report)
{
	bool well = true;
	if (!report->figures.confusion)
		return true;
	mlp_begin_section(report->out, "Confusion",
	                  report->figures.classes > WIDE && report->figures.classes <= MOST_WRITTEN, NULL);
	fprintf(report->out,
	        "<p>The %s rows: a line for each class wanted, a column for each class found.</p>\n",
	        report->shown_name);
	if (report->figures.classes <= MOST_WRITTEN)
		put_table(report);
	else
		well = put_pixels(report);
	mlp_end_section(report->out);
	return well;
}

/* -- Regions -----------------------------------------------------------------------------------------------
 */

/* Input number 0 or 1 of the plane: which element of which part. */
struct coordinate {
	int part, element;
};

static bool find_coordinates(const struct mlp_network *network, struct coordinate found[2])
{
	int count = 0;
	for (int part = 0; part < network->input_count; part++)
		for (int32_t i = 0; i < network->inputs[part].elements; i++) {
			if (count == 2 || network->inputs[part].classes > 0)
				return false;
			found[count++] = (struct coordinate){part, i};
		}
	return count == 2;
}

static double value_at(const struct mlp_report *report, struct coordinate coordinate, int row)
{
	const struct mlp_part *part = &report->shown->parts[coordinate.part];
	return mlp_part_real(part, report->run->network->real_size,
	                     (size_t)row * (size_t)part->port->elements + (size_t)coordinate.element);
}

static void set_real(void *values, size_t i, double value, int real_size)
{
	if (real_size == (int)sizeof(float))
		((float *)values)[i] = (float)value;
	else
		((double *)values)[i] = value;
}

/* The plane's outputs, [GRID * GRID][elements], from the top left. */
static bool sweep(const struct mlp_report *report, const struct coordinate coordinates[2],
                  const struct mlp_plot *plot, double *outputs)
{
	const struct mlp_run *run = report->run;
	const struct mlp_network *network = run->network;
	int size = network->real_size, batch = network->batch, output = report->figures.metric.output;
	size_t elements = (size_t)report->elements;
	const void *inputs[2];
	char *values[2] = {mlp_allocate((size_t)batch * 2 * (size_t)size),
	                   mlp_allocate((size_t)batch * 2 * (size_t)size)};
	bool well = values[0] && values[1];
	for (int first = 0; well && first < GRID * GRID; first += batch) {
		int count = GRID * GRID - first < batch ? GRID * GRID - first : batch;
		for (int i = 0; i < count; i++) {
			int column = (first + i) % GRID, row = (first + i) / GRID;
			double x = (column + 0.5) / GRID, y = 1 - (row + 0.5) / GRID;
			const double at[2] = {plot->x[0] + x * (plot->x[1] - plot->x[0]),
			                      plot->y[0] + y * (plot->y[1] - plot->y[0])};
			for (int k = 0; k < 2; k++) {
				size_t width = (size_t)network->inputs[coordinates[k].part].elements;
				set_real(values[coordinates[k].part],
				         (size_t)i * width + (size_t)coordinates[k].element, at[k], size);
			}
		}
		inputs[0] = values[0];
		inputs[1] = values[1];
		network->predict(run->state.net, run->evaluator.work, count, inputs, run->evaluator.outputs);
		for (size_t i = 0; i < (size_t)count * elements; i++)
			outputs[(size_t)first * elements + i] =
			        mlp_real_at(run->evaluator.outputs[output], i, size);
	}
	free(values[0]);
	free(values[1]);
	return well;
}

/* A class by its colour, paler where another is near; a number by its distance from the middle of all. */
static uint32_t color_of(const struct mlp_report *report, const double *outputs, double middle, double most)
{
	double margin, first = outputs[0], second = -INFINITY;
	int32_t class = 0;
	if (report->figures.metric.kind == MLP_RMSE)
		return mlp_signed_color(0.8 * (first - middle), most);
	if (report->figures.metric.kind == MLP_ACCURACY_HALF) {
		class = first >= 0.5;
		margin = 2 * fabs(first - 0.5);
	} else {
		for (int32_t c = 1; c < report->elements; c++) {
			second = outputs[c] > first ? first : outputs[c] > second ? outputs[c] : second;
			class = outputs[c] > first ? c : class;
			first = outputs[class];
		}
		margin = first - second;
	}
	uint32_t alpha = (uint32_t)(60.5 + 90 * (margin < 1 ? margin > 0 ? margin : 0 : 1));
	return alpha << 24 | mlp_class_color(class);
}

static bool put_plane(const struct mlp_report *report, const struct coordinate coordinates[2],
                      const struct mlp_plot *plot)
{
	size_t elements = (size_t)report->elements, count = (size_t)GRID * GRID;
	double *outputs = calloc(count * elements, sizeof *outputs), low = INFINITY, high = -INFINITY;
	uint32_t *pixels = malloc(count * sizeof *pixels);
	bool well = outputs && pixels && sweep(report, coordinates, plot, outputs);
	for (size_t i = 0; well && i < count; i++) {
		low = outputs[i * elements] < low ? outputs[i * elements] : low;
		high = outputs[i * elements] > high ? outputs[i * elements] : high;
	}
	for (size_t i = 0; well && i < count; i++)
		pixels[i] = color_of(report, outputs + i * elements, (low + high) / 2, (high - low) / 2);
	double left = mlp_plot_x(plot, plot->x[0]), top = mlp_plot_y(plot, plot->y[1]);
	const struct mlp_box box = {left, top, mlp_plot_x(plot, plot->x[1]) - left,
	                            mlp_plot_y(plot, plot->y[0]) - top};
	well = well && mlp_put_picture(report->out, pixels, GRID, GRID, box);
	free(outputs);
	free(pixels);
	return well;
}

/* The largest class that is smaller than `count` rows, or of the same size and later than `class`; -1: none.
 */
static int32_t next_class(const struct mlp_figures *figures, int64_t count, int32_t class,
                          int64_t *next_count)
{
	int32_t next = -1;
	for (int32_t c = 0; c < figures->classes; c++) {
		int64_t wanted = sums_of(figures, c).wanted;
		if ((wanted < count || (wanted == count && c > class)) &&
		    (next < 0 || wanted > *next_count)) {
			next = c;
			*next_count = wanted;
		}
	}
	return next;
}

static void put_marks_of(const struct mlp_report *report, const struct coordinate coordinates[2],
                         const struct mlp_plot *plot, int32_t class)
{
	bool rmse = report->figures.metric.kind == MLP_RMSE;
	int stride = (report->rows + MOST_MARKS - 1) / MOST_MARKS;
	for (int row = 0; row < report->rows; row += stride) {
		if (!rmse && mlp_report_class(report, row) != class)
			continue;
		fputs("<circle class=\"mark\" fill=\"", report->out);
		fprintf(report->out, rmse ? "none" : "#%06x", mlp_class_color(class));
		fprintf(report->out, "\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"/>\n",
		        mlp_plot_x(plot, value_at(report, coordinates[0], row)),
		        mlp_plot_y(plot, value_at(report, coordinates[1], row)));
	}
}

/* Rare classes above frequent ones. */
static void put_marks(const struct mlp_report *report, const struct coordinate coordinates[2],
                      const struct mlp_plot *plot)
{
	int64_t count = INT64_MAX;
	if (!report->figures.confusion)
		put_marks_of(report, coordinates, plot, 0);
	for (int32_t c = -1; report->figures.confusion &&
	                     (c = next_class(&report->figures, count, c, &count)) >= 0;)
		put_marks_of(report, coordinates, plot, c);
}

static void put_key(const struct mlp_report *report)
{
	fputs("<p>", report->out);
	for (int32_t c = 0; c < report->figures.classes && c < MOST_WRITTEN; c++) {
		fprintf(report->out, "<span class=\"key block\" style=\"background:#%06x\"></span> ",
		        mlp_class_color(c));
		put_class(report, c);
		fputs(" ", report->out);
	}
	fputs("</p>\n", report->out);
}

bool mlp_report_regions(const struct mlp_report *report)
{
	struct coordinate coordinates[2];
	char names[2][MLP_CLASS_TEXT];
	struct mlp_plot plot = {.x = {INFINITY, -INFINITY},
	                        .y = {INFINITY, -INFINITY},
	                        .x_name = names[0],
	                        .y_name = names[1],
	                        .label = "what is found for each pair of inputs"};
	bool rmse = report->figures.metric.kind == MLP_RMSE;
	if (report->rows == 0 || report->run->network->targets[0].elements != 1 ||
	    !find_coordinates(report->run->network, coordinates))
		return true;
	for (int k = 0; k < 2; k++) {
		const struct mlp_port *port = &report->run->network->inputs[coordinates[k].part];
		snprintf(names[k], sizeof names[k], port->elements > 1 ? "%s[%d]" : "%s", port->name,
		         coordinates[k].element);
	}
	for (int row = 0; row < report->rows; row++)
		for (int k = 0; k < 2; k++) {
			double value = value_at(report, coordinates[k], row),
			       *range = k == 0 ? plot.x : plot.y;
			range[0] = value < range[0] ? value : range[0];
			range[1] = value > range[1] ? value : range[1];
		}
	double wider = (plot.x[1] - plot.x[0]) / 8, higher = (plot.y[1] - plot.y[0]) / 8;
	plot.x[0] -= wider;
	plot.x[1] += wider;
	plot.y[0] -= higher;
	plot.y[1] += higher;
	mlp_begin_section(report->out, "Decisions", false,
	                  rmse ? "What is found for each pair of inputs: blue above the "
	                         "middle, red below; circles are rows."
	                       : "What is found for each pair of inputs, paler "
	                         "where it is not sure; circles are rows, in the colour of their own class.");
	if (!rmse)
		put_key(report);
	mlp_begin_plot(report->out, &plot);
	bool well = put_plane(report, coordinates, &plot);
	put_marks(report, coordinates, &plot);
	mlp_end_plot(report->out);
	mlp_end_section(report->out);
	return well;
}
