/* The network as columns of units, and the weights of its first layer as pictures. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/report.h"
#include "host/text.h"

enum {
	MOST_INPUTS = 3,
	MOST_DOTS = 9,
	COLUMN = 122,
	TALL = 236,
	MIDDLE = 92,
	GAP = 18,
	SHEET = 8,
	MOST_UNITS = 32
};

/* -- Columns -----------------------------------------------------------------------------------------------
 */

/* Tensors whose names have the same part before the first point, or a port. */
struct column {
	const char *name;
	int length;            /* of the name */
	int64_t units, parameters;
	bool is_input, is_output;
};

struct columns {
	struct column *items;
	int count;
	char inputs[24];       /* the name of many inputs together */
};

static struct column *find_column(struct columns *columns, const char *name, int length)
{
	for (int i = 0; i < columns->count; i++)
		if (!columns->items[i].is_input && columns->items[i].length == length &&
		    memcmp(columns->items[i].name, name, (size_t)length) == 0)
			return &columns->items[i];
	struct column *added = &columns->items[columns->count++];
	*added = (struct column){.name = name, .length = length};
	return added;
}

/* Many inputs become one column. */
static void join_inputs(struct columns *columns)
{
	if (columns->count <= MOST_INPUTS)
		return;
	snprintf(columns->inputs, sizeof columns->inputs, "%d inputs", columns->count);
	for (int i = 1; i < columns->count; i++)
		columns->items[0].units += columns->items[i].units;
	columns->items[0].name = columns->inputs;
	columns->items[0].length = (int)strlen(columns->inputs);
	columns->count = 1;
}

static bool find_columns(const struct mlp_network *network, struct columns *columns)
{
	int most = network->input_count + network->tensor_count + network->output_count;
	*columns = (struct columns){.items = calloc((size_t)most + 1, sizeof *columns->items)};
	if (!columns->items)
		return false;
	for (int i = 0; i < network->input_count; i++) {
		const struct mlp_port *port = &network->inputs[i];
		columns->items[columns->count++] = (struct column){
			port->name, (int)strlen(port->name),
			(int64_t)port->elements * (port->classes > 0 ? port->classes : 1), 0, true, false};
	}
	join_inputs(columns);
	for (int k = 0; k < network->tensor_count; k++) {
		const struct mlp_tensor *tensor = network->tensor(k);
		const char *point = strchr(tensor->name, '.');
		if (tensor->role != MLP_PARAMETER)
			continue;
		int length = point ? (int)(point - tensor->name) : (int)strlen(tensor->name);
		struct column *column = find_column(columns, tensor->name, length);
		column->parameters += tensor->elements;
		if (column->units == 0)
			column->units = tensor->rank > 0 ? tensor->shape[0] : 1;
	}
	for (int i = 0; i < network->output_count; i++) {
		const struct mlp_port *port = &network->outputs[i];
		struct column *column = find_column(columns, port->name, (int)strlen(port->name));
		column->is_output = true;
		column->units = port->elements;
	}
	return true;
}

static int dots_of(const struct column *column)
{
	return column->units < MOST_DOTS ? (int)column->units : MOST_DOTS;
}

static double dot_y(const struct column *column, int dot)
{
	return MIDDLE + GAP * (dot - (dots_of(column) - 1) / 2.0);
}

/* The middle dot of a column with more units than dots. */
static bool is_gap(const struct column *column, int dot)
{
	return column->units > MOST_DOTS && dot == MOST_DOTS / 2;
}

static int column_x(int i)
{
	return i * COLUMN + COLUMN / 2;
}

static void put_lines(FILE *out, const struct columns *columns, int from, int to)
{
	const struct column *left = &columns->items[from], *right = &columns->items[to];
	fputs("<path class=\"wire\" d=\"", out);
	for (int i = 0; i < dots_of(left); i++)
		for (int k = 0; k < dots_of(right); k++)
			if (!is_gap(left, i) && !is_gap(right, k))
				fprintf(out, "M%d %.0fL%d %.0f", column_x(from) + 6, dot_y(left, i),
				        column_x(to) - 6, dot_y(right, k));
	fputs("\"/>\n", out);
}

/* Neighbours; every input with what follows the inputs, every output with what is before them. */
static void put_all_lines(FILE *out, const struct columns *columns)
{
	for (int i = 0; i + 1 < columns->count; i++) {
		int from = i, to = i + 1;
		while (to + 1 < columns->count && columns->items[from].is_input &&
		       columns->items[to].is_input)
			to++;
		while (from > 0 && columns->items[from].is_output && columns->items[to].is_output)
			from--;
		put_lines(out, columns, from, to);
	}
}

