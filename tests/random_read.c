/* Leaves of random expressions: elements of tensors at random places, whole tensors, and reductions. */
#include <math.h>
#include <string.h>

#include "random_parts.h"

/* --- letters ------------------------------------------------------------------------------------ */

bool is_hidden(const struct scope *scope, int letter)
{
	for (int k = letter + 1; k < scope->letter_count; k++)
		if (strcmp(scope->letters[k].name, scope->letters[letter].name) == 0)
			return true;
	return false;
}

struct letter *open_letter(struct scope *scope, int extent)
{
	static const char *const names[] = {"i", "j", "k", "l", "a", "b", "p", "q", "idx"};
	struct generator *g = scope->g;
	const char *name = PICK(g, names);
	/* seldom one that is bound already */
	for (int k = 0; k < scope->letter_count; k++)
		if (strcmp(scope->letters[k].name, name) == 0 && !chance(g, 0.05)) {
			name = PICK(g, names);
			k = -1;
		}
	scope->letters[scope->letter_count] = (struct letter){.name = name, .extent = extent};
	return &scope->letters[scope->letter_count++];
}

/* --- one element -------------------------------------------------------------------------------- */

static int visible_letter(struct scope *scope)
{
	for (int tries = 0; tries < 4 && scope->letter_count > 0; tries++) {
		int k = below(scope->g, scope->letter_count);
		if (!is_hidden(scope, k))
			return k;
	}
	return -1;
}

static const char *with_offset(struct generator *g, const char *text, int offset)
{
	if (offset == 0)
		return text;
	if (offset < 0)
		return say(g, "%s - %d", text, -offset);
	return chance(g, 0.7) ? say(g, "%s + %d", text, offset) : say(g, "%d + %s", offset, text);
}

/* A position within a dimension; *guard gets a condition that keeps it there, where one is needed. */
static const char *place(struct scope *scope, int extent, const char **guard)
{
	struct generator *g = scope->g;
	int k = visible_letter(scope), other = visible_letter(scope);
	if (k < 0 || chance(g, 0.08))
		return say(g, "%d", below(g, extent));
	struct letter *letter = &scope->letters[k];
	int room = extent - letter->extent;
	if (room == 0 && chance(g, 0.75)) {
		letter->is_read_whole = true;
		return letter->name;
	}
	if (room >= 0 && chance(g, 0.2))
		return say(g, "%d - %s", letter->extent - 1 + below(g, room + 1), letter->name);
	if (letter->extent > 1 && chance(g, 0.4)) {
		int stride = 2 + below(g, 2), left = extent - stride * (letter->extent - 1);
		if (left > 0)
			return with_offset(g, say(g, "%d * %s", stride, letter->name), below(g, left));
	}
	if (other >= 0 && other != k && chance(g, 0.6)) {
		int left = extent - letter->extent - scope->letters[other].extent + 2;
		if (left > 0)
			return with_offset(g, say(g, "%s + %s", letter->name, scope->letters[other].name),
			                   below(g, left));
	}
	if (room > 0 && chance(g, 0.7))
		return with_offset(g, letter->name, 1 + below(g, room));
	if (*guard)
		return say(g, "%d", below(g, extent));
	int offset = chance(g, 0.5) ? -1 - below(g, 2) : 1 + below(g, 2);
	const char *position = with_offset(g, letter->name, offset);
	const char *above = say(g, "%s < %d", position, extent), *inside = say(g, "%s >= 0", position);
	*guard = offset >= 0                         ? above
	         : offset + letter->extent <= extent ? inside
	                                             : say(g, "%s and %s", inside, above);
	return position;
}

static struct made element(struct scope *scope, const struct pooled *pooled)
{
	struct generator *g = scope->g;
	struct made made = {pooled->name, pooled->low, pooled->high};
	const char *guard = NULL, *places = "";
	if (pooled->shape.rank == 0)
		return made;
	for (int d = 0; d < pooled->shape.rank; d++)
		places = say(g, "%s%s%s", places, d > 0 ? ", " : "",
		             place(scope, pooled->shape.extents[d], &guard));
	if (chance(g, 0.07))
		made = call_activation(scope, made);
	made.text = say(g, "%s[%s]", made.text, places);
	if (!guard)
		return made;
	struct made otherwise = random_number(g);
	return (struct made){say(g, "(if %s then %s else %s)", guard, made.text, otherwise.text),
	                     fmin(made.low, otherwise.low), fmax(made.high, otherwise.high)};
}

/* --- the whole ------------------------------------------------------------------------------------ */

static const char *slice_text(struct generator *g, const struct pooled *pooled, const struct shape *shape)
{
	const char *text = "";
	for (int d = 0; d < shape->rank; d++) {
		int from = below(g, pooled->shape.extents[d] - shape->extents[d] + 1);
		text = say(g, "%s%s%d..%d", text, d > 0 ? ", " : "", from, from + shape->extents[d]);
	}
	return say(g, "%s[%s]", pooled->name, text);
}

static bool covers(const struct shape *large, const struct shape *small)
{
	bool is_covered = large->rank == small->rank;
	for (int d = 0; is_covered && d < small->rank; d++)
		is_covered = large->extents[d] >= small->extents[d];
	return is_covered;
}

