/* Roles → the text of a model. */
#include <math.h>
#include <string.h>

#include "cli/propose.h"

struct writer {
	struct arena *arena;
	const struct roles *roles;
	struct recipe recipe;
	struct text text;
};

/* --- numbers ---------------------------- */

/* With few digits, but never none. */
static const char *rounded(struct arena *arena, double value, int digits)
{
	struct text text = text_new(arena);
	double power = value == 0 ? 1 : pow(10, digits - 1 - floor(log10(fabs(value))));
	text_double(&text, round(value * power) / power);
	return text_string(&text);
}

static const char *counted(struct arena *arena, size_t count, const char *one, const char *many)
{
	return format_string(arena, "%zu %s", count, count == 1 ? one : many);
}

/* "5.84" or, of several columns, "[5.84, 3.05]". */
static const char *statistic(const struct writer *w, bool deviation)
{
	struct text text = text_new(w->arena);
	int count = w->roles->target_count;
	for (int k = 0; k < count; k++) {
		const struct mlp_survey_column *column = w->roles->targets[k];
		double value = deviation ? mlp_survey_deviation(column) : column->mean;
		text_printf(&text, "%s%s%s",
		            k == 0 && count > 1 ? "["
		            : k > 0             ? ", "
		                                : "",
		            rounded(w->arena, value, deviation ? 4 : 6),
		            k + 1 == count && count > 1 ? "]" : "");
	}
	return text_string(&text);
}

static size_t target_elements(const struct roles *roles)
{
	return roles->labels->array ? roles->labels->elements : (size_t)roles->target_count;
}

/* --- the head ---------------------------- */

static const char *what_from(const struct writer *w)
{
	const struct roles *roles = w->roles;
	if (roles->picture)
		return format_string(w->arena, "%d pixels", roles->numbers);
	const char *numbers = counted(w->arena, (size_t)roles->numbers, "number", "numbers");
	const char *categories = counted(w->arena, (size_t)roles->categories, "category", "categories");
	return roles->categories == 0 ? numbers
	       : roles->numbers == 0  ? categories
	                              : format_string(w->arena, "%s and %s", numbers, categories);
}

static void write_head(struct writer *w, const char *name, const char *files)
{
	const struct roles *roles = w->roles;
	if (roles->classes)
		text_printf(&w->text, "# Tells %d classes apart by %s: %s, %zu rows.\n", roles->classes,
		            what_from(w), files, roles->data->rows);
	else
		text_printf(&w->text, "# Predicts %s from %s: %s, %zu rows.\n",
		            roles->target_count == 1
		                    ? "a number"
		                    : format_string(w->arena, "%d numbers", roles->target_count),
		            what_from(w), files, roles->data->rows);
	text_printf(&w->text, "# A first model by `mlpc new`; change what you like.\nmodel %s\n\n", name);
}

/* --- inputs and target ---------------------------- */

static void write_ports(struct writer *w)
{
	const struct roles *roles = w->roles;
	if (roles->picture)
		text_printf(&w->text, "input  %s[%d] scale 0 %g\n", roles->numbers_name, roles->numbers,
		            roles->brightest);
	else if (roles->numbers > 0)
		text_printf(&w->text, "input  %s[%d] standardize\n", roles->numbers_name, roles->numbers);
	for (int k = 0; k < roles->count; k++)
		if (roles->columns[k].role == ROLE_CATEGORY)
			text_printf(&w->text, "input  %s class[%d]\n", roles->columns[k].name,
			            roles->columns[k].column->values.count);
	if (roles->classes) {
		text_printf(&w->text, "target %s class[%d]", roles->target_name, roles->classes);
		if (roles->targets[0]->texts == 0 && roles->classes > 2 && !roles->labels->array)
			text_add(&w->text, "   # its whole numbers are few; `mlpc new --target-type=number` "
			                   "predicts a number");
		text_add(&w->text, "\n\n");
	} else {
		text_printf(&w->text, "target %s[%zu]\n\n", roles->target_name, target_elements(roles));
	}
}

/* --- layers ---------------------------- */

/* A line `layer left = right`; without right the inputs are joined. */
struct statement {
	const char *left, *right;
};

typedef ARRAY(struct statement) statement_list;

/* concat(numbers, work, …) */
static void write_joined(struct writer *w, size_t line_start)
{
	const struct roles *roles = w->roles;
	bool first = roles->numbers == 0;
	text_add(&w->text, "concat(");
	int indent = (int)(w->text.length - line_start);
	if (!first)
		text_add(&w->text, roles->numbers_name);
	for (int k = 0; k < roles->count; k++) {
		if (roles->columns[k].role != ROLE_CATEGORY)
			continue;
		add_list_item(&w->text, &line_start, first, indent, roles->columns[k].name);
		first = false;
	}
	text_add(&w->text, ")\n");
}

