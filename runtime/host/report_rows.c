/* The rows that the network does worst on. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>

#include "host/report.h"

enum { WORST = 12, MOST_VALUES = 8 };

struct ranked {
	double loss;
	int row;
};

static int by_loss(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	return x->loss != y->loss ? (x->loss < y->loss) - (x->loss > y->loss) : x->row - y->row;
}

static void put_wanted(const struct mlp_report *report, int row)
{
	const struct mlp_run *run = report->run;
	int part = report->shown->input_count;
	const struct mlp_part *target = &report->shown->parts[part];
	char text[MLP_CLASS_TEXT];
	int32_t elements = target->port->elements;
	for (int32_t i = 0; i < elements && i < 3; i++) {
		size_t number = (size_t)row * (size_t)elements + (size_t)i;
		fputs(i > 0 ? ", " : "", report->out);
		if (target->port->classes > 0)
			mlp_put_html(report->out,
			             mlp_class_text(text, run, part, mlp_part_class(target, number)));
		else
			fprintf(report->out, "%.5g", mlp_part_real(target, run->network->real_size, number));
	}
	fputs(elements > 3 ? " …" : "", report->out);
}

/* A class with its output, or numbers. */
static void put_found(const struct mlp_report *report, int row)
{
	const struct mlp_port *target = report->shown->parts[report->shown->input_count].port;
	const double *found = report->found + (size_t)row * (size_t)report->elements;
	char text[MLP_CLASS_TEXT];
	if (report->figures.metric.kind == MLP_ACCURACY_MOST && target->elements == 1) {
		int32_t best = 0;
		for (int32_t c = 1; c < report->elements; c++)
			best = found[c] > found[best] ? c : best;
		mlp_put_html(report->out,
		             mlp_class_text(text, report->run, report->shown->input_count, best));
		fprintf(report->out, " <small>%.3g</small>", found[best]);
		return;
	}
	for (int32_t i = 0; i < report->elements && i < 3; i++)
		fprintf(report->out, "%s%.5g", i > 0 ? ", " : "", found[i]);
	fputs(report->elements > 3 ? " …" : "", report->out);
}

static bool put_input_picture(const struct mlp_report *report, int row, int height, int width)
{
	const struct mlp_part *part = &report->shown->parts[0];
	int count = height * width, size = report->run->network->real_size;
	uint32_t *pixels = malloc((size_t)count * sizeof *pixels);
	double least = INFINITY, most = -INFINITY;
	for (int i = 0; pixels && i < count; i++) {
		double value = mlp_part_real(part, size, (size_t)row * (size_t)count + (size_t)i);
		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	for (int i = 0; pixels && i < count; i++) {
		double value = mlp_part_real(part, size, (size_t)row * (size_t)count + (size_t)i);
		uint32_t alpha = most > least ? (uint32_t)(255 * (value - least) / (most - least)) : 0;
		pixels[i] = alpha << 24 | 0x3b7dd8;
	}
	fprintf(report->out, "<svg class=\"sample\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"input\">",
	        width, height);
	bool well = pixels && mlp_put_picture(report->out, pixels, width, height,
	                                      (struct mlp_box){0, 0, width, height});
	fputs("</svg>", report->out);
	free(pixels);
	return well;
}

static void put_inputs(const struct mlp_report *report, int row)
{
	const struct mlp_run *run = report->run;
	int shown = 0;
	char text[MLP_CLASS_TEXT];
	for (int part = 0; part < report->shown->input_count; part++) {
		const struct mlp_part *input = &report->shown->parts[part];
		for (int32_t i = 0; i < input->port->elements; i++, shown++) {
			size_t number = (size_t)row * (size_t)input->port->elements + (size_t)i;
			if (shown == MOST_VALUES) {
				fputs(" …", report->out);
				return;
			}
			fputs(shown > 0 ? ", " : "", report->out);
			if (input->port->classes > 0)
				mlp_put_html(report->out,
				             mlp_class_text(text, run, part, mlp_part_class(input, number)));
			else
				fprintf(report->out, "%.4g",
				        mlp_part_real(input, run->network->real_size, number));
		}
	}
}

static bool put_row(const struct mlp_report *report, const struct ranked *ranked)
{
	int height, width, row = ranked->row;
	const int *numbers = report->shown == &report->run->test ? NULL : report->run->row_numbers;
	bool well = true;
	fprintf(report->out, "<tr><td>%d</td><td>%.4g</td><td>", (numbers ? numbers[row] : row) + 1,
	        ranked->loss);
	put_wanted(report, row);
	fputs("</td><td>", report->out);
	put_found(report, row);
	fputs("</td><td class=\"inputs\">", report->out);
	if (mlp_is_picture(report->run->network, &height, &width))
		well = put_input_picture(report, row, height, width);
	else
		put_inputs(report, row);
	fputs("</td></tr>\n", report->out);
	return well;
}

bool mlp_report_worst(const struct mlp_report *report)
{
	int count = report->rows < WORST ? report->rows : WORST;
	bool well = true;
	if (count == 0)
		return true;
	struct ranked *order = malloc((size_t)report->rows * sizeof *order);
	if (!order)
		return false;
	for (int row = 0; row < report->rows; row++)
		order[row] =
		        (struct ranked){isnan(report->losses[row]) ? INFINITY : report->losses[row], row};
	qsort(order, (size_t)report->rows, sizeof *order, by_loss);
	mlp_begin_section(report->out, "Hardest rows", false, NULL);
	fprintf(report->out, "<p>The %s rows with the largest loss%s. Rows are counted from 1%s.</p>\n",
	        report->shown_name,
	        report->rows < report->shown->rows ? ", of the first 20 000 or fewer" : "",
	        report->shown == &report->run->test ? " in the test data" : " in all data read");
	fputs("<div class=\"scroll\"><table "
	      "class=\"rows\">\n<tr><th>row</th><th>loss</th><th>wanted</th><th>found</th>"
	      "<th>input</th></tr>\n",
	      report->out);
	for (int i = 0; well && i < count; i++)
		well = put_row(report, &order[i]);
	fputs("</table></div>\n", report->out);
	mlp_end_section(report->out);
	free(order);
	return well;
}
