/* The tables by which callers reach parameters, statistics, states and gradients by number. */
#include "emit/tensors.h"

#include "emit/lines.h"
#include "emit/unit.h"

static const char *const roles[] = {[TENSOR_PARAMETER] = "MLP_PARAMETER",
                                    [TENSOR_STATISTIC] = "MLP_STATISTIC",
                                    [TENSOR_STATE] = "MLP_STATE"};

void print_shape_list(struct text *text, const struct c_names *names, const struct tensor *tensor)
{
	int first = tensor->rank > 0 && tensor->extents[0] == EXTENT_ROWS, last = tensor_stored_rank(tensor);
	text_add(text, "{");
	for (int k = first; k < last; k++)
		text_printf(text, "%s%s", k > first ? ", " : "", c_extent(names, tensor, k));
	text_add(text, last > first ? "}" : "0}");
}

static void emit_table(struct text *text, const struct c_names *names, const tensors *list, const char *table)
{
	text_line(text, "static const struct mlp_tensor %s[] = {", table);
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		struct text line = text_new(text->arena);
		text_printf(&line, "{\"%s\", %d, ", tensor->name, tensor->rank);
		print_shape_list(&line, names, tensor);
		text_printf(&line, ", %s, %s},", c_elements(names, tensor), roles[tensor->role]);
		text->indent++;
		c_line(text, text_string(&line));
		text->indent--;
	}
	text_line(text, "};\n");
}

/* Where each of them lies in its struct; `none` for those that are not there. */
static void emit_offsets(struct text *text, const struct c_names *names, const tensors *list,
                         const char *table, const char *owner)
{
	text_line(text, "static const size_t %s[] = {", table);
	for (size_t k = 0; k < list->count; k++) {
		if (list->items[k])
			text_line(text, "\toffsetof(struct %s%s, %s),", names->model, owner,
			          c_tensor(names, list->items[k]));
		else
			text_line(text, "\tSIZE_MAX,  /* none */");
	}
	text_line(text, "};\n");
}

/* --- orders of elements ------------------------------------------------------------------------------------- */

static bool is_moved(const struct c_names *names, const struct tensor *tensor)
{
	return plan_order(names->plan, tensor).rows > 1;
}

static bool any_padded(const struct c_names *names, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++)
		if (plan_is_padded(names->plan, list->items[k]))
			return true;
	return false;
}

static bool any_moved(const struct c_names *names, const tensors *list)
{
	for (size_t k = 0; k < list->count; k++)
		if (list->items[k] && is_moved(names, list->items[k]))
			return true;
	return false;
}

/* "SIZE_A * SIZE_B" from dimension `first` up to `end`, or "1" */
static const char *extents(const struct c_names *names, const struct tensor *tensor, int first, int end)
{
	struct text text = text_new(names->arena);
	for (int k = first; k < end; k++)
		text_printf(&text, "%s%s", k > first ? " * " : "", c_extent(names, tensor, k));
	return text.length ? text_string(&text) : "1";
}

static const char *width_of(const struct c_names *names, const struct tensor *tensor, int moved)
{
	int panel = plan_panel(names->plan, tensor);
	return panel > 0 ? name_format(names->names, "%d", panel) : c_extent(names, tensor, moved);
}

/* How they lie in memory: as plan_order says. */
static void emit_orders(struct text *text, const struct c_names *names, const tensors *list,
                        const char *table)
{
	if (!any_moved(names, list))
		return;
	text_line(text, "static const struct mlp_order %ss[] = {", table);
	for (size_t k = 0; k < list->count; k++) {
		const struct tensor *tensor = list->items[k];
		int moved = tensor && tensor->rank > 0 ? plan_dimension(names->plan, tensor, tensor->rank - 1)
		                                       : 0;
		if (!tensor || !is_moved(names, tensor))
			text_line(text, "\t{1, 1, %s, 1},", tensor ? c_elements(names, tensor) : "0");
		else
			text_line(text, "\t{%s, %s, %s, %s},", extents(names, tensor, 0, moved),
			          c_extent(names, tensor, moved),
			          extents(names, tensor, moved + 1, tensor->rank),
			          width_of(names, tensor, moved));
	}
	text_line(text, "};\n");
}

static void emit_reordering(struct text *text, const struct c_names *names, const char *name, const char *rows,
                            const char *copy)
{
	c_line(text, name_format(names->names,
	                         "static void %s(%s *to, const %s *from, const struct mlp_order *order)",
	                         name, names->real, names->real));
	text_line(text,
	          "{\n\tfor (size_t g = 0; g < order->groups; g++)\n"
	          "\t\tfor (size_t r = 0; r < %s; r++)\n"
	          "\t\t\tfor (size_t c = 0; c < order->columns; c++)\n"
	          "\t\t\t\t%s\n}\n",
	          rows, copy);
}

