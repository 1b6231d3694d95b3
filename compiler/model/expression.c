/* Expressions of the AST to values: names, numbers, operators; calls and reads are in files of their own. */
#include "model/resolver.h"

#include <string.h>

#include "base/text.h"

static void note_shape(const struct context *context, struct span span, const struct value *value)
{
	diag_note(context->resolver->diag, span, "this has shape %s", value_shape(context->resolver, value));
}

bool same_shape(const struct context *context, struct span span, const char *what, const struct value *a,
                struct span a_span, const struct value *b, struct span b_span)
{
	struct resolver *r = context->resolver;
	if (is_void(context, a) || is_void(context, b) || a->rank == 0 || b->rank == 0)
		return true;
	int different = -1;
	if (a->rank == b->rank && sizes_unify(a->rank, a->dims, b->dims, &different))
		return true;
	fail(context, span, "shape-mismatch", "%s have the shapes %s and %s", what, value_shape(r, a),
	     value_shape(r, b));
	note_shape(context, a_span, a);
	note_shape(context, b_span, b);
	if (different >= 0)
		note_sizes(r, a->dims[different], b->dims[different]);
	return false;
}

static const struct value *elaborate_number(const struct context *context, const struct ast_expr *expr)
{
	return value_number(context, expr->span, expr->number);
}

static const struct value *elaborate_name(const struct context *context, const struct ast_expr *expr)
{
	const struct binding *binding = lookup(context, expr->name);
	if (binding && binding->kind == BOUND_VALUE)
		return binding->value;
	if (binding && binding->kind == BOUND_INDEX && context->is_extent)
		return value_extent(context, expr->span, binding->index);
	if (binding && binding->kind == BOUND_INDEX)
		return value_position(context, expr->span, binding->index);
	if (binding)
		return value_extent(context, expr->span,
		                    index_new(context, expr->name, binding->size, expr->span));
	enum symbol symbol;
	if (find_symbol(context, expr->name, &symbol))
		return value_symbol(context, expr->span, symbol);
	const struct definition *definition = lookup_definition(context, expr->name);
	if (context->region == REGION_INITIAL && definition && definition->statement->kind == AST_INIT)
		return expand_initialiser(context, expr, definition);
	return unknown_name(context, expr);
}

bool dotted_name(struct text *text, const struct ast_expr *expr)
{
	if (expr->kind == AST_MEMBER) {
		if (!dotted_name(text, expr->operands[0]))
			return false;
		text_add(text, ".");
	} else if (expr->kind != AST_NAME) {
		return false;
	}
	text_add(text, expr->name);
	return true;
}

/* `hidden.W` where `hidden` is erroneous. */
static bool is_poisoned(const struct context *context, const struct ast_expr *expr)
{
	while (expr->kind == AST_MEMBER)
		expr = expr->operands[0];
	const struct binding *binding = lookup(context, expr->name);
	return binding && binding->value == context->resolver->poison;
}

/* What else there is: the parameters and statistics of `hidden`. */
static void help_members(struct resolver *r, const struct ast_expr *owner)
{
	struct text prefix = text_new(r->arena), list = text_new(r->arena);
	if (!dotted_name(&prefix, owner))
		return;
	const char *name = text_string(&prefix);
	size_t length = strlen(name);
	for (size_t i = 0; i < r->model->tensors.count; i++) {
		const struct model_tensor *tensor = r->model->tensors.items[i];
		if ((tensor->role == MODEL_PARAMETER || tensor->role == MODEL_STATISTIC) &&
		    strncmp(tensor->name, name, length) == 0 && tensor->name[length] == '.')
			text_printf(&list, "%s`%s`", *text_string(&list) ? ", " : "", tensor->name);
	}
	if (*text_string(&list))
		diag_help(r->diag, "`%s` has %s", name, text_string(&list));
}