static void put_column(FILE *out, const struct column *column, int x)
{
	char number[MLP_NUMBER_TEXT];
	for (int i = 0; i < dots_of(column); i++)
		if (is_gap(column, i))
			fprintf(out,
			        "<text class=\"tick\" text-anchor=\"middle\" x=\"%d\" y=\"%.0f\">⋮</text>\n",
			        x, dot_y(column, i) + 5);
		else
			fprintf(out, "<circle class=\"unit %s\" r=\"6\" cx=\"%d\" cy=\"%.0f\"/>\n",
			        column->is_input    ? "in"
			        : column->is_output ? "out"
			                            : "",
			        x, dot_y(column, i));
	fprintf(out, "<text class=\"name strong\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">", x, TALL - 40);
	char name[24];
	snprintf(name, sizeof name, "%.*s%s", column->length > 16 ? 15 : column->length, column->name,
	         column->length > 16 ? "…" : "");
	mlp_put_html(out, name);
	fprintf(out, "</text>\n<text class=\"tick\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s%s</text>\n",
	        x, TALL - 23, mlp_grouped_text(number, column->units),
	        column->is_input    ? " in"
	        : column->is_output ? " out"
	                            : "");
	if (column->parameters > 0)
		fprintf(out,
		        "<text class=\"tick\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s "
		        "parameters</text>\n",
		        x, TALL - 8, mlp_grouped_text(number, column->parameters));
}

bool mlp_report_network(const struct mlp_report *report)
{
	struct columns columns;
	FILE *out = report->out;
	if (!find_columns(report->run->network, &columns)) {
		free(columns.items);
		return false;
	}
	int width = columns.count * COLUMN;
	mlp_begin_section(out, "Network", true,
	                  "Inputs, tensors of parameters and outputs in the order of the model. The "
	                  "lines show this order, not each connection.");
	fprintf(out,
	        "<div class=\"scroll\"><svg class=\"network\" style=\"max-width:%dpx;min-width:%dpx\" "
	        "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"the network\">\n",
	        width * 3 / 2, width * 2 / 3, width, TALL);
	put_all_lines(out, &columns);
	for (int i = 0; i < columns.count; i++)
		put_column(out, &columns.items[i], column_x(i));
	fputs("</svg></div>\n<p class=\"formula\">minimize ", out);
	mlp_put_html(out,
	             report->run->network->loss_description ? report->run->network->loss_description : "");
	fputs("</p>\n", out);
	mlp_end_section(out);
	free(columns.items);
	return true;
}

/* -- Weights -----------------------------------------------------------------------------------------------
 */

bool mlp_is_picture(const struct mlp_network *network, int *height, int *width)
{
	enum { LEAST = 49 };
	const struct mlp_port *port = network->inputs;
	if (network->input_count == 0 || port->classes > 0)
		return false;
	int side = (int)(sqrt((double)port->elements) + 0.5);
	*height = port->rank == 2 ? port->shape[0] : side;
	*width = port->rank == 2 ? port->shape[1] : side;
	return port->rank == 2 ? *height > 1 && *width > 1
	                       : port->elements >= LEAST && side * side == port->elements &&
	                                 port->scaling != MLP_STANDARDIZE;
}

struct unit {
	double norm;
	int number;
};

static int by_norm(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	return x->norm != y->norm ? (x->norm < y->norm) - (x->norm > y->norm) : x->number - y->number;
}

static int first_weights(const struct mlp_network *network)
{
	for (int k = 0; k < network->tensor_count; k++) {
		const struct mlp_tensor *tensor = network->tensor(k);
		if (tensor->role == MLP_PARAMETER && tensor->rank >= 2 &&
		    tensor->elements / tensor->shape[0] == network->inputs[0].elements)
			return k;
	}
	return -1;
}

/* The units of the largest weights first; each by the largest of its own. */
static bool put_sheet(const struct mlp_report *report, const void *weights, struct unit *units, int count,
                      int height, int width)
{
	int lines = (count + SHEET - 1) / SHEET, wide = SHEET * (width + 1) - 1,
	    high = lines * (height + 1) - 1;
	int size = report->run->network->real_size;
	uint32_t *pixels = calloc((size_t)wide * (size_t)high, sizeof *pixels);
	for (int i = 0; pixels && i < count; i++) {
		size_t first = (size_t)units[i].number * (size_t)(height * width);
		int left = i % SHEET * (width + 1), top = i / SHEET * (height + 1);
		double most = 0;
		for (int p = 0; p < height * width; p++)
			most = fmax(most, fabs(mlp_real_at(weights, first + (size_t)p, size)));
		for (int p = 0; p < height * width; p++)
			pixels[(top + p / width) * wide + left + p % width] =
				mlp_signed_color(mlp_real_at(weights, first + (size_t)p, size), most);
	}
	fprintf(report->out, "<figure><svg class=\"sheet\" viewBox=\"0 0 %d %d\" role=\"img\" "
	        "aria-label=\"weights of the first layer\">\n", wide, high);
	bool well = pixels &&
	            mlp_put_picture(report->out, pixels, wide, high, (struct mlp_box){0, 0, wide, high});
	fputs("</svg></figure>\n", report->out);
	free(pixels);
	return well;
}

bool mlp_report_weights(const struct mlp_report *report)
{
	const struct mlp_network *network = report->run->network;
	int height, width;
	int k = mlp_is_picture(network, &height, &width) ? first_weights(network) : -1;
	if (k < 0)
		return true;
	const struct mlp_tensor *tensor = network->tensor(k);
	int count = tensor->shape[0], shown = count < MOST_UNITS ? count : MOST_UNITS;
	void *weights = mlp_allocate((size_t)tensor->elements * (size_t)network->real_size);
	struct unit *units = calloc((size_t)count, sizeof *units);
	bool well = weights && units;
	if (well)
		network->get(report->run->state.net, k, weights);
	for (int32_t i = 0; well && i < tensor->elements; i++) {
		double weight = mlp_real_at(weights, (size_t)i, network->real_size);
		units[i / (height * width)].number = i / (height * width);
		units[i / (height * width)].norm += weight * weight;
	}
	if (well)
		qsort(units, (size_t)count, sizeof *units, by_norm);
	mlp_begin_section(report->out, "First layer", false, NULL);
	fprintf(report->out, "<p>What the units of <b>");
	mlp_put_html(report->out, tensor->name);
	fprintf(report->out, "</b> look for: blue adds, red takes away. ");
	if (shown < count)
		fprintf(report->out, "%d of %d units, those with the largest weights.", shown, count);
	fputs("</p>\n", report->out);
	well = well && put_sheet(report, weights, units, shown, height, width);
	mlp_end_section(report->out);
	free(weights);
	free(units);
	return well;
}
