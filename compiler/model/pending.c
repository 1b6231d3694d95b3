/* What waits until the sizes of a statement are known. */
#include "model/resolver.h"

#include <math.h>

void open_size(const struct context *context, struct size *size, struct span span, name_t name)
{
	struct resolver *r = context->resolver;
	struct open_size open = {.size = size, .span = span, .name = name, .frame = context->frame};
	array_push(r->arena, &r->pending->sizes, open);
}

void open_block_size(const struct context *context, struct size *size, name_t name)
{
	struct resolver *r = context->resolver;
	struct open_size open = {.size = size, .name = name, .span = context->frame->call};
	open.owner = context->frame->definition->statement->name;
	for (const struct frame *frame = context->frame; frame->outer; frame = frame->outer)
		open.span = frame->outer->call;
	array_push(r->arena, &r->pending->sizes, open);
}

/* The last dimension of a concat is the sum of those of its parts. */
static bool solve_join(struct resolver *r, const struct open_join *join)
{
	const struct value *value = join->value;
	int64_t sum = 0;
	for (int i = 0; i < value->operand_count; i++) {
		const struct value *part = value->operands[i];
		int64_t extent = size_extent(part->dims[part->rank - 1]);
		if (extent == 0)
			return false;
		sum += extent;
	}
	if (sum > INT32_MAX) {
		diag_error(r->diag, value->span, "too-large", "`concat` gives more than %d elements",
		           INT32_MAX);
		note_calls(r, join->frame);
		return true;
	}
	struct size *size = size_known(r->arena, sum, value->span);
	if (!size_unify(join->size, size)) {
		diag_error(r->diag, value->span, "shape-mismatch",
		           "`concat` gives %lld elements, but %lld are needed", (long long)sum,
		           (long long)size_extent(join->size));
		note_calls(r, join->frame);
		note_sizes(r, join->size, join->size);
	}
	return true;
}

static bool solve_extent(struct resolver *r, const struct open_extent *open)
{
	double extent;
	if (!value_fold(open->value, &extent))
		return false;
	if (!(extent >= 1 && extent <= INT32_MAX) || extent != floor(extent)) {
		diag_error(r->diag, open->span, "not-an-extent",
		           "a whole number from 1 to %d is needed here, but this is %.15g", INT32_MAX,
		           extent);
		note_calls(r, open->frame);
	} else if (!size_unify(open->size, size_known(r->arena, (int64_t)extent, open->span))) {
		diag_error(r->diag, open->span, "shape-mismatch", "this is %.15g, but %lld are needed",
		           extent, (long long)size_extent(open->size));
		note_calls(r, open->frame);
		note_sizes(r, open->size, open->size);
	}
	return true;
}

static bool solve_extents(struct resolver *r, struct pending *pending)
{
	size_t kept = 0, count = pending->extents.count;
	for (size_t i = 0; i < count; i++)
		if (!solve_extent(r, &pending->extents.items[i]))
			pending->extents.items[kept++] = pending->extents.items[i];
	pending->extents.count = kept;
	return kept < count;
}

/* What follows from sizes that are known, until no more does. */
static void solve(struct resolver *r, struct pending *pending)
{
	bool progress = true;
	while (progress) {
		progress = solve_extents(r, pending);
		size_t kept = 0, count = pending->joins.count;
		for (size_t i = 0; i < count; i++)
			if (!solve_join(r, &pending->joins.items[i]))
				pending->joins.items[kept++] = pending->joins.items[i];
		pending->joins.count = kept;
		progress |= kept < count;
	}
}

static void fail_size(struct resolver *r, const struct open_size *open)
{
	if (!open->owner) {
		diag_error(r->diag, open->span, "unknown-size",
		           "nothing says how many elements `%s` runs over", open->name);
		note_calls(r, open->frame);
		diag_help(r->diag, "write it with its extent, as in `%s: 8`", open->name);
		return;
	}
	diag_error(r->diag, open->span, "unknown-size", "nothing determines the size `%s` of `%s`",
	           open->name, open->owner);
	diag_help(r->diag, "write it on the left side, as in `layer hidden[16] = …`, or at the call, "
	          "as in `%s[16](…)`", open->owner);
}

/* A size that is not known becomes 1 after the message, and the result is false, so that what follows can be
 * silent. */
static bool check_sizes(struct resolver *r, struct pending *pending, bool quiet)
{
	bool good = true;
	for (size_t i = 0; i < pending->sizes.count; i++) {
		const struct open_size *open = &pending->sizes.items[i];
		if (size_extent(open->size) > 0)
			continue;
		if (!quiet)
			fail_size(r, open);
		size_root(open->size)->extent = 1;
		good = false;
	}
	return good;
}

static bool check_extents(struct resolver *r, const struct pending *pending, bool quiet)
{
	for (size_t i = 0; !quiet && i < pending->extents.count; i++) {
		diag_error(r->diag, pending->extents.items[i].span, "unknown-size",
		           "nothing determines this extent");
		note_calls(r, pending->extents.items[i].frame);
	}
	return pending->extents.count == 0;
}

static void check_reshape(struct resolver *r, const struct open_reshape *reshape)
{
	const struct value *value = reshape->value;
	const struct value *operand = value->operands[0];
	int64_t from = element_count(operand->rank, operand->dims),
		to = element_count(value->rank, value->dims);
	if (from <= 0 || to <= 0 || from == to)
		return;
	diag_error(r->diag, value->span, "shape-mismatch",
	           "`reshape` to %s needs %lld elements, but %s has %lld", value_shape(r, value),
	           (long long)to, value_shape(r, operand), (long long)from);
	note_calls(r, reshape->frame);
}

static void check_tensor(struct resolver *r, const struct model_tensor *tensor)
{
	if (element_count(tensor->rank, tensor->dims) < 0)
		diag_error(r->diag, tensor->span, "too-large", "`%s` of shape %s has more than %d elements",
		           tensor->name, shape_text(r, tensor->rank, tensor->dims), INT32_MAX);
}

bool finish_statement(struct resolver *r, struct pending *pending, bool quiet)
{
	solve(r, pending);
	bool has_sizes = check_sizes(r, pending, quiet) && check_extents(r, pending, quiet);
	quiet |= !has_sizes;
	for (size_t i = 0; !quiet && i < pending->reads.count; i++)
		if (!check_read(r, &pending->reads.items[i]) && pending != &r->late)
			array_push(r->arena, &r->late.reads, pending->reads.items[i]);
	for (size_t i = 0; !quiet && i < pending->reshapes.count; i++)
		check_reshape(r, &pending->reshapes.items[i]);
	for (size_t i = 0; !quiet && i < pending->tensors.count; i++)
		check_tensor(r, pending->tensors.items[i]);
	for (size_t i = 0; !quiet && i < pending->initials.count; i++)
		resolve_initial(r, &pending->initials.items[i]);
	if (pending != &r->late)
		*pending = (struct pending){0};
	return has_sizes;
}
