/* One element of all members of a step: values in order, then what must be stored last. */
#include "emit/nest.h"

static bool reads_tensor(const struct scope *scope, const struct equation *equation,
                         const struct tensor *tensor)
{
	read_list reads = reads_of(scope->names->arena, equation->right);
	for (size_t k = 0; k < reads.count; k++)
		if (reads.items[k]->tensor == tensor)
			return true;
	return false;
}

static bool read_later(const struct scope *scope, const struct step *step, size_t m,
                       const struct tensor *tensor)
{
	for (size_t k = m + 1; k < step->members.count; k++)
		if (reads_tensor(scope, step->members.items[k].equation, tensor))
			return true;
	return false;
}

static void store(struct text *text, const struct scope *scope, const struct tensor *left, const char *value)
{
	struct text line = text_new(text->arena);
	c_element(&line, scope, left);
	text_printf(&line, " = %s;", value);
	c_line(text, text_string(&line));
}

/* The value of an elementwise member: a variable if others need it, else the expression itself. */
static const char *element_value(struct text *text, struct scope *scope, const struct plan_member *member,
                                 bool needs_name)
{
	const struct expr *root = member->equation->right;
	const struct tensor *left = member->equation->left;
	struct c_names *names = scope->names;
	struct text value = text_new(text->arena);
	c_expression(&value, scope, root, AS_ARGUMENT);
	name_t name = scope_lookup(scope, root);
	if (!needs_name || name)
		return name ? name : text_string(&value);
	bool own = !member->stored || left->role == TENSOR_NEXT;
	name = scope_unique(scope, own ? c_tensor(names, left)
	                               : name_format(names->names, "%s_value", c_tensor(names, left)));
	c_line(text, name_format(names->names, "const %s %s = %s;", names->real, name, text_string(&value)));
	return name;
}

void emit_element(struct text *text, struct scope *scope, const struct step *step, const struct ready *ready)
{
	const struct expr **roots = ARENA_ARRAY(text->arena, const struct expr *, step->members.count);
	name_t *deferred = ARENA_ARRAY(text->arena, name_t, step->members.count);
	size_t root_count = 0;
	for (size_t m = 0; m < step->members.count; m++)
		if (chain_of(step->members.items[m].equation->right).count == 0)
			roots[root_count++] = step->members.items[m].equation->right;
	struct sharing *sharing = sharing_new(scope, roots, root_count);
	for (size_t m = 0; m < step->members.count; m++) {
		const struct plan_member *member = &step->members.items[m];
		const struct equation *equation = member->equation;
		const struct tensor *left = equation->left;
		struct chain chain = chain_of(equation->right);
		const char *value;
		bool later = read_later(scope, step, m, left);
		bool defer = left->role == TENSOR_NEXT && read_later(scope, step, m, left->stored_in);
		if (left == ready->tensor) {
			value = ready->value;
		} else if (chain.count > 0) {
			value = emit_reduction(text, scope, &chain, 0, NULL);
		} else {
			declare_shared(text, scope, sharing, equation->right);
			value = element_value(text, scope, member, later || defer || !member->stored);
		}
		if (later || !member->stored)
			scope_name(scope, left, value);
		if (defer)
			deferred[m] = value;
		else if (member->stored)
			store(text, scope, left, value);
	}
	for (size_t m = 0; m < step->members.count; m++)
		if (deferred[m])
			store(text, scope, step->members.items[m].equation->left, deferred[m]);
}