/* Where its shape does not fit, a part of it or the same elements in another form; NULL: neither fits. */
static const char *fitted(struct generator *g, const struct pooled *pooled, const struct shape *shape)
{
	if (shapes_are_equal(&pooled->shape, shape) || pooled->shape.rank == 0)
		return pooled->name;
	if (covers(&pooled->shape, shape))
		return slice_text(g, pooled, shape);
	if (elements_of_shape(&pooled->shape) != elements_of_shape(shape) || shape->rank == 0)
		return NULL;
	const char *extents = "";
	for (int d = 0; d < shape->rank; d++)
		extents = say(g, "%s, %d", extents, shape->extents[d]);
	return say(g, "reshape(%s%s)", pooled->name, extents);
}

static struct made whole(struct scope *scope)
{
	struct generator *g = scope->g;
	for (int tries = 0; tries < 12 && g->pool_count > 0; tries++) {
		const struct pooled *pooled = &g->pool[below(g, g->pool_count)];
		const char *text =
		        pooled->shape.rank == 0 && tries < 6 ? NULL : fitted(g, pooled, scope->whole);
		if (!text)
			continue;
		g->reads_target |= pooled->is_target;
		return (struct made){text, pooled->low, pooled->high};
	}
	return random_number(g);
}

struct made leaf(struct scope *scope)
{
	struct generator *g = scope->g;
	if (scope->leaf_count > 0 && (!scope->reads_pool || chance(g, 0.4)))
		return scope->leaves[below(g, scope->leaf_count)];
	if (scope->whole)
		return whole(scope);
	int k = visible_letter(scope);
	if (k >= 0 && chance(g, 0.1))
		return (struct made){say(g, "(0.25 * %s)", scope->letters[k].name), 0,
		                     0.25 * scope->letters[k].extent};
	for (int tries = 0; tries < 8 && g->pool_count > 0; tries++) {
		const struct pooled *pooled = &g->pool[below(g, g->pool_count)];
		if (pooled->is_target && !chance(g, 0.1))
			continue;
		g->reads_target |= pooled->is_target;
		return element(scope, pooled);
	}
	return random_number(g);
}

/* --- reductions --------------------------------------------------------------------------------- */

/* An extent that a tensor has, or a small one of its own. */
static int extent_to_reduce(struct generator *g)
{
	for (int tries = 0; tries < 6 && g->pool_count > 0 && !chance(g, 0.15); tries++) {
		const struct pooled *pooled = &g->pool[below(g, g->pool_count)];
		if (pooled->shape.rank > 0)
			return pooled->shape.extents[below(g, pooled->shape.rank)];
	}
	return random_extent(g, 5);
}

static struct made of_whole_tensor(struct scope *scope)
{
	struct generator *g = scope->g;
	const struct pooled *pooled = pick_pooled(g, 1 + below(g, MOST_RANK));
	if (!pooled || (pooled->is_target && chance(g, 0.9)))
		return leaf(scope);
	g->reads_target |= pooled->is_target;
	int count = elements_of_shape(&pooled->shape);
	struct made made = {pooled->name, pooled->low, pooled->high};
	if (chance(g, 0.5))
		made = tamed(g, call_activation(scope, made), 4);
	if (pooled->shape.rank == 1 && chance(g, 0.15))
		return (struct made){say(g, "argmax(%s)", made.text), 0, count};
	if (chance(g, 0.2))
		return (struct made){
		        say(g, "sqrt(sum(%s^2) + %s)", made.text, chance(g, 0.5) ? "0.01" : "1e-5"), 0,
		        fmax(fabs(made.low), made.high) * sqrt(count) + 0.1};
	return (struct made){say(g, "sum(%s)", made.text), made.low * count, made.high * count};
}

struct made reduction(struct scope *outer, int depth)
{
	static const char *const names[] = {"sum",  "sum", "sum", "mean",  "mean",
	                                    "prod", "max", "min", "argmax"};
	struct generator *g = outer->g;
	struct scope scope = *outer;
	if (!outer->reads_pool || outer->reductions >= 2 || outer->letter_count + 1 >= MOST_LETTERS)
		return leaf(outer);
	if (chance(g, 0.15))
		return of_whole_tensor(outer);
	scope.whole = NULL;
	scope.leaf_count = outer->whole ? 0 : outer->leaf_count;
	scope.reductions++;
	int extent = extent_to_reduce(g);
	struct letter *letter = open_letter(&scope, extent);
	const char *name = PICK(g, names);
	struct made body = expression(&scope, depth > 0 ? depth : 1);
	if (strcmp(name, "prod") == 0) {
		body = tamed(g, body, 0.5);
		body = (struct made){say(g, "(1 + %s)", body.text), pow(1 + body.low, extent),
		                     pow(1 + body.high, extent)};
	} else if (strcmp(name, "argmax") == 0) {
		body.low = 0;
		body.high = extent;
	} else if (strcmp(name, "sum") == 0) {
		body.low *= extent;
		body.high *= extent;
	}
	bool is_implied = letter->is_read_whole && chance(g, 0.7);
	for (int k = 0; k < outer->letter_count; k++)
		outer->letters[k].is_read_whole |= scope.letters[k].is_read_whole;
	const char *over = is_implied ? letter->name : say(g, "%s: %s", letter->name, extent_text(g, extent));
	return (struct made){say(g, "%s(%s, %s)", name, over, body.text), body.low, body.high};
}
