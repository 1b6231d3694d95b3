/* Layers of random models, of every form that the language has for them. */
#include <math.h>
#include <string.h>

#include "random_parts.h"

static const char *add_layer(struct generator *g, const char *left, struct made made)
{
	const char *name = fresh_name(g, "h");
	const char *keyword = g->reads_target || chance(g, 0.85) ? "layer" : "output";
	made = tamed(g, made, 8);
	if (!add_statement(g, say(g, "%s %s%s = %s", keyword, name, left, made.text)))
		return NULL;
	pool_layer(g, name, made);
	return name;
}

/* --- parameters of blocks ------------------------------------------------------------------------- */

/* Of a block with the usual W[o, i] and b[o]: ", W = …, b = none" or less. */
static const char *parameters_given(struct generator *g, const struct ast_statement *block, int inputs,
                                    int outputs)
{
	const char *text = "";
	for (size_t k = 0; k < block->body.count; k++) {
		const struct ast_statement *each = block->body.items[k];
		if (each->kind != AST_PARAM || !chance(g, 0.35))
			continue;
		int extents[] = {outputs, inputs}, rank = (int)each->dims.count;
		const char *shared = rank <= 2 && chance(g, 0.6) ? shared_parameter(g, rank, extents) : NULL;
		const char *value = rank < 2 && chance(g, 0.5) ? "none" : random_init(g, rank >= 2);
		if (shared)
			value = chance(g, 0.6) ? shared
			                       : say(g, chance(g, 0.5) ? "2 * %s" : "tanh(%s)", shared);
		text = say(g, "%s, %s = %s", text, each->name, value);
	}
	return text;
}

/* --- blocks ----------------------------------------------------------------------------------------- */

static struct made call_own_block(struct generator *g, const char *argument, int outputs, struct made made)
{
	for (int k = 0; k < g->own_count; k++) {
		const struct own_definition *own = &g->own[k];
		if (own->kind != AST_BLOCK || !chance(g, 0.5))
			continue;
		const char *size = own->keeps_shape ? "" : say(g, "[%d]", outputs);
		return (struct made){say(g, "%s%s(%s)", own->name, size, argument), -30, 30};
	}
	return made;
}

/* A block of the argument's vectors, whose values are between -size and size. */
static struct made call_block(struct generator *g, struct made argument, const struct shape *shape,
                              int outputs)
{
	int inputs = shape->extents[shape->rank - 1];
	const struct definition_use *use;
	do
		use = pick_definition(g, &g->library->blocks);
	while (use->is_for_vectors && shape->rank > 1 && chance(g, 0.9));
	double size = fmax(fabs(argument.low), fabs(argument.high));
	size = use->keeps_shape ? fmax(size, 3) * 2 : 1.5 * sqrt(inputs) * size + 1;
	const char *given = use->keeps_shape || chance(g, 0.6) ? "" : say(g, "[%s]", extent_text(g, outputs));
	struct made made = {say(g, "%s%s(%s%s%s)", use->statement->name, given, argument.text,
	                        parameters_given(g, use->statement, inputs, outputs),
	                        varied_arguments(g, use->statement, false)),
	                    -size, size};
	return chance(g, 0.4) ? call_own_block(g, argument.text, outputs, made) : made;
}

/* act(block(block(x))) of a tensor, of its elements in a row, of a slice or of several joined. */
static void block_layer(struct generator *g)
{
	struct pooled *pooled = pick_pooled(g, 1 + below(g, 2) + below(g, 2));
	if (!pooled)
		return;
	struct made made = {pooled->name, pooled->low, pooled->high};
	struct shape shape = pooled->shape;
	g->reads_target = pooled->is_target;
	int count = elements_of_shape(&shape);
	if (shape.rank > 1 && chance(g, 0.5)) {
		made.text = say(g, "reshape(%s, %d)", made.text, count);
		shape = (struct shape){1, {count}};
	}
	struct pooled *other = pick_pooled(g, 1);
	if (shape.rank == 1 && other && !other->is_target && chance(g, 0.25)) {
		made = (struct made){say(g, "concat(%s, %s)", made.text, other->name),
		                     fmin(made.low, other->low), fmax(made.high, other->high)};
		shape.extents[0] += other->shape.extents[0];
	}
	struct scope scope = {.g = g, .allows_definitions = true};
	int outputs = random_extent(g, shape.rank > 1 ? 5 : 17), levels = 1 + below(g, 2);
	for (int k = 0; k < levels; k++) {
		made = call_block(g, made, &shape, outputs);
		if (chance(g, 0.75))
			made = call_activation(&scope, made);
		if (k + 1 < levels)
			made = tamed(g, made, 8);
	}
	shape.extents[shape.rank - 1] = outputs;
	/* what keeps the shape of its argument fails with another one on the left: then without */
	if (chance(g, 0.5) || !add_layer(g, dimensions_text(g, &shape), made))
		add_layer(g, "", made);
}

