/* struct NAME with values: nested braces in the order of memory. */
#include "emit/weights.h"

#include <string.h>

#include "emit/lines.h"

enum { WIDTH = 100 };

struct writer {
	struct text *text;
	const struct c_names *names;
	int64_t extents[TENSOR_MOST_DIMENSIONS + 1]; /* in memory: that of the member, see c_shape */
	int rank;
	const double *values; /* row-major */
	struct plan_order order;
	int64_t at;         /* of the next element, in memory */
	size_t line;        /* where the line began */
	struct text digits; /* of one number */
};

/* As plan_order says where each element lies. */
static double next_value(struct writer *writer)
{
	struct plan_order order = writer->order;
	int64_t place = writer->at++, in_panel = place % order.width;
	int64_t column = place / order.width % order.columns, rest = place / order.width / order.columns;
	int64_t matrix = rest % order.matrices, row = rest / order.matrices * order.width + in_panel;
	return row < order.rows ? writer->values[(matrix * order.rows + row) * order.columns + column] : 0;
}

static void begin_line(struct writer *writer)
{
	text_blank(writer->text);
	writer->line = writer->text->length;
	text_add(writer->text, "\t\t");
}

static void put(struct writer *writer, const char *string)
{
	if (writer->text->length - writer->line + strlen(string) > WIDTH)
		begin_line(writer);
	text_add(writer->text, string);
}

static void put_number(struct writer *writer, const char *after)
{
	struct text *digits = &writer->digits;
	bool is_double = writer->names->plan->options.real_size == 8;
	double value = next_value(writer);
	digits->length = 0;
	if (is_double)
		text_double(digits, value);
	else
		text_float(digits, (float)value);
	if (!strpbrk(text_string(digits), ".e"))
		text_add(digits, ".0");
	text_add(digits, is_double ? "" : "f");
	text_add(digits, after);
	put(writer, text_string(digits));
}

/* The dimensions from a place in memory on. */
static void put_elements(struct writer *writer, int place, const char *after)
{
	if (place == writer->rank) {
		put_number(writer, after);
		return;
	}
	int64_t extent = writer->extents[place];
	put(writer, "{");
	for (int64_t k = 0; k < extent; k++) {
		if (k > 0 && place + 1 < writer->rank)
			begin_line(writer);
		put_elements(writer, place + 1, k + 1 < extent ? ", " : "");
	}
	put(writer, "}");
	put(writer, after);
}

static void set_shape(struct writer *writer, const struct tensor *tensor)
{
	const struct plan *plan = writer->names->plan;
	int panel = plan_panel(plan, tensor), last = tensor->rank - 1;
	if (panel > 0)
		writer->extents[writer->rank++] =
		        (tensor->extents[plan_dimension(plan, tensor, last)] + panel - 1) / panel;
	for (int place = 0; place < tensor->rank; place++)
		writer->extents[writer->rank++] =
		        panel > 0 && place == last ? panel
		                                   : tensor->extents[plan_dimension(plan, tensor, place)];
}

/* Spaces at the ends of lines are taken away. */
static void put_member(struct text *text, const struct c_names *names, const struct tensor *tensor,
                       const double *values)
{
	struct text lines = text_new(names->arena);
	struct writer writer = {.text = &lines,
	                        .names = names,
	                        .values = values,
	                        .order = plan_order(names->plan, tensor),
	                        .digits = text_new(names->arena)};
	set_shape(&writer, tensor);
	text_printf(&lines, "\t.%s = ", c_tensor(names, tensor));
	put_elements(&writer, 0, ",");
	const char *string = text_string(&lines);
	for (size_t length; *string; string += length + (string[length] == '\n')) {
		length = strcspn(string, "\n");
		size_t bare = length;
		while (bare > 0 && string[bare - 1] == ' ')
			bare--;
		text_bytes(text, string, bare);
		text_blank(text);
	}
}

void emit_weights_declaration(struct text *text, const struct c_names *names)
{
	c_comment(text,
	          "Parameters and statistics of a training, for every function that takes them constant.");
	text_line(text, "extern const struct %s %s_weights;\n", names->model, names->model);
}

void emit_weights(struct text *text, const struct c_names *names, const double *const *weights)
{
	const tensors *stored = &names->plan->program->stored;
	bool is_aligned = names->plan->options.target && names->plan->options.target->vector_bytes > 0;
	text_line(text, "/* --- Parameters --- */\n");
	text_line(text, "%sconst struct %s %s_weights = {", is_aligned ? "_Alignas(64) " : "", names->model,
	          names->model);
	for (size_t k = 0; k < stored->count; k++)
		put_member(text, names, stored->items[k], weights[k]);
	if (stored->count == 0)
		text_line(text, "\t.none_stored = {0},");
	text_line(text, "};\n");
}
