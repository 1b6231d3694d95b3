/* Numbers that are known when the model is compiled, and extents, which may follow from others. */
#include "model/resolver.h"

#include <math.h>

#include "base/text.h"

/* A formula of extents, of which one at least is still to be found. */
static bool is_open_extent(const struct value *value)
{
	double number;
	if (value_fold(value, &number))
		return false;
	if (value->kind == VALUE_EXTENT)
		return true;
	bool is_formula = value->kind == VALUE_OPERATION &&
	                  (value->op == OP_ADD || value->op == OP_MULTIPLY || value->op == OP_POW);
	for (int k = 0; is_formula && k < value->operand_count; k++)
		is_formula = value_fold(value->operands[k], &number) || is_open_extent(value->operands[k]);
	return is_formula;
}

static bool known_number(const struct context *context, const struct ast_expr *expr,
                         const struct value *value, double *number)
{
	if (is_void(context, value))
		return false;
	if (value->rank == 0 && value_fold(value, number))
		return true;
	if (is_open_extent(value)) {
		fail(context, expr->span, "not-a-constant", "this extent is not known yet here");
		diag_help(context->resolver->diag, "write it where it begins, as in `layer h[8] = …`");
		return false;
	}
	fail(context, expr->span, "not-a-constant",
	     "a number that is known when the model is compiled is needed here");
	if (expr->kind == AST_NAME && value->kind == VALUE_TENSOR && value->per_sample)
		diag_note(context->resolver->diag, value->tensor->span, "`%s` is computed for each sample",
		          expr->name);
	return false;
}

bool constant_number(const struct context *context, const struct ast_expr *expr, double *number)
{
	return known_number(context, expr, elaborate(context, expr), number);
}

static bool is_literal(const struct ast_expr *expr)
{
	return expr->kind == AST_NUMBER ||
	       (expr->kind == AST_OPERATION && expr->operand_count == 1 && is_literal(expr->operands[0]));
}

static const char *but_is(const struct context *context, double real)
{
	struct text text = text_new(context->resolver->arena);
	text_printf(&text, ", but this is %.15g", real);
	return text_string(&text);
}

static bool whole_between(const struct context *context, const struct ast_expr *expr, double real,
                          int64_t least, int64_t most, int64_t *number)
{
	if (!(real >= (double)least && real <= (double)most) || real != floor(real)) {
		fail(context, expr->span, "not-an-extent",
		     "a whole number from %lld to %lld is needed here%s", (long long)least, (long long)most,
		     is_literal(expr) ? "" : but_is(context, real));
		return false;
	}
	*number = (int64_t)real;
	return true;
}

bool constant_between(const struct context *context, const struct ast_expr *expr, int64_t least, int64_t most,
                      int64_t *number)
{
	double real;
	return constant_number(context, expr, &real) &&
	       whole_between(context, expr, real, least, most, number);
}

bool constant_integer(const struct context *context, const struct ast_expr *expr, int64_t least,
                      int64_t *number)
{
	return constant_between(context, expr, least, INT32_MAX, number);
}

struct size *extent_size(const struct context *context, const struct ast_expr *expr, struct span span)
{
	const struct binding *binding = expr->kind == AST_NAME ? lookup(context, expr->name) : NULL;
	if (binding && binding->kind == BOUND_DIMENSION)
		return binding->size;
	if (binding && binding->kind == BOUND_INDEX)
		return binding->index->size;
	struct resolver *r = context->resolver;
	struct context inner = *context;
	inner.is_extent = true;
	const struct value *value = elaborate(&inner, expr);
	if (is_open_extent(value)) {
		struct open_extent open = {size_new(r->arena, span), value, span, context->frame};
		array_push(r->arena, &r->pending->extents, open);
		return open.size;
	}
	double real;
	int64_t extent;
	bool is_known = known_number(context, expr, value, &real) &&
	                whole_between(context, expr, real, 1, INT32_MAX, &extent);
	return is_known ? size_known(r->arena, extent, span) : NULL;
}
