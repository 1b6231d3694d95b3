/* One element of all members of a step: values in order, then what must be stored last. */
#include <string.h>

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
	if (scope->has_vector)
		text_printf(&line, "%s(&", c_vector_function(scope, "store"));
	c_element(&line, scope, left);
	text_printf(&line, scope->has_vector ? ", %s);" : " = %s;", value);
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
	bool broadcast = scope->has_vector && !is_vector(scope, root);
	if (broadcast)
		text_printf(&value, "%s(", c_vector_function(scope, "broadcast"));
	bool rounded = needs_name && rounds_product(scope, root) && !scope_lookup(scope, root);
	text_add(&value, rounded ? "MLP_ROUNDED(" : "");
	c_expression(&value, scope, root, AS_ARGUMENT);
	text_add(&value, rounded || broadcast ? ")" : "");
	name_t name = broadcast ? NULL : scope_lookup(scope, root);
	if (!needs_name || name)
		return name ? name : text_string(&value);
	bool own = !member->stored || left->role == TENSOR_NEXT;
	name = scope_unique(scope, own ? c_tensor(names, left)
	                               : name_format(names->names, "%s_value", c_tensor(names, left)));
	const char *type = scope->has_vector ? c_vector_type(scope, false) : names->real;
	c_line(text, name_format(names->names, "const %s %s = %s;", type, name, text_string(&value)));
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

/* --- along the last dimension in memory ---------------------------------------------------------------- */

/* Can a reduction be computed for as many elements at once, each with a sum of its own? */
static bool can_reduce_vectors(const struct scope *scope, const struct expr *root, int variable)
{
	static const uint64_t can = UINT64_C(1) << OP_SUM | UINT64_C(1) << OP_PRODUCT | UINT64_C(1) << OP_MAXIMUM |
	                            UINT64_C(1) << OP_MINIMUM;
	struct scope inner = scope_inside(scope);
	struct chain chain = chain_of(root);
	for (int k = 0; k < chain.count; k++) {
		const struct expr *reduction = chain.reductions[k];
		if (!(op_bit(reduction->op) & can) || !expr_uses(reduction, variable))
			return false;
		scope_variable(&inner, chain_variable(reduction),
		               (struct variable_name){.extent = reduction->extent});
	}
	return !expr_has(chain.body, op_bit(OP_SELECT)) && can_be_vector(&inner, chain.body, variable);
}

/* Can all members be computed for as many elements at once as a vector has? */
static bool can_be_vectors(const struct scope *scope, const struct step *step, const struct ready *ready, int variable)
{
	const struct plan *plan = scope->names->plan;
	int bytes = plan->options.target->vector_bytes;
	if (bytes == 0 ||
	    plan_extent(plan, scope->free[variable].extent) < bytes / plan->options.real_size)
		return false;
	for (size_t m = 0; m < step->members.count; m++) {
		const struct equation *equation = step->members.items[m].equation;
		const struct tensor *left = equation->left;
		if (step->members.items[m].stored && plan_dimension(plan, left, left->rank - 1) != variable)
			return false;
		if (left != ready->tensor && !(chain_of(equation->right).count > 0
		                                       ? can_reduce_vectors(scope, equation->right, variable)
		                                       : can_be_vector(scope, equation->right, variable)))
			return false;
	}
	return true;
}

static void emit_vectors(struct text *text, const struct scope *outer, const struct step *step,
                         const struct ready *ready, int variable, const char *from, const char *below)
{
	struct scope scope = scope_inside(outer);
	struct ready loaded = *ready;
	scope.has_vector = true;
	scope.vector = variable;
	open_loop(text, scope.free[variable].text, from, below, c_vector_width(&scope));
	if (ready->tensor)
		loaded.value = name_format(scope.names->names, "%s(&%s)", c_vector_function(&scope, "load"),
		                           ready->value);
	emit_element(text, &scope, step, &loaded);
	close_loop(text);
}

void emit_elements(struct text *text, struct scope *scope, const struct step *step, const struct ready *ready,
                   int variable, const char *from, const char *below)
{
	struct names *names = scope->names->names;
	const struct variable_name *index = &scope->free[variable];
	if (can_be_vectors(scope, step, ready, variable)) {
		const struct plan *plan = scope->names->plan;
		int lanes = plan->options.target->vector_bytes / plan->options.real_size;
		if (index->extent % lanes == 0) {
			emit_vectors(text, scope, step, ready, variable, from, below);
			return;
		}
		name_t whole = scope_unique(scope, name_format(names, "%s_whole", index->text));
		c_line(text, strcmp(from, "0") == 0
		                     ? name_format(names, "const int %s = %s - %s %% %s;", whole, below, below,
		                                   c_vector_width(scope))
		                     : name_format(names, "const int %s = %s - (%s - %s) %% %s;", whole, below,
		                                   below, from, c_vector_width(scope)));
		emit_vectors(text, scope, step, ready, variable, from, whole);
		from = whole;
	}
	if (rolls_loop(scope, index->extent))
		text_line(text, "MLP_ROLLED");
	open_loop(text, index->text, from, below, NULL);
	emit_element(text, scope, step, ready);
	close_loop(text);
}
