/* Which updates are the same as those of another parameter: pairs that differ in one thing each. */
#include <criterion/criterion.h>

#include "explain/alike.h"
#include "graph_fixture.h"

/* A parameter of rank 2 and one of rank 1, each with its gradient and a state. */
struct updates {
	struct fixture f;
	struct tensor *weight, *bias;
	const struct expr *read[2], *gradient[2], *state[2];
	struct tensor *next[2];
};

static struct tensor *belonging(struct fixture *f, enum tensor_role role, const char *name,
                                const struct tensor *of)
{
	struct tensor *tensor =
		of->rank == 2 ? TENSOR(f, role, name, "oi", 3, 4) : TENSOR(f, role, name, "o", 3);
	tensor->of = of;
	return tensor;
}

static const struct expr *whole(struct fixture *f, const struct tensor *tensor)
{
	return tensor->rank == 2 ? AT(f, tensor, 0, 1) : AT(f, tensor, 0);
}

static struct updates updates_new(void)
{
	static const char *const names[2][3] = {{"d_h.W", "h.W.m", "new.h.W"}, {"d_h.b", "h.b.m", "new.h.b"}};
	struct updates u = {.f = fixture_new()};
	u.weight = TENSOR(&u.f, TENSOR_PARAMETER, "h.W", "oi", 3, 4);
	u.bias = TENSOR(&u.f, TENSOR_PARAMETER, "h.b", "o", 3);
	for (int k = 0; k < 2; k++) {
		const struct tensor *parameter = k == 0 ? u.weight : u.bias;
		u.read[k] = whole(&u.f, parameter);
		u.gradient[k] = whole(&u.f, belonging(&u.f, TENSOR_ADJOINT, names[k][0], parameter));
		u.state[k] = whole(&u.f, belonging(&u.f, TENSOR_STATE, names[k][1], parameter));
		u.next[k] = belonging(&u.f, TENSOR_NEXT, names[k][2], parameter);
		u.next[k]->stored_in = parameter;
	}
	return u;
}

static bool are_alike(struct updates *u, const struct expr *a, const struct expr *b)
{
	struct entry entries[2] = {{.left = u->next[0]}, {.left = u->next[1]}};
	struct renaming renaming = {u->weight, u->bias};
	array_push(u->f.arena, &entries[0].forms, ((struct form){.how = "as read", .right = a}));
	array_push(u->f.arena, &entries[1].forms, ((struct form){.how = "as read", .right = b}));
	return entries_alike(u->f.arena, &renaming, &entries[0], &entries[1]);
}

Test(explain_alike, names_and_order)
{
	struct updates u = updates_new();
	struct fixture *f = &u.f;
	cr_expect(are_alike(&u, u.read[0], u.read[1]));
	cr_expect(are_alike(&u, add(f, 0, 1, u.read[0], -0.1, u.gradient[0]),
	                    add(f, 0, 1, u.read[1], -0.1, u.gradient[1])));
	cr_expect(are_alike(&u, multiply(f, 2, 1, u.state[0], -1, u.gradient[0]),
	                    multiply(f, 2, -1, u.gradient[1], 1, u.state[1])));
	cr_expect(are_alike(&u, number(f, 3), number(f, 3)));
	arena_free(f->arena);
}

