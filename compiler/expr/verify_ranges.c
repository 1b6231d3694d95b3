/* Do reads stay inside of their tensors? Where no condition guards them they must, whatever the variables. */
#include "expr/verify.h"

static void visit(struct verifier *verifier, const struct expr *expr, uint32_t scope, bool guarded);

/* The sample dimension has no extent that is known, so its index is a variable over the samples and nothing
 * else, or the first sample, which there always is. */
static void check_rows(struct verifier *verifier, const struct tensor *tensor, const struct linear *index)
{
	if (index->count == 0 && !index->label && index->constant == 0)
		return;
	bool whole = index->count == 1 && linear_is_variable(index, index->terms[0].variable);
	if (!whole || verifier->extents[index->terms[0].variable] != EXTENT_ROWS)
		verify_fail(verifier, "the sample index of `%s` does not run over the samples", tensor->name);
}

static int64_t extent_of(const void *verifier, int variable)
{
	return ((const struct verifier *)verifier)->extents[variable];
}

static void check_place(struct verifier *verifier, const struct expr *read, int dimension, bool guarded)
{
	const struct tensor *tensor = read->tensor;
	const struct linear *index = read->indices[dimension];
	if (tensor->extents[dimension] == EXTENT_ROWS) {
		check_rows(verifier, tensor, index);
		return;
	}
	struct linear_range range = linear_range(index, extent_of, verifier);
	if (index->label)
		range.high = index->label->tensor->classes - 1;
	if (!range.is_known) {
		verify_fail(verifier, "index %d of `%s` runs over the samples", dimension + 1, tensor->name);
		return;
	}
	long long extent = tensor->extents[dimension];
	if (!guarded && (range.low < 0 || range.high >= extent))
		verify_fail(verifier, "index %d of `%s` runs from %lld to %lld, but the extent is %lld",
		            dimension + 1, tensor->name, (long long)range.low, (long long)range.high, extent);
}

static void visit_leaf(struct verifier *verifier, const struct expr *expr, uint32_t scope, bool guarded)
{
	for (int d = 0; d < expr->index_count; d++)
		if (expr->indices[d]->label)
			visit(verifier, expr->indices[d]->label, scope, guarded);
	for (int d = 0; expr->tensor && d < expr->index_count; d++)
		check_place(verifier, expr, d, guarded);
}

/* Operands that are computed only if the first says so: both branches of a choice, the second of `and` and
 * `or`. */
static bool is_guard(enum op op)
{
	return op == OP_SELECT || op == OP_AND || op == OP_OR;
}

static void visit(struct verifier *verifier, const struct expr *expr, uint32_t scope, bool guarded)
{
	struct note *note = verify_note(verifier, expr);
	if (verifier->error || (note->scope == scope && (guarded || !note->guarded)))
		return;
	note->scope = scope;
	note->guarded = guarded;
	visit_leaf(verifier, expr, scope, guarded);
	if (op_is_reduction(expr->op)) {
		verifier->extents[expr->variable] = expr->extent;
		scope = ++verifier->scopes;
	}
	for (int k = 0; k < expr->count; k++)
		visit(verifier, expr->operands[k], scope, guarded || (k > 0 && is_guard(expr->op)));
}

void verify_ranges(struct verifier *verifier)
{
	const struct tensor *left = verifier->equation->left;
	for (int d = 0; d < left->rank; d++)
		verifier->extents[d] = left->extents[d];
	visit(verifier, verifier->equation->right, ++verifier->scopes, false);
}
