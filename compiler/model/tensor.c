/* Left sides, and tensors that have a value. */
#include "model/resolver.h"

#include <string.h>

static const char *const LETTERS[MODEL_MOST_DIMENSIONS] = {"i", "j", "k", "l", "m", "n", "o", "p"};

/* A letter: of the dimension of that name in a definition, or of a size to be found. */
static struct size *letter_size(const struct context *context, const struct ast_item *item,
                                const struct binding *binding)
{
	struct resolver *r = context->resolver;
	if (binding && binding->kind == BOUND_DIMENSION && item->kind == ITEM_VALUE)
		return binding->size;
	if (item->kind == ITEM_EXTENT)
		return extent_size(context, item->value, item->span);
	struct size *size = size_new(r->arena, item->span);
	open_size(context, size, item->span, item->value->name);
	return size;
}

static bool fail_twice(const struct context *context, const struct ast_item *item, name_t name,
                       bool is_dimension)
{
	struct diag *diag = context->resolver->diag;
	const char *other = strcmp(name, "j") == 0 ? "k" : "j";
	fail(context, item->span, "duplicate-index", "the index `%s` stands twice here", name);
	if (is_dimension)
		diag_help(diag, "a second index of the same extent is written `[%s, %s: %s]`", name, other,
		          name);
	else
		diag_help(diag, "each index has a name of its own, as in `[%s, %s]`", name, other);
	return false;
}

static bool read_dimension(struct context *context, const struct ast_item *item, struct left *left,
                           bool letters)
{
	struct resolver *r = context->resolver;
	bool is_name = item->kind == ITEM_VALUE && item->value->kind == AST_NAME;
	name_t name = item->kind == ITEM_EXTENT ? item->name : is_name ? item->value->name : NULL;
	const struct binding *binding = name ? lookup(context, name) : NULL;
	bool is_letter = letters && name &&
	                 (item->kind == ITEM_EXTENT || !binding || binding->kind != BOUND_VALUE);
	int k = left->rank;
	if (is_letter) {
		struct size *size = letter_size(context, item, binding);
		bool good = size != NULL;
		if (!good)
			size = size_new(r->arena, item->span);
		for (int j = 0; j < k; j++)
			if (left->letters[j] && left->letters[j]->name == name)
				return fail_twice(context, item, name,
				                  binding && binding->kind == BOUND_DIMENSION);
		left->dims[k] = size;
		left->letters[k] = index_new(context, name, size, item->span);
		left->has_letter = true;
		return good;
	}
	if (item->kind != ITEM_VALUE) {
		fail(context, item->span, "unexpected-item", "an extent is needed here");
		return false;
	}
	left->dims[k] = extent_size(context, item->value, item->span);
	return left->dims[k] != NULL;
}

static void bind_letters(struct context *context, const struct left *left)
{
	struct resolver *r = context->resolver;
	context->scope = scope_new(context);
	for (int k = 0; k < left->rank; k++) {
		const struct index *index = left->letters[k];
		if (!index)
			continue;
		scope_add(context, context->scope,
		          (struct binding){.name = index->name,
		                           .kind = BOUND_INDEX,
		                           .index = index,
		                           .span = index->span});
		struct open_index *open = ARENA_NEW(r->arena, struct open_index);
		*open = (struct open_index){index, context->open};
		context->open = open;
	}
}

struct left read_left(struct context *context, const ast_items *dims, struct span span, bool letters)
{
	struct left left = {.span = span, .given = dims->count > 0};
	if (dims->count > MODEL_MOST_DIMENSIONS) {
		fail(context, span, "too-many-dimensions", "a tensor has at most %d dimensions",
		     MODEL_MOST_DIMENSIONS);
		left.failed = true;
		return left;
	}
	for (size_t i = 0; i < dims->count; i++) {
		if (!read_dimension(context, &dims->items[i], &left, letters)) {
			left.failed = true;
			if (!left.dims[left.rank])
				left.dims[left.rank] = size_new(context->resolver->arena, dims->items[i].span);
		}
		left.rank++;
	}
	if (letters)
		bind_letters(context, &left);
	return left;
}

bool check_left(const struct context *context, const struct left *left, name_t name,
                const struct value *value, struct span value_span)
{
	struct resolver *r = context->resolver;
	int different = -1;
	if (!left->given || left->failed || (value->rank == 0 && left->has_letter))
		return true;
	if (value->rank == left->rank && sizes_unify(left->rank, left->dims, value->dims, &different))
		return true;
	fail(context, value_span, "shape-mismatch", "`%s` has the shape %s, but its value is %s%s", name,
	     shape_text(r, left->rank, left->dims), value->rank ? "of shape " : "", value_shape(r, value));
	if (different >= 0) {
		note_sizes(r, left->dims[different], value->dims[different]);
		return false;
	}
	diag_note(r->diag, left->span, "the shape of `%s` is declared here", name);
	bool is_inside = value->span.source == value_span.source && value->span.start >= value_span.start &&
	                 value->span.end <= value_span.end;
	if (!is_inside && value->span.source != r->prelude)
		diag_note(r->diag, value->span, "the value comes from here");
	if (value->rank == 0)
		diag_help(r->diag,
		          "a scalar fills a tensor whose dimensions have letters, as in `%s[i: 4] = …`",
		          strrchr(name, '.') ? strrchr(name, '.') + 1 : name);
	return false;
}

/* Indices for all dimensions: the letters written, else i, j, k … */
static void set_indices(const struct context *context, struct model_tensor *tensor, const struct left *left,
                        int lead)
{
	for (int k = lead; k < tensor->rank; k++) {
		const struct index *letter = left->given ? left->letters[k - lead] : NULL;
		name_t name = name_of(context->resolver->names, LETTERS[k]);
		tensor->indices[k] = letter ? letter
		                            : index_new(context, name, tensor->dims[k], tensor->span);
	}
}

struct model_tensor *define_tensor(const struct context *context, const struct left *left, name_t name,
                                   const struct value *value, struct span value_span)
{
	struct resolver *r = context->resolver;
	if (is_void(context, value) || left->failed || !check_left(context, left, name, value, value_span))
		return NULL;
	int lead = context->instance ? context->instance->lead_count : 0;
	int rank = left->given ? left->rank : value->rank;
	if (lead + rank > MODEL_MOST_DIMENSIONS) {
		fail(context, value_span, "too-many-dimensions", "`%s` would have more than %d dimensions",
		     name, MODEL_MOST_DIMENSIONS);
		return NULL;
	}
	struct model_tensor *tensor = ARENA_NEW(r->arena, struct model_tensor);
	*tensor = (struct model_tensor){.name = name, .role = MODEL_LAYER, .rank = lead + rank,
	                                .span = context->statement->span, .per_sample = value->per_sample};
	for (int k = 0; k < lead; k++) {
		tensor->indices[k] = context->instance->lead[k];
		tensor->dims[k] = tensor->indices[k]->size;
	}
	for (int k = 0; k < rank; k++)
		tensor->dims[lead + k] = left->given ? left->dims[k] : value->dims[k];
	set_indices(context, tensor, left, lead);
	if (lead > 0 && value->rank > 0)
		value = value_at(context, value_span, value, tensor->indices + lead);
	tensor->scalar_value = value->rank == 0 && tensor->rank > 0;
	tensor->value = value;
	array_push(r->arena, &r->pending->tensors, tensor);
	add_tensor(r, tensor);
	return tensor;
}