Test(explain_alike, differences)
{
	struct updates u = updates_new();
	struct fixture *f = &u.f;
	const struct expr *step = add(f, 1, 1, u.read[0], -0.1, u.gradient[0]);
	const struct expr *scaled = multiply(f, 2, 1, u.state[0], -1, u.gradient[0]);
	cr_expect_not(are_alike(&u, step, add(f, 1, 1, u.read[1], -0.2, u.gradient[1])), "a weight");
	cr_expect_not(are_alike(&u, step, add(f, 0, 1, u.read[1], -0.1, u.gradient[1])), "a constant");
	cr_expect_not(are_alike(&u, step, add(f, 1, 1, u.read[1], -0.1, u.state[1])), "a state");
	cr_expect_not(are_alike(&u, step, add(f, 1, 1, u.read[1], -0.1, u.gradient[0])), "a name");
	cr_expect_not(are_alike(&u, step, u.read[1]), "an operator");
	cr_expect_not(are_alike(&u, scaled, multiply(f, 3, 1, u.state[1], -1, u.gradient[1])), "a factor");
	cr_expect_not(are_alike(&u, scaled, multiply(f, 2, -1, u.state[1], 1, u.gradient[1])), "an exponent");
	cr_expect_not(are_alike(&u, unary(f, OP_EXP, u.read[0]), unary(f, OP_LOG, u.read[1])), "a function");
	cr_expect_not(are_alike(&u, number(f, 3), number(f, 4)), "a number");
	arena_free(f->arena);
}

/* Elements of the whole parameter that both read in the same way belong to neither; one element does. */
Test(explain_alike, elements)
{
	struct updates u = updates_new();
	struct fixture *f = &u.f;
	int i = expr_fresh(f->exprs);
	const struct expr *norm = expr_reduce(f->exprs, OP_SUM, i, 3, AT(f, u.bias, i));
	cr_expect(are_alike(&u, add(f, 0, 1, u.read[0], 1, norm), add(f, 0, 1, u.read[1], 1, norm)));
	cr_expect_not(are_alike(&u, AT(f, u.weight, 1, 0), u.read[1]), "other indices");
	cr_expect_not(are_alike(&u, u.read[1], u.read[1]), "an element of the other one");
	const struct expr *longer = expr_reduce(f->exprs, OP_SUM, i, 2, AT(f, u.bias, i));
	cr_expect_not(are_alike(&u, norm, longer), "an extent");
	arena_free(f->arena);
}

/* Each level reads the one below twice: as a tree it has 2^60 leaves. */
Test(explain_alike, shared_parts, .timeout = 10)
{
	struct updates u = updates_new();
	struct fixture *f = &u.f;
	const struct expr *a = u.gradient[0], *b = u.gradient[1], *c = u.gradient[0];
	for (int k = 0; k < 60; k++) {
		a = multiply(f, 1, 1, a, 1, unary(f, OP_TANH, a));
		b = multiply(f, 1, 1, b, 1, unary(f, OP_TANH, b));
		c = multiply(f, 1, 1, c, 1, unary(f, k == 0 ? OP_SIN : OP_TANH, c));
	}
	cr_expect(are_alike(&u, a, b));
	cr_expect_not(are_alike(&u, c, b));
	arena_free(f->arena);
}

Test(explain_alike, history)
{
	struct updates u = updates_new();
	struct renaming renaming = {u.weight, u.bias};
	struct entry a = {.left = u.next[0]}, b = {.left = u.next[1]}, c = {.left = u.next[1]};
	array_push(u.f.arena, &a.forms, ((struct form){.how = "as read", .right = u.read[0]}));
	array_push(u.f.arena, &b.forms, ((struct form){.how = "as read", .right = u.read[1]}));
	array_push(u.f.arena, &c.forms, ((struct form){.how = "simplified", .right = u.read[1]}));
	cr_expect(entries_alike(u.f.arena, &renaming, &a, &b));
	cr_expect_not(entries_alike(u.f.arena, &renaming, &a, &c));
	array_push(u.f.arena, &b.firings, ((struct firing){rule_table, u.next[1], u.read[1], u.read[1]}));
	cr_expect_not(entries_alike(u.f.arena, &renaming, &a, &b));
	array_push(u.f.arena, &a.firings, ((struct firing){rule_table, u.next[0], u.read[0], u.read[0]}));
	cr_expect(entries_alike(u.f.arena, &renaming, &a, &b));
	a.firings.items[0].rule = rule_table + 1;
	cr_expect_not(entries_alike(u.f.arena, &renaming, &a, &b));
	arena_free(u.f.arena);
}
