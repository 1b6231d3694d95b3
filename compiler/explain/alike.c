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

static bool alike(const struct renaming *renaming, const struct expr *a, const struct expr *b);

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

static bool reads_alike(const struct renaming *renaming, const struct expr *a, const struct expr *b)
{
	if (is_renamed(renaming, a->tensor, b->tensor))
		return is_whole(a) && is_whole(b);
	const struct tensor *owner = owner_of(a->tensor);
	if (is_whole(a) && owner && (owner == renaming->from || owner == renaming->to))
		return false;
	return a->tensor == b->tensor && same_indices(a, b);
}

static bool has_any_order(enum op op)
{
	return op == OP_ADD || op == OP_MULTIPLY;
}

/* Is operand `k` of `a` like one of `b` that is not in `taken`? */
static bool takes_operand(const struct renaming *renaming, const struct expr *a, const struct expr *b, int k,
                          bool *taken)
{
	bool any = has_any_order(a->op);
	for (int m = any ? 0 : k; m < (any ? b->count : k + 1); m++) {
		bool same_weight = !any || a->weights[k] == b->weights[m];
		if (taken[m] || !same_weight || !alike(renaming, a->operands[k], b->operands[m]))
			continue;
		taken[m] = true;
		return true;
	}
	return false;
}

static bool operands_alike(const struct renaming *renaming, const struct expr *a, const struct expr *b)
{
	enum { MOST = 64 };
	bool taken[MOST] = {false}, same = a->count == b->count && a->count <= MOST;
	for (int k = 0; same && k < a->count; k++)
		same = takes_operand(renaming, a, b, k, taken);
	return same;
}

static bool alike(const struct renaming *renaming, const struct expr *a, const struct expr *b)
{
	if (a->op != b->op)
		return false;
	if (a->op == OP_READ)
		return reads_alike(renaming, a, b);
	if (a->count == 0)
		return a == b;
	bool same = a->number == b->number && a->variable == b->variable && a->extent == b->extent;
	return same && a->tensor == b->tensor && same_indices(a, b) && operands_alike(renaming, a, b);
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool forms_alike(const struct renaming *renaming, const struct form *a, const struct form *b)
{
	return strcmp(a->how, b->how) == 0 && a->first == b->first && a->count == b->count &&
	       alike(renaming, a->right, b->right);
}

static bool firings_alike(const struct renaming *renaming, const struct firing *a, const struct firing *b)
{
	return a->rule == b->rule && alike(renaming, a->before, b->before) &&
	       alike(renaming, a->after, b->after);
}

bool entries_alike(const struct renaming *renaming, const struct entry *a, const struct entry *b)
{
	bool same = is_renamed(renaming, a->left, b->left) && a->forms.count == b->forms.count &&
	            a->firings.count == b->firings.count && !a->numbers && !b->numbers;
	for (size_t k = 0; same && k < a->forms.count; k++)
		same = forms_alike(renaming, &a->forms.items[k], &b->forms.items[k]);
	for (size_t k = 0; same && k < a->firings.count; k++)
		same = firings_alike(renaming, &a->firings.items[k], &b->firings.items[k]);
	return same;
}