/* What the first hidden layer reads. */
static const char *joined_name(const struct writer *w)
{
	const struct roles *roles = w->roles;
	if (roles->categories + (roles->numbers > 0) > 1)
		return "all";
	for (int k = 0; k < roles->count; k++)
		if (roles->columns[k].role == ROLE_CATEGORY)
			return roles->columns[k].name;
	return roles->numbers_name;
}

static statement_list hidden_layers(const struct writer *w, const char **top)
{
	static const char *const NAMES[] = {"hidden", "hidden2"};
	const struct recipe *recipe = &w->recipe;
	statement_list list = {0};
	*top = joined_name(w);
	if (strcmp(*top, "all") == 0)
		array_push(w->arena, &list, (struct statement){.left = "layer  all"});
	for (int k = 0; k < 2 && recipe->widths[k] > 0; k++) {
		array_push(w->arena, &list,
		           (struct statement){
		                   format_string(w->arena, "layer  %s[%d]", NAMES[k], recipe->widths[k]),
		                   format_string(w->arena, "%s(dense(%s))", recipe->activation, *top)});
		*top = NAMES[k];
		if (k > 0 || recipe->dropout == 0)
			continue;
		array_push(w->arena, &list,
		           (struct statement){
		                   "layer  kept",
		                   format_string(w->arena, "dropout(hidden, rate = %g)", recipe->dropout)});
		*top = "kept";
	}
	return list;
}

static void write_statements(struct writer *w, const statement_list *list)
{
	size_t width = 0;
	for (size_t k = 0; k < list->count; k++)
		width = strlen(list->items[k].left) > width ? strlen(list->items[k].left) : width;
	for (size_t k = 0; k < list->count; k++) {
		size_t line_start = w->text.length;
		text_printf(&w->text, "%-*s = ", (int)width, list->items[k].left);
		if (list->items[k].right)
			text_printf(&w->text, "%s\n", list->items[k].right);
		else
			write_joined(w, line_start);
	}
	text_add(&w->text, "\n");
}

static void write_network(struct writer *w)
{
	const struct roles *roles = w->roles;
	const char *top, *output = roles->output_name, *target = roles->target_name;
	const char *penalty = w->recipe.penalty > 0
	                              ? format_string(w->arena, " + %g * sumsq(weights)", w->recipe.penalty)
	                              : "";
	statement_list list = hidden_layers(w, &top);
	const char *mean = statistic(w, false), *deviation = statistic(w, true);
	size_t count = roles->classes ? (size_t)roles->classes : target_elements(roles);
	const char *left = format_string(w->arena, "output %s[%zu]", output, count);
	const char *right = roles->classes
	                            ? format_string(w->arena, "softmax(dense(%s))", top)
	                            : format_string(w->arena, "%s + %s * dense(%s)", mean, deviation, top);
	array_push(w->arena, &list, (struct statement){left, right});
	if (!roles->classes)
		text_add(&w->text, "# The target's mean and deviation: layers compute numbers around 1, the "
		                   "estimate has the target's unit.\n");
	write_statements(w, &list);
	if (roles->classes)
		text_printf(&w->text, "minimize cross_entropy(%s, %s)%s\n\n", output, target, penalty);
	else if (roles->target_count == 1)
		text_printf(&w->text, "minimize mse(%s, %s) / %s^2%s\n\n", output, target, deviation,
		            penalty);
	else
		text_printf(&w->text, "minimize mse(%s / %s, %s / %s)%s\n\n", output, deviation, target,
		            deviation, penalty);
}

/* --- training ---------------------------- */

static void write_training(struct writer *w)
{
	const struct recipe *recipe = &w->recipe;
	text_add(&w->text, "train {\n");
	text_printf(&w->text, "    optimizer = adam(rate = %g * %g^epoch)\n", recipe->rate, recipe->decay);
	text_printf(&w->text, "    batch     = %d\n    epochs    = %d\n", recipe->batch, recipe->epochs);
	if (w->roles->data->rows >= SPLIT_FROM && recipe->patience > 0)
		text_printf(&w->text, "    patience  = %d\n", recipe->patience);
	text_add(&w->text, "}\n");
}

const char *propose(struct arena *arena, const struct roles *roles, const char *name, const char *files)
{
	struct writer writer = {
	        .arena = arena, .roles = roles, .recipe = recipe_for(roles), .text = text_new(arena)};
	write_head(&writer, name, files);
	write_ports(&writer);
	write_network(&writer);
	write_data_block(arena, &writer.text, roles);
	write_training(&writer);
	return text_string(&writer.text);
}
