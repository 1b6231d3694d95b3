/* Reads in index notation: x[i], x[i + k], x[2], x[0..4]; the range that their positions reach. */
#include "model/resolver.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

enum { MOST_TERMS = 16 };

/* constant + Σ coefficient · index */
struct linear {
	double constant;
	int count;
	struct {
		const struct index *index;
		double coefficient;
	} terms[MOST_TERMS];
};

static bool add_term(struct linear *sum, const struct index *index, double coefficient)
{
	for (int i = 0; i < sum->count; i++) {
		if (sum->terms[i].index == index) {
			sum->terms[i].coefficient += coefficient;
			return true;
		}
	}
	if (sum->count == MOST_TERMS)
		return false;
	sum->terms[sum->count].index = index;
	sum->terms[sum->count++].coefficient = coefficient;
	return true;
}

/* Adds factor · value to the sum; false if the value is not linear in indices. */
static bool add_linear(struct linear *sum, const struct value *value, double factor)
{
	double number;
	if (value_fold(value, &number)) {
		sum->constant += factor * number;
		return true;
	}
	if (value->kind == VALUE_POSITION)
		return add_term(sum, value->index, factor);
	if (value->kind != VALUE_OPERATION || value->operand_count != 2)
		return false;
	const struct value *a = value->operands[0], *b = value->operands[1];
	if (value->op == OP_ADD)
		return add_linear(sum, a, factor) && add_linear(sum, b, factor);
	if (value->op == OP_MULTIPLY && value_fold(a, &number))
		return add_linear(sum, b, factor * number);
	if (value->op == OP_MULTIPLY && value_fold(b, &number))
		return add_linear(sum, a, factor * number);
	return false;
}

/* An extent whose size is not known yet cannot be folded, but makes nothing nonlinear. */
static bool waits_for_extent(const struct value *value)
{
	if (value->kind == VALUE_EXTENT)
		return size_extent(value->index->size) == 0;
	for (int i = 0; i < value->operand_count; i++)
		if (waits_for_extent(value->operands[i]))
			return true;
	return false;
}

static void fail_range(struct resolver *r, const struct open_read *read, double least, double most,
                       int64_t extent)
{
	if (!(least < most)) {
		diag_error(r->diag, read->span, "out-of-range",
		           "this reads position %.15g, but there are only 0 to %lld", least,
		           (long long)extent - 1);
		note_calls(r, read->frame);
		if (least < 0)
			diag_help(r->diag, "positions count from 0: the last one is %lld",
			          (long long)extent - 1);
		return;
	}
	diag_error(r->diag, read->span, "out-of-range",
	           "this reads positions %.15g to %.15g, but there are only 0 to %lld", least, most,
	           (long long)extent - 1);
	note_calls(r, read->frame);
	diag_help(r->diag, "guard the read by an `if` on the indices");
}

static bool check_slice(struct resolver *r, const struct open_read *read, int64_t extent)
{
	if (read->first + read->extent > extent) {
		diag_error(r->diag, read->span, "out-of-range",
		           "this takes elements %lld to %lld, but there are only 0 to %lld",
		           (long long)read->first, (long long)(read->first + read->extent - 1),
		           (long long)extent - 1);
		note_calls(r, read->frame);
		note_sizes(r, read->size, read->size);
	}
	return true;
}

static void check_guards(struct resolver *r, const struct open_read *read, int64_t extent)
{
	double outside;
	if (guards_hold(read->guards, read->position, extent, &outside))
		return;
	diag_error(r->diag, read->span, "out-of-range",
	           "this reads position %.15g, but there are only 0 to %lld", outside, (long long)extent - 1);
	diag_note(r->diag, read->guards->condition->span, "this condition does not keep it in range");
	note_calls(r, read->frame);
}

bool check_read(struct resolver *r, const struct open_read *read)
{
	int64_t extent = size_extent(read->size);
	if (extent == 0)
		return false;
	if (!read->position)
		return check_slice(r, read, extent);
	if (waits_for_extent(read->position))
		return false;
	struct linear sum = {0};
	if (!add_linear(&sum, read->position, 1)) {
		diag_error(r->diag, read->span, "not-linear",
		           "a position must be a sum of indices and whole numbers, "
		           "such as `i`, `2 * i + k` or `7 - i`");
		note_calls(r, read->frame);
		return true;
	}
	double least = sum.constant, most = sum.constant;
	bool whole = sum.constant == floor(sum.constant);
	for (int i = 0; i < sum.count; i++) {
		double coefficient = sum.terms[i].coefficient;
		int64_t reach = size_extent(sum.terms[i].index->size);
		if (reach == 0)
			return false;
		whole &= coefficient == floor(coefficient);
		*(coefficient < 0 ? &least : &most) += coefficient * (double)(reach - 1);
	}
	if (!whole) {
		diag_error(r->diag, read->span, "not-linear", "a position must be a whole number");
		note_calls(r, read->frame);
	} else if (!read->guards && (least < 0 || most >= (double)extent))
		fail_range(r, read, least, most, extent);
	else if (read->guards && (least < 0 || most >= (double)extent))
		check_guards(r, read, extent);
	return true;
}

static const struct value *unbound(const struct context *context, const struct ast_expr *expr)
{
	struct resolver *r = context->resolver;
	fail(context, expr->span, "unbound-index", "the index `%s` is not bound here", expr->name);
	diag_help(r->diag, "bind it on the left side, or by a reduction such as `sum(%s, …)`", expr->name);
	return r->poison;
}