/* What get and set share, where some tensor does not lie as the caller has it. */
static void emit_orders_of_elements(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	if (!any_moved(names, &program->stored) && !any_moved(names, &program->states))
		return;
	c_comment(text, "A tensor is `groups` row-major matrices; in memory they lie transposed, in panels of `width` "
	                "rows.");
	text_line(text, "struct mlp_order {\n\tsize_t groups, rows, columns, width;\n};\n");
	text_line(text, "static size_t place_of(const struct mlp_order *order, size_t group, size_t row, "
	                "size_t column)\n{\n"
	                "\treturn ((row / order->width * order->groups + group) * order->columns + column) * "
	                "order->width\n"
	                "\t\t\t+ row %% order->width;\n}\n");
	if (any_padded(names, &program->stored)) {
		c_comment(text, "The last panel may have rows that are not there. They are 0.");
		text_line(text, "static size_t rows_of_panels(const struct mlp_order *order)\n{\n"
		                "\treturn (order->rows + order->width - 1) / order->width * order->width;\n}\n");
		emit_reordering(text, names, "set_ordered", "rows_of_panels(order)",
		                "to[place_of(order, g, r, c)] = r < order->rows ? *from++ : 0;");
	} else {
		emit_reordering(text, names, "set_ordered", "order->rows",
		                "to[place_of(order, g, r, c)] = *from++;");
	}
	emit_reordering(text, names, "get_ordered", "order->rows", "*to++ = from[place_of(order, g, r, c)];");
}

/* `owner` is the struct that holds it. */
static void emit_ordered_copy(struct text *text, const char *table, const char *owner, bool set)
{
	if (set)
		text_line(text, "set_ordered((void *)((char *)%s + %s_at[k]), values, &%s_orders[k]);", owner,
		          table, table);
	else
		text_line(text,
		          "get_ordered(values, (const void *)((const char *)%s + %s_at[k]), &%s_orders[k]);",
		          owner, table, table);
}

/* --- the functions ------------------------------------------------------------------------------------------ */

static void open_public(struct text *text, const struct c_names *names, enum public_function function)
{
	c_line(text, public_prototype(names, function));
	text_line(text, "{");
	text->indent++;
}

static void close_public(struct text *text)
{
	text->indent--;
	text_line(text, "}\n");
}

void emit_unified(struct text *text, const struct c_names *names, const char *values, const char *count)
{
	if (names->plan->options.strict)
		c_line(text, name_format(names->names, "mlp_unify_nan%s(%s, %s);",
		                         names->plan->options.real_size == 8 ? "" : "f", values, count));
}

static void emit_describe(struct text *text, const struct c_names *names, enum public_function function,
                          const tensors *list, const char *table, const char *count)
{
	open_public(text, names, function);
	if (list->count > 0) {
		c_line(text, name_format(names->names, "return k >= 0 && k < %s_%s ? &%s[k] : NULL;",
		                         names->upper, count, table));
	} else {
		text_line(text, "(void)k;");
		text_line(text, "return NULL;");
	}
	close_public(text);
}

static void emit_copy(struct text *text, const struct c_names *names, enum public_function function,
                      const tensors *list, const char *table, const char *owner, bool set)
{
	open_public(text, names, function);
	if (list->count == 0)
		text_line(text, "(void)%s;\n\t(void)k;\n\t(void)values;", owner);
	else if (any_moved(names, list))
		emit_ordered_copy(text, table, owner, set);
	else if (set)
		text_line(text,
		          "memcpy((char *)%s + %s_at[k], values, (size_t)%ss[k].elements * sizeof *values);",
		          owner, table, table);
	else
		text_line(text, "memcpy(values, (const char *)%s + %s_at[k], "
		          "(size_t)%ss[k].elements * sizeof *values);", owner, table, table);
	if (list->count > 0 && !set)
		emit_unified(text, names, "values",
		             name_format(names->names, "(size_t)%ss[k].elements", table));
	close_public(text);
}