static const struct value *elaborate_member(const struct context *context, const struct ast_expr *expr)
{
	struct resolver *r = context->resolver;
	struct text text = text_new(r->arena);
	const struct model_tensor *tensor = NULL;
	dotted_name(&text, expr); /* the parser lets nothing but names stand before a point */
	if (!context->frame && context->region != REGION_TRAIN)
		tensor = table_get(r->tensors, name_of(r->names, text_string(&text)));
	if (tensor)
		return value_tensor(context, expr->span, tensor);
	if (is_poisoned(context, expr))
		return r->poison;
	fail(context, expr->span, "unknown-name", "`%s` is not known here", text_string(&text));
	struct suggestion suggestion = suggestion_for(text_string(&text));
	for (size_t i = 0; !context->frame && i < r->model->tensors.count; i++)
		suggestion_offer(&suggestion, r->model->tensors.items[i]->name);
	suggestion_help(r, &suggestion);
	if (!suggestion.best && !context->frame)
		help_members(r, expr->operands[0]);
	return r->poison;
}

/* A condition: what is no comparison is compared with 0. */
static const struct value *condition(const struct context *context, const struct value *value)
{
	bool is_condition = is_void(context, value) ||
	                    (value->kind == VALUE_OPERATION && op_is_condition(value->op)) ||
	                    (value->kind == VALUE_SYMBOL && value->symbol == SYMBOL_TRAINING);
	if (is_condition)
		return value;
	return value_binary(context, value->span, OP_NOT_EQUAL, value, value_number(context, value->span, 0));
}

static const struct value *add(const struct context *c, struct span span, const struct value *a,
                               const struct value *b)
{
	return value_binary(c, span, OP_ADD, a, b);
}

static const struct value *subtract(const struct context *c, struct span span, const struct value *a,
                                    const struct value *b)
{
	return value_binary(c, span, OP_ADD, a, value_negative(c, span, b));
}

static const struct value *multiply(const struct context *c, struct span span, const struct value *a,
                                    const struct value *b)
{
	return value_binary(c, span, OP_MULTIPLY, a, b);
}

static const struct value *power(const struct context *c, struct span span, const struct value *a,
                                 const struct value *b)
{
	return value_binary(c, span, OP_POW, a, b);
}

/* A probability beyond 0 … 1: what is drawn is always below it, or never. */
static void check_drawn(const struct context *c, const struct value *a, const struct value *b)
{
	double bound;
	if (a->kind == VALUE_DRAW && a->op == OP_UNIFORM && value_fold(b, &bound) && (bound < 0 || bound > 1))
		warn(c, b->span, "constant-condition",
		     "this is %.15g, but is compared with a draw from 0 to 1", bound);
}

static const struct value *less(const struct context *c, struct span span, const struct value *a,
                                const struct value *b)
{
	check_drawn(c, a, b);
	return value_binary(c, span, OP_LESS, a, b);
}

static const struct value *less_equal(const struct context *c, struct span span, const struct value *a,
                                      const struct value *b)
{
	return value_binary(c, span, OP_LESS_EQUAL, a, b);
}

static const struct value *greater(const struct context *c, struct span span, const struct value *a,
                                   const struct value *b)
{
	return value_binary(c, span, OP_LESS, b, a);
}

static const struct value *greater_equal(const struct context *c, struct span span, const struct value *a,
                                         const struct value *b)
{
	return value_binary(c, span, OP_LESS_EQUAL, b, a);
}

static const struct value *equal(const struct context *c, struct span span, const struct value *a,
                                 const struct value *b)
{
	return value_binary(c, span, OP_EQUAL, a, b);
}

static const struct value *not_equal(const struct context *c, struct span span, const struct value *a,
                                     const struct value *b)
{
	return value_binary(c, span, OP_NOT_EQUAL, a, b);
}

static const struct value *both(const struct context *c, struct span span, const struct value *a,
                                const struct value *b)
{
	return value_binary(c, span, OP_AND, condition(c, a), condition(c, b));
}

