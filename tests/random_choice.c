/* Names, numbers and shapes of random models. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "random_parts.h"

const char *say(struct generator *g, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	char *text = arena_alloc(g->arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(arguments);
	return text;
}

bool chance(struct generator *g, double probability)
{
	return random_between(&g->random, 0, 1) < probability;
}

int below(struct generator *g, int count)
{
	return random_below(&g->random, count);
}

/* --- names -------------------------------------------------------------------------------------- */

static bool is_used(const struct generator *g, const char *name)
{
	for (int k = 0; k < g->used_count; k++)
		if (strcmp(g->used_names[k], name) == 0)
			return true;
	return false;
}

const char *fresh_name(struct generator *g, const char *root)
{
	static const char *const words[] = {
	        "input", "target",    "layer",       "output", "size",  "param",  "state", "init",
	        "loss",  "block",     "scale",       "use",    "data",  "train",  "int",   "double",
	        "rows",  "net",       "restrict",    "y0",     "errno", "EOF",    "main",  "time",
	        "Large", "CamelCase", "under_score", "x_1",    "tanhf", "mlp_net"};
	const char *name = chance(g, 0.06) ? PICK(g, words) : root;
	for (int k = 1; is_used(g, name); k++)
		name = say(g, "%s%d", root, k);
	if (g->used_count < 256)
		g->used_names[g->used_count++] = name;
	return name;
}

/* --- shapes ------------------------------------------------------------------------------------- */

int random_extent(struct generator *g, int most)
{
	static const int extents[] = {1, 2, 2, 3, 3, 3, 2, 5, 5, 4, 7, 11, 13, 17};
	int extent = PICK(g, extents);
	while (extent > most)
		extent = most < 2 ? 1 : PICK(g, extents);
	return extent;
}

int elements_of_shape(const struct shape *shape)
{
	int count = 1;
	for (int d = 0; d < shape->rank; d++)
		count *= shape->extents[d];
	return count;
}

bool shapes_are_equal(const struct shape *a, const struct shape *b)
{
	return a->rank == b->rank && memcmp(a->extents, b->extents, sizeof(int) * (size_t)a->rank) == 0;
}

struct shape random_shape(struct generator *g, int rank, int most_elements)
{
	struct shape shape = {.rank = rank};
	for (int d = 0; d < rank; d++) {
		shape.extents[d] = random_extent(g, most_elements);
		most_elements /= shape.extents[d];
	}
	for (int d = 0; d + 1 < rank; d++) {
		int other = d + below(g, rank - d), extent = shape.extents[d];
		shape.extents[d] = shape.extents[other];
		shape.extents[other] = extent;
	}
	return shape;
}

const char *extent_text(struct generator *g, int extent)
{
	for (int k = 0; k < g->size_count; k++) {
		int rest = extent - g->sizes[k].extent;
		if (rest == 0 && chance(g, 0.6))
			return g->sizes[k].name;
		if (rest > 0 && chance(g, 0.1))
			return say(g, "%s + %d", g->sizes[k].name, rest);
	}
	return say(g, "%d", extent);
}

const char *dimensions_text(struct generator *g, const struct shape *shape)
{
	const char *text = "";
	for (int d = 0; d < shape->rank; d++)
		text = say(g, "%s%s%s", text, d == 0 ? "[" : ", ", extent_text(g, shape->extents[d]));
	return shape->rank > 0 ? say(g, "%s]", text) : "";
}

/* --- numbers ------------------------------------------------------------------------------------ */

struct made random_number(struct generator *g)
{
	static const char *const numbers[] = {"1", "2", "3", "0.5", "0.25", "1.5", "0", "1e-1", "0.125", "4"};
	struct made made = {.text = PICK(g, numbers)};
	if (chance(g, 0.4))
		made.text = say(g, "%.3g", random_between(&g->random, 0.1, 2));
	sscanf(made.text, "%lf", &made.low);
	if (chance(g, 0.2)) {
		made.text = say(g, "(-%s)", made.text);
		made.low = -made.low;
	}
	made.high = made.low;
	return made;
}

const char *varied_number(struct generator *g, double number)
{
	double size = fabs(number), varied;
	if (size == 0)
		varied = random_between(&g->random, 0, 0.1);
	else if (size < 1)
		varied = pow(size, random_between(&g->random, 0.6, 1.7));
	else
		varied = size * random_between(&g->random, 1, 1.5);
	return say(g, "%s%.4g", number < 0 ? "-" : "", varied);
}

/* The number that a default is; false if it is none. */
static bool default_number(const struct ast_expr *expr, double *number)
{
	bool is_negated = expr->kind == AST_OPERATION && expr->operand_count == 1;
	const struct ast_expr *inner = is_negated ? expr->operands[0] : expr;
	*number = is_negated ? -inner->number : inner->number;
	return inner->kind == AST_NUMBER;
}

const char *varied_arguments(struct generator *g, const struct ast_statement *statement, bool first)
{
	const char *text = "";
	bool by_name = chance(g, 0.7), all = chance(g, 0.3);
	for (size_t k = 0; k < statement->formals.count; k++) {
		const struct ast_formal *formal = &statement->formals.items[k];
		double number;
		if (!formal->initial)
			continue;
		bool given = default_number(formal->initial, &number) && (all || chance(g, 0.4));
		if (!given) {
			by_name = true;
			continue;
		}
		text = say(g, "%s%s%s%s%s", text, first ? "" : ", ", by_name ? formal->name : "",
		           by_name ? " = " : "", varied_number(g, number));
		first = false;
	}
	return text;
}

const struct definition_use *pick_definition(struct generator *g, const struct definition_list *list)
{
	return &list->items[below(g, list->count)];
}
