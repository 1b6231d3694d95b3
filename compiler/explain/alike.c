#include "explain/alike.h"

#include <string.h>

#include "explain/arrange.h"

/* --- tensors ---------------------------------------------------------------------------------- */

static const struct tensor *owner_of(const struct tensor *tensor)
{
	if (tensor->role == TENSOR_ADJOINT)
		return tensor->of;
	if (tensor->role == TENSOR_PARAMETER || tensor->role == TENSOR_STATISTIC)
		return tensor;
	return updated_by(tensor);
}

/* What it is to its owner: "" or ".m"; NULL where its name does not tell. */
static const char *kind_of(const struct tensor *tensor)
{
	const struct tensor *stored = tensor->role == TENSOR_NEXT ? tensor->stored_in : tensor;
	const struct tensor *owner = owner_of(tensor);
	size_t length = strlen(owner->name);
	if (stored->role != TENSOR_STATE)
		return "";
	return strncmp(stored->name, owner->name, length) == 0 ? stored->name + length : NULL;
}

static bool is_renamed(const struct renaming *renaming, const struct tensor *a, const struct tensor *b)
{
	if (a->role != b->role || owner_of(a) != renaming->from || owner_of(b) != renaming->to)
		return false;
	const char *kind = kind_of(a), *other = kind_of(b);
	return kind && other && strcmp(kind, other) == 0;
}

/* --- expressions ------------------------------------------------------------------------------ */

/* Pairs that were compared, so that shared parts are compared once: open addressing by their ids. */
struct pair {
	const struct expr *a, *b;
	bool are_alike;
};

struct comparison {
	const struct renaming *renaming;
	struct arena *arena;
	struct pair *pairs;
	size_t count, capacity;
};

static struct pair *place_of(const struct comparison *comparison, const struct expr *a, const struct expr *b)
{
	uint64_t ids = (uint64_t)a->id << 32 | b->id;
	size_t at = (size_t)(ids * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (comparison->capacity - 1);
	while (comparison->pairs[at].a && (comparison->pairs[at].a != a || comparison->pairs[at].b != b))
		at = (at + 1) & (comparison->capacity - 1);
	return &comparison->pairs[at];
}

static void grow(struct comparison *comparison)
{
	enum { FIRST_CAPACITY = 64 };
	struct comparison old = *comparison;
	comparison->capacity = old.capacity > 0 ? 4 * old.capacity : FIRST_CAPACITY;
	comparison->pairs = ARENA_ARRAY(comparison->arena, struct pair, comparison->capacity);
	for (size_t k = 0; k < old.capacity; k++)
		if (old.pairs[k].a)
			*place_of(comparison, old.pairs[k].a, old.pairs[k].b) = old.pairs[k];
}

static bool alike(struct comparison *comparison, const struct expr *a, const struct expr *b);

/* Is it the element of the left side? */
static bool is_whole(const struct expr *read)
{
	for (int k = 0; k < read->index_count; k++)
		if (!linear_is_variable(read->indices[k], k))
			return false;
	return true;
}

static bool same_indices(const struct expr *a, const struct expr *b)
{
	bool same = a->index_count == b->index_count;
	for (int k = 0; same && k < a->index_count; k++)
		same = a->indices[k] == b->indices[k];
	return same;
}

static bool reads_alike(struct comparison *comparison, const struct expr *a, const struct expr *b)
{
	if (is_renamed(comparison->renaming, a->tensor, b->tensor))
		return is_whole(a) && is_whole(b);
	const struct tensor *owner = owner_of(a->tensor);
	bool is_either = owner == comparison->renaming->from || owner == comparison->renaming->to;
	if (is_whole(a) && owner && is_either)
		return false;
	return a->tensor == b->tensor && same_indices(a, b);
}

static bool has_any_order(enum op op)
{
	return op == OP_ADD || op == OP_MULTIPLY;
}

/* Is operand `k` of `a` like one of `b` that is not in `taken`? */
static bool takes_operand(struct comparison *comparison, const struct expr *a, const struct expr *b, int k,
                          bool *taken)
{
	bool any = has_any_order(a->op);
	for (int m = any ? 0 : k; m < (any ? b->count : k + 1); m++) {
		bool same_weight = !any || a->weights[k] == b->weights[m];
		if (taken[m] || !same_weight || !alike(comparison, a->operands[k], b->operands[m]))
			continue;
		taken[m] = true;
		return true;
	}
	return false;
}

static bool operands_alike(struct comparison *comparison, const struct expr *a, const struct expr *b)
{
	enum { MOST = 64 };
	bool taken[MOST] = {false}, same = a->count == b->count && a->count <= MOST;
	for (int k = 0; same && k < a->count; k++)
		same = takes_operand(comparison, a, b, k, taken);
	return same;
}

static bool nodes_alike(struct comparison *comparison, const struct expr *a, const struct expr *b)
{
	if (a->op == OP_READ)
		return reads_alike(comparison, a, b);
	if (a->count == 0)
		return a == b;
	bool same = a->number == b->number && a->variable == b->variable && a->extent == b->extent;
	return same && a->tensor == b->tensor && same_indices(a, b) && operands_alike(comparison, a, b);
}

static bool alike(struct comparison *comparison, const struct expr *a, const struct expr *b)
{
	if (a->op != b->op)
		return false;
	if (2 * comparison->count >= comparison->capacity)
		grow(comparison);
	const struct pair *known = place_of(comparison, a, b);
	if (known->a)
		return known->are_alike;
	bool are_alike = nodes_alike(comparison, a, b);
	comparison->count++;
	*place_of(comparison, a, b) = (struct pair){a, b, are_alike};
	return are_alike;
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool forms_alike(struct comparison *comparison, const struct form *a, const struct form *b)
{
	return strcmp(a->how, b->how) == 0 && a->first == b->first && a->count == b->count &&
	       alike(comparison, a->right, b->right);
}

static bool firings_alike(struct comparison *comparison, const struct firing *a, const struct firing *b)
{
	return a->rule == b->rule && alike(comparison, a->before, b->before) &&
	       alike(comparison, a->after, b->after);
}

bool entries_alike(struct arena *arena, const struct renaming *renaming, const struct entry *a,
                   const struct entry *b)
{
	struct comparison comparison = {.renaming = renaming, .arena = arena};
	bool same = is_renamed(renaming, a->left, b->left) && a->forms.count == b->forms.count &&
	            a->firings.count == b->firings.count && !a->numbers && !b->numbers;
	for (size_t k = 0; same && k < a->forms.count; k++)
		same = forms_alike(&comparison, &a->forms.items[k], &b->forms.items[k]);
	for (size_t k = 0; same && k < a->firings.count; k++)
		same = firings_alike(&comparison, &a->firings.items[k], &b->firings.items[k]);
	return same;
}