static void emit_gradient(struct text *text, const struct c_names *names)
{
	const struct plan *plan = names->plan;
	if (!public_prototype(names, PUBLIC_GRADIENT))
		return;
	if (plan->program->stored.count > 0) {
		emit_offsets(text, names, &plan->parameter_gradients, "gradient_at", "_training");
		emit_orders(text, names, &plan->parameter_gradients, "gradient_order");
	}
	open_public(text, names, PUBLIC_GRADIENT);
	if (plan->program->stored.count == 0) {
		text_line(text, "(void)t;\n\t(void)k;\n\t(void)values;");
	} else {
		text_line(text, "const size_t bytes = (size_t)tensors[k].elements * sizeof *values;");
		text_line(text, "memset(values, 0, bytes);");
		text_line(text, "if (gradient_at[k] != SIZE_MAX)%s",
		          any_moved(names, &plan->parameter_gradients) ? " {" : "");
		text->indent++;
		if (any_moved(names, &plan->parameter_gradients))
			emit_ordered_copy(text, "gradient", "t", false);
		else
			text_line(text, "memcpy(values, (const char *)t + gradient_at[k], bytes);");
		text->indent--;
		if (any_moved(names, &plan->parameter_gradients))
			text_line(text, "}");
		emit_unified(text, names, "values", "bytes / sizeof *values");
	}
	close_public(text);
}

static void emit_input_gradient(struct text *text, const struct c_names *names)
{
	const struct plan *plan = names->plan;
	const tensors *inputs = &plan->program->inputs;
	if (!public_prototype(names, PUBLIC_INPUT_GRADIENT))
		return;
	emit_offsets(text, names, &plan->input_gradients, "input_gradient_at", "_training");
	text_line(text, "static const size_t input_elements[] = {");
	for (size_t k = 0; k < inputs->count; k++) {
		const struct tensor *adjoint = plan->input_gradients.items[k];
		text_line(text, "\t%s,", c_elements(names, adjoint ? adjoint : inputs->items[k]));
	}
	text_line(text, "};\n");
	open_public(text, names, PUBLIC_INPUT_GRADIENT);
	text_line(text, "const size_t bytes = (size_t)t->rows * input_elements[k] * sizeof *values;");
	text_line(text, "memset(values, 0, bytes);");
	text_line(text, "if (input_gradient_at[k] != SIZE_MAX)");
	text_line(text, "\tmemcpy(values, (const char *)t + input_gradient_at[k], bytes);");
	emit_unified(text, names, "values", "bytes / sizeof *values");
	close_public(text);
}

void emit_zeros(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	const char *net = program->loss ? "t->net." : "net->";
	for (size_t k = 0; k < program->stored.count; k++) {
		const struct tensor *tensor = program->stored.items[k];
		const char *name = c_tensor(names, tensor);
		if (plan_is_padded(names->plan, tensor))
			text_line(text, "memset(%s%s, 0, sizeof %s%s);", net, name, net, name);
	}
}

void emit_tensors(struct text *text, const struct c_names *names)
{
	const struct program *program = names->plan->program;
	emit_orders_of_elements(text, names);
	if (program->stored.count > 0) {
		emit_table(text, names, &program->stored, "tensors");
		emit_offsets(text, names, &program->stored, "tensor_at", "");
		emit_orders(text, names, &program->stored, "tensor_order");
	}
	emit_describe(text, names, PUBLIC_TENSOR, &program->stored, "tensors", "TENSORS");
	emit_copy(text, names, PUBLIC_GET, &program->stored, "tensor", "net", false);
	emit_copy(text, names, PUBLIC_SET, &program->stored, "tensor", "net", true);
	if (!program->loss)
		return;
	if (program->states.count > 0) {
		emit_table(text, names, &program->states, "states");
		emit_offsets(text, names, &program->states, "state_at", "_training");
		emit_orders(text, names, &program->states, "state_order");
	}
	emit_describe(text, names, PUBLIC_STATE, &program->states, "states", "STATES");
	emit_copy(text, names, PUBLIC_GET_STATE, &program->states, "state", "t", false);
	emit_copy(text, names, PUBLIC_SET_STATE, &program->states, "state", "t", true);
	emit_gradient(text, names);
	emit_input_gradient(text, names);
}

/* The plan's figures are those of the C compiler, where pointers have eight bytes. */
static void emit_size(struct text *text, const struct c_names *names, const char *suffix, int64_t bytes)
{
	c_line(text, name_format(names->names,
	                         "_Static_assert(sizeof(void *) != 8 || sizeof(struct %s%s) == %lld, "
	                         "\"size of struct %s%s\");",
	                         names->model, suffix, (long long)bytes, names->model, suffix));
}

void emit_sizes(struct text *text, const struct c_names *names)
{
	emit_size(text, names, "", names->plan->net_bytes);
	emit_size(text, names, "_work", names->plan->work_bytes);
	if (names->plan->program->loss)
		emit_size(text, names, "_training", names->plan->training_bytes);
	text_blank(text);
}