/* x[i]: the letter runs over the whole dimension. */
static bool unify_letter(const struct context *context, const struct ast_expr *expr,
                         const struct index *index, struct size *size)
{
	struct resolver *r = context->resolver;
	if (context->guards && size_extent(index->size) > 0 && size_extent(size) > 0) {
		struct open_read read = {.span = expr->span, .frame = context->frame, .size = size,
		                         .guards = context->guards,
		                         .position = value_position(context, expr->span, index)};
		array_push(r->arena, &r->pending->reads, read);
		return true;
	}
	if (size_unify(index->size, size))
		return true;
	fail(context, expr->span, "index-extent", "`%s` runs over %lld elements, but this dimension has %lld",
	     expr->name, (long long)size_extent(index->size), (long long)size_extent(size));
	note_sizes(r, index->size, size);
	return false;
}

static const struct value *read_position(const struct context *context, const struct ast_expr *expr,
                                         struct size *size)
{
	struct resolver *r = context->resolver;
	if (expr->kind == AST_NAME) {
		const struct binding *binding = lookup(context, expr->name);
		if (!binding || binding->kind == BOUND_DIMENSION)
			return unbound(context, expr);
		if (binding->kind == BOUND_INDEX) {
			bool same = unify_letter(context, expr, binding->index, size);
			return same ? value_position(context, expr->span, binding->index) : r->poison;
		}
	}
	const struct value *position = elaborate(context, expr);
	if (is_void(context, position))
		return position;
	if (position->rank > 0)
		return fail(context, expr->span, "not-linear",
		            "a position must be a scalar, but this has shape %s", value_shape(r, position));
	struct open_read read = {.span = expr->span, .frame = context->frame, .position = position,
	                         .size = size, .guards = context->guards};
	double number;
	if (!value_fold(position, &number) || size_extent(size) == 0) {
		array_push(r->arena, &r->pending->reads, read);
		return position;
	}
	int errors = diag_errors(r->diag);
	check_read(r, &read);
	return diag_errors(r->diag) == errors ? position : r->poison;
}

static struct size *read_slice(const struct context *context, const struct ast_item *item, struct size *size,
                               struct place *place)
{
	struct resolver *r = context->resolver;
	int64_t first, end;
	if (!constant_integer(context, item->value, 0, &first) ||
	    !constant_integer(context, item->end, 1, &end))
		return NULL;
	if (end <= first) {
		fail(context, item->span, "empty-slice",
		     "this slice is empty: the end is not an element of it");
		return NULL;
	}
	place->first = first;
	struct open_read read = {.span = item->span, .frame = context->frame, .first = first,
	                         .extent = end - first, .size = size};
	array_push(r->arena, &r->pending->reads, read);
	return size_known(r->arena, end - first, item->span);
}

/* One place; false after an error. */
static bool read_item(const struct context *context, const struct ast_item *item, struct size *size,
                      struct place *place, struct size **extent)
{
	const struct resolver *r = context->resolver;
	if (item->kind == ITEM_SLICE)
		return (*extent = read_slice(context, item, size, place)) != NULL;
	if (item->kind != ITEM_VALUE) {
		fail(context, item->span, "unexpected-item",
		     "a position or a slice such as `0..4` is needed here");
		return false;
	}
	place->position = read_position(context, item->value, size);
	return place->position != r->poison && place->position != r->none;
}

/* The read with the given items, then 0, or the whole extent, for each dimension that has none. */
static const char *completed_read(struct resolver *r, const struct ast_expr *read,
                                  const struct value *operand, bool whole)
{
	struct ast_expr zero = {.kind = AST_NUMBER}, ends[MODEL_MOST_DIMENSIONS], full = *read;
	full.items = (ast_items){0};
	for (int k = 0; k < operand->rank; k++) {
		double extent = (double)size_extent(operand->dims[k]);
		ends[k] = (struct ast_expr){.kind = AST_NUMBER, .number = extent};
		struct ast_item item = {.kind = whole ? ITEM_SLICE : ITEM_VALUE, .value = &zero};
		item.end = &ends[k];
		array_push(r->arena, &full.items,
		           (size_t)k < read->items.count ? read->items.items[k] : item);
	}
	struct text text = text_new(r->arena);
	ast_print_expression(&text, &full);
	return text_string(&text);
}

static const struct value *fail_count(const struct context *context, const struct ast_expr *read,
                                      const struct value *operand)
{
	struct resolver *r = context->resolver;
	size_t given = read->items.count;
	fail(context, read->span, "index-count", "this has shape %s and needs %d ind%s, but %zu %s given",
	     value_shape(r, operand), operand->rank, operand->rank == 1 ? "ex" : "ices", given,
	     given == 1 ? "is" : "are");
	bool is_known = given < (size_t)operand->rank;
	for (int k = 0; k < operand->rank; k++)
		is_known &= size_extent(operand->dims[k]) > 0;
	if (is_known)
		diag_help(r->diag, "one element is read as `%s`, a whole row as `%s`",
		          completed_read(r, read, operand, false), completed_read(r, read, operand, true));
	return r->poison;
}

const struct value *elaborate_read(const struct context *context, const struct ast_expr *read)
{
	struct resolver *r = context->resolver;
	const struct value *operand = elaborate(context, read->operands[0]);
	if (is_void(context, operand))
		return operand;
	if (operand->rank == 0)
		return fail(context, read->span, "index-count", "a scalar has no elements to read");
	if ((size_t)operand->rank != read->items.count)
		return fail_count(context, read, operand);
	struct place places[MODEL_MOST_DIMENSIONS] = {0};
	struct size *extents[MODEL_MOST_DIMENSIONS] = {0};
	bool good = true;
	for (int k = 0; k < operand->rank; k++)
		good &= read_item(context, &read->items.items[k], operand->dims[k], &places[k], &extents[k]);
	return good ? value_element(context, read->span, operand, places, extents) : r->poison;
}