/* --- expressions -------------------------------------------------------------------------------------- */

static struct scope layer_scope(struct generator *g)
{
	g->reads_target = false;
	g->budget = 6 + below(g, 16);
	return (struct scope){.g = g,
	                      .reads_pool = true,
	                      .allows_draws = chance(g, 0.15),
	                      .allows_batch = chance(g, 0.2),
	                      .allows_training = chance(g, 0.15),
	                      .allows_definitions = true};
}

static void whole_layer(struct generator *g)
{
	struct pooled *pooled = pick_pooled(g, 1 + below(g, MOST_RANK));
	if (!pooled)
		return;
	struct scope scope = layer_scope(g);
	scope.whole = &pooled->shape;
	struct made made = expression(&scope, 1 + below(g, 3));
	made = (struct made){say(g, "(%s + 0.5 * %s)", pooled->name, made.text), pooled->low + made.low / 2,
	                     pooled->high + made.high / 2};
	g->reads_target |= pooled->is_target;
	add_layer(g, chance(g, 0.5) ? dimensions_text(g, &pooled->shape) : "", made);
}

static void index_layer(struct generator *g)
{
	struct scope scope = layer_scope(g);
	struct shape shape = random_shape(g, 1 + below(g, 2) + chance(g, 0.15), 34);
	struct pooled *like = pick_pooled(g, shape.rank);
	if (like && chance(g, 0.4))
		shape = like->shape;
	const char *left = "";
	for (int d = 0; d < shape.rank; d++) {
		const char *name;
		bool again;
		do {
			scope.letter_count = d;
			name = open_letter(&scope, shape.extents[d])->name;
			again = false;
			for (int k = 0; k < d; k++)
				again |= strcmp(scope.letters[k].name, name) == 0;
		} while (again);
		left = say(g, "%s%s%s: %s", left, d > 0 ? ", " : "[", name, extent_text(g, shape.extents[d]));
	}
	add_layer(g, say(g, "%s]", left), expression(&scope, 2 + below(g, 3)));
}

static void scalar_layer(struct generator *g)
{
	struct scope scope = layer_scope(g);
	add_layer(g, "", reduction(&scope, 2));
}

static void joined_layer(struct generator *g)
{
	struct pooled *a = pick_pooled(g, 1 + below(g, 2));
	struct pooled *b = a ? pick_pooled(g, a->shape.rank) : NULL;
	if (!a || !b || (a->shape.rank > 1 && a->shape.extents[0] != b->shape.extents[0]))
		return;
	g->reads_target = a->is_target || b->is_target;
	struct scope scope = {.g = g, .allows_definitions = true};
	struct made made = call_activation(&scope, (struct made){b->name, b->low, b->high});
	add_layer(g, "",
	          (struct made){say(g, "concat(%s, %s%s)", a->name, made.text,
	                            chance(g, 0.2) ? say(g, ", %s", a->name) : ""),
	                        fmin(a->low, made.low), fmax(a->high, made.high)});
}

static void reshaped_layer(struct generator *g)
{
	struct pooled *pooled = pick_pooled(g, 1 + below(g, MOST_RANK));
	if (!pooled)
		return;
	int count = elements_of_shape(&pooled->shape), first = 1 + below(g, count);
	while (count % first != 0)
		first--;
	int second = 1 + below(g, count / first);
	while (count / first % second != 0)
		second--;
	g->reads_target = pooled->is_target;
	const char *extents = chance(g, 0.5) ? say(g, "%d, %d", first, count / first)
	                                     : say(g, "%d, %d, %d", first, second, count / first / second);
	add_layer(g, "",
	          (struct made){say(g, "reshape(%s, %s)", pooled->name, extents), pooled->low, pooled->high});
}

/* Softmax over what a vector has, by hand; a length; squares of differences. */
static void textbook_layer(struct generator *g)
{
	static const char *const forms[] = {"[i: %d] = exp(%s[i]) / sum(j, exp(%s[j]))",
	                                    "[i: %d] = exp(%s[i]) / sum(i, exp(%s[i]))",
	                                    "[i: %d] = %s[i] / sqrt(sum(j, %s[j]^2) + 0.01)",
	                                    "[i: %d] = %s[i] - log(sum(j, exp(%s[j])))",
	                                    "[i: %d] = (%s[i] - mean(j, %s[j]))^2",
	                                    "[i: %d] = %s[i] + sqrt(0.1 + mean(j, %s[j]^2))"};
	struct pooled *pooled = pick_pooled(g, 1);
	if (!pooled || fmax(fabs(pooled->low), fabs(pooled->high)) > 12)
		return;
	const char *name = fresh_name(g, "h"), *form = PICK(g, forms);
	g->reads_target = pooled->is_target;
	const char *right = say(g, form, pooled->shape.extents[0], pooled->name, pooled->name);
	if (add_statement(g, say(g, "layer %s%s", name, right)))
		pool_layer(g, name, (struct made){name, -15, 15});
}