static const struct value *either(const struct context *c, struct span span, const struct value *a,
                                  const struct value *b)
{
	return value_binary(c, span, OP_OR, condition(c, a), condition(c, b));
}

typedef const struct value *binary_function(const struct context *, struct span, const struct value *,
                                            const struct value *);

static const struct {
	const char *spelling;
	binary_function *make;
} binary_table[] = {
	{"+", add},        {"-", subtract},    {"*", multiply}, {"/", value_quotient}, {"^", power},
	{"<", less},       {"<=", less_equal}, {">", greater},  {">=", greater_equal}, {"==", equal},
	{"!=", not_equal}, {"and", both},      {"or", either},
};

static const struct value *elaborate_unary(const struct context *context, const struct ast_expr *expr)
{
	const struct value *operand = elaborate(context, expr->operands[0]);
	if (strcmp(expr->op, "-") == 0)
		return value_negative(context, expr->span, operand);
	operand = condition(context, operand);
	return value_operation(context, expr->span, OP_NOT, 1, &operand);
}

static const struct value *elaborate_operation(const struct context *context, const struct ast_expr *expr)
{
	if (expr->operand_count == 1)
		return elaborate_unary(context, expr);
	const struct ast_expr *left = expr->operands[0], *right = expr->operands[1];
	const struct value *a = elaborate(context, left), *b = elaborate(context, right);
	char what[64];
	snprintf(what, sizeof what, "the operands of `%s`", expr->op);
	if (!same_shape(context, expr->span, what, a, left->span, b, right->span))
		return context->resolver->poison;
	size_t i = 0;
	while (strcmp(binary_table[i].spelling, expr->op) != 0) /* it has all that the parser knows */
		i++;
	return binary_table[i].make(context, expr->span, a, b);
}

static bool uses_position(const struct value *value)
{
	if (value->kind == VALUE_POSITION)
		return true;
	for (int i = 0; value->kind == VALUE_OPERATION && i < value->operand_count; i++)
		if (uses_position(value->operands[i]))
			return true;
	return false;
}

static const struct value *elaborate_if(const struct context *context, const struct ast_expr *expr)
{
	const struct ast_expr *const *parts = expr->operands;
	const struct value *values[3] = {condition(context, elaborate(context, parts[0]))};
	for (int k = 1; k <= 2; k++) {
		struct context branch = *context;
		struct guard *guard = ARENA_NEW(context->resolver->arena, struct guard);
		*guard = (struct guard){values[0], k == 2, context->guards};
		if (uses_position(values[0]))
			branch.guards = guard;
		values[k] = elaborate(&branch, parts[k]);
	}
	for (int pair = 0; pair < 3; pair++) {
		const char *what = pair == 2 ? "the two values of `if`"
		                             : "the condition and the value of `if`";
		int i = pair / 2, j = pair == 0 ? 1 : 2;
		if (!same_shape(context, expr->span, what, values[i], parts[i]->span, values[j],
		                parts[j]->span))
			return context->resolver->poison;
	}
	return value_operation(context, expr->span, OP_SELECT, 3, values);
}

const struct value *elaborate(const struct context *context, const struct ast_expr *expr)
{
	static const struct value *(*const handlers[])(const struct context *, const struct ast_expr *) = {
		[AST_NUMBER] = elaborate_number,       [AST_NAME] = elaborate_name,
		[AST_OPERATION] = elaborate_operation, [AST_IF] = elaborate_if,
		[AST_CALL] = elaborate_call,           [AST_INDEX] = elaborate_read,
		[AST_MEMBER] = elaborate_member,       [AST_ARRAY] = elaborate_array,
	};
	struct resolver *r = context->resolver;
	if (r->exhausted)
		return r->poison;
	if (r->depth >= MOST_DEPTH) {
		r->exhausted = true;
		return fail(context, expr->span, "too-deep", "expressions are nested more than %d deep",
		            MOST_DEPTH);
	}
	r->depth++;
	const struct value *value = handlers[expr->kind](context, expr);
	r->depth--;
	return value;
}
