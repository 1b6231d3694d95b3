/* Graphs as text, an equation a line: role and shape of the left side in columns, then the equation. */
#include "expr/expr_print.h"

#include <string.h>

enum { NUMBERS_SHOWN = 32 };  /* of a longer array: its beginning */

static const char *const roles[] = {
	[TENSOR_INPUT] = "input",         [TENSOR_TARGET] = "target",     [TENSOR_PARAMETER] = "parameter",
	[TENSOR_STATISTIC] = "statistic", [TENSOR_STATE] = "state",       [TENSOR_LAYER] = "layer",
	[TENSOR_OUTPUT] = "output",       [TENSOR_LOSS] = "loss",         [TENSOR_ADJOINT] = "adjoint",
	[TENSOR_TEMPORARY] = "temporary", [TENSOR_SCHEDULE] = "schedule", [TENSOR_NEXT] = "next",
};

static const char *const phases[] = {
	[PHASE_FORWARD] = "forward", [PHASE_BACKWARD] = "backward", [PHASE_UPDATE] = "update",
};

static int64_t extent_of(const struct tensor *tensor, int dimension)
{
	return tensor->extents[dimension] == EXTENT_ROWS ? 1 : tensor->extents[dimension];
}

/* Nested brackets; `numbers` moves past those printed. */
static void print_nested(struct text *text, const struct tensor *tensor, int dimension,
                         const double **numbers)
{
	if (dimension == tensor->rank) {
		print_number(text, *(*numbers)++);
		return;
	}
	text_add(text, "[");
	for (int64_t k = 0; k < extent_of(tensor, dimension); k++) {
		text_add(text, k > 0 ? ", " : "");
		print_nested(text, tensor, dimension + 1, numbers);
	}
	text_add(text, "]");
}

static void print_numbers(struct text *text, const struct tensor *tensor, const double *numbers)
{
	int64_t count = 1;
	for (int d = 0; d < tensor->rank; d++)
		count *= extent_of(tensor, d);
	if (count <= NUMBERS_SHOWN) {
		print_nested(text, tensor, 0, &numbers);
		return;
	}
	for (int k = 0; k < NUMBERS_SHOWN / 4; k++) {
		text_add(text, k > 0 ? ", " : "[");
		print_number(text, numbers[k]);
	}
	text_printf(text, ", …] (%lld numbers)", (long long)count);
}

void equation_print(struct text *text, const struct equation *equation)
{
	const struct tensor *left = equation->left;
	struct printer printer = printer_new(text, left);
	text_add(text, left->name);
	for (int d = 0; d < left->rank; d++)
		text_printf(text, "%s%s", d == 0 ? "[" : ", ", printer.letters[d]);
	text_add(text, left->rank > 0 ? "] = " : " = ");
	if (equation->numbers)
		print_numbers(text, left, equation->numbers);
	else
		printer_expr(&printer, equation->right);
}

/* "[rows, 16]" */
static const char *shape_of(struct arena *arena, const struct tensor *tensor)
{
	struct text shape = text_new(arena);
	text_add(&shape, "[");
	for (int d = 0; d < tensor->rank; d++) {
		text_add(&shape, d > 0 ? ", " : "");
		if (tensor->extents[d] == EXTENT_ROWS)
			text_add(&shape, "rows");
		else
			text_printf(&shape, "%lld", (long long)tensor->extents[d]);
	}
	text_add(&shape, "]");
	return text_string(&shape);
}

static int larger(int width, const char *word)
{
	return (int)strlen(word) > width ? (int)strlen(word) : width;
}

static void print_results(struct text *text, const struct graph *graph)
{
	struct text line = text_new(text->arena);
	for (size_t k = 0; k < graph->results.count; k++)
		text_printf(&line, "%s%s", k > 0 ? ", " : "", graph->results.items[k]->name);
	if (graph->results.count > 0)
		text_line(text, "# results: %s", text_string(&line));
}

void graph_print(struct text *text, const struct graph *graph)
{
	const struct equation *items = graph->equations.items;
	size_t count = graph->equations.count;
	int role_width = 0, shape_width = 0;
	bool has_phases = false;
	for (size_t k = 0; k < count; k++) {
		role_width = larger(role_width, roles[items[k].left->role]);
		shape_width = larger(shape_width, shape_of(text->arena, items[k].left));
		has_phases = has_phases || items[k].phase != items[0].phase;
	}
	for (size_t k = 0; k < count; k++) {
		const struct equation *equation = &items[k];
		if (has_phases && (k == 0 || equation->phase != items[k - 1].phase))
			text_line(text, "# %s", phases[equation->phase]);
		struct text line = text_new(text->arena);
		text_printf(&line, "%-*s  %-*s  ", role_width, roles[equation->left->role], shape_width,
		            shape_of(text->arena, equation->left));
		equation_print(&line, equation);
		if (equation->origin)
			text_printf(&line, "  # %s", equation->origin);
		text_line(text, "%s", text_string(&line));
	}
	print_results(text, graph);
}

void program_print(struct text *text, const struct program *program)
{
	const struct {
		const char *title;
		const struct graph *graph;
	} graphs[] = {
		{"initial", &program->initial},
		{"prediction", &program->prediction},
		{"evaluation", &program->evaluation},
		{"training", &program->training},
	};
	bool first = true;
	for (size_t k = 0; k < sizeof graphs / sizeof graphs[0]; k++) {
		if (graphs[k].graph->equations.count == 0)
			continue;
		if (!first)
			text_line(text, "%s", "");
		first = false;
		text_line(text, "%s", graphs[k].title);
		text->indent++;
		graph_print(text, graphs[k].graph);
		text->indent--;
	}
}