/* The values that a position finds: look(q, k, v). */
static void attention_layer(struct generator *g)
{
	struct pooled *pooled = pick_pooled(g, 2);
	if (!pooled || pooled->shape.extents[0] > 7)
		return;
	int n = pooled->shape.extents[0], d = pooled->shape.extents[1];
	const char *name = fresh_name(g, "h"), *s = fresh_name(g, "score");
	g->reads_target = pooled->is_target;
	struct made scores = tamed(
	        g,
	        (struct made){say(g, "sum(i, %s[p, i] * %s[q, i]) / sqrt(%d)", pooled->name, pooled->name, d),
	                      -30, 30},
	        100);
	if (!add_statement(
	            g, say(g, "layer %s[p: %d, q: %d] = if q <= p then %s else -100", s, n, n, scores.text)))
		return;
	if (add_statement(g, say(g, "layer %s[p: %d, i: %d] = sum(q, softmax(%s)[p, q] * %s[q, i])", name, n,
	                         d, s, pooled->name)))
		pool_layer(g, name, (struct made){name, pooled->low, pooled->high});
}

/* The same map of another vector, or its transpose; false: the matrix does not fit. */
static bool add_shared(struct generator *g, const struct pooled *matrix, const struct pooled *vector)
{
	int inputs = vector->shape.extents[0], outputs = matrix->shape.extents[0];
	double size = 1.2 * sqrt(inputs) * fmax(fabs(vector->low), fabs(vector->high)) + 1;
	g->reads_target = vector->is_target;
	if (matrix->shape.extents[1] == inputs) {
		const char *bias = shared_parameter(g, 1, &outputs);
		bias = bias && chance(g, 0.5) ? say(g, ", b = %s", bias) : chance(g, 0.5) ? ", b = none" : "";
		add_layer(g, "",
		          (struct made){say(g, "dense(%s, W = %s%s)", vector->name, matrix->name, bias),
		                        -size, size});
		return true;
	}
	if (outputs != inputs)
		return false;
	add_layer(g, say(g, "[i: %d]", matrix->shape.extents[1]),
	          (struct made){say(g, "sum(o, %s[o, i] * %s[o])", matrix->name, vector->name),
	                        -inputs * size, inputs * size});
	return true;
}

/* With the parameters of an earlier layer: the first pair from a random one on. */
static void shared_layer(struct generator *g)
{
	int count = g->pool_count, first = below(g, count * count + 1);
	for (int k = 0; k < count * count; k++) {
		int pair = (k + first) % (count * count);
		const struct pooled *matrix = &g->pool[pair / count], *vector = &g->pool[pair % count];
		if (matrix->is_parameter && matrix->shape.rank == 2 && vector->shape.rank == 1 &&
		    (!vector->is_target || chance(g, 0.1)) && add_shared(g, matrix, vector))
			return;
	}
}

static void sliced_layer(struct generator *g)
{
	struct pooled *pooled = pick_pooled(g, 1 + below(g, 2));
	const char *places = "";
	for (int d = 0; pooled && d < pooled->shape.rank; d++) {
		int extent = pooled->shape.extents[d], from = below(g, extent);
		int to = from + 1 + below(g, extent - from);
		places = say(g, "%s%s%d..%d", places, d > 0 ? ", " : "", from, to);
	}
	if (!pooled)
		return;
	g->reads_target = pooled->is_target;
	const char *text = chance(g, 0.3) ? say(g, "abs(%s)", pooled->name) : pooled->name;
	double size = fmax(fabs(pooled->low), fabs(pooled->high));
	add_layer(g, "",
	          (struct made){say(g, "%s[%s]", text, places), text == pooled->name ? pooled->low : 0,
	                        text == pooled->name ? pooled->high : size});
}

void add_layers(struct generator *g, int count)
{
	static void (*const KINDS[])(struct generator *) = {
	        block_layer,  block_layer,  block_layer,  block_layer,    block_layer,    whole_layer,
	        whole_layer,  index_layer,  index_layer,  index_layer,    scalar_layer,   shared_layer,
	        shared_layer, sliced_layer, joined_layer, reshaped_layer, textbook_layer, attention_layer};
	for (int k = 0; k < count; k++)
		PICK(g, KINDS)(g);
}
