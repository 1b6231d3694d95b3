/* What the targets of random models are compared with: layers that read much of what is there. */
#include <math.h>

#include "random_parts.h"

/* Of all values, above 0, or probabilities that add up to 1. */
static struct made in_domain(struct scope *scope, struct made made, enum domain domain)
{
	struct generator *g = scope->g;
	if (domain == ALL_NUMBERS)
		return chance(g, 0.5) ? call_activation(scope, made) : made;
	if (domain == PROBABILITIES || chance(g, 0.6))
		return (struct made){say(g, chance(g, 0.75) ? "softmax(%s)" : "sigmoid(%s)", made.text), 0,
		                     1};
	return chance(g, 0.5) ? (struct made){say(g, "softplus(%s)", made.text), 0, made.high + 1}
	                      : (struct made){say(g, "exp(%s)", tamed(g, made, 3).text), 0, 20};
}

/* What an output has not read yet, the latest first, so that little is left that the loss does not depend on.
 */
static struct pooled *pick_for_head(struct generator *g)
{
	for (int k = g->pool_count - 1; k >= 0; k--) {
		struct pooled *pooled = &g->pool[k];
		if (pooled->is_target || pooled->is_headed || pooled->shape.rank == 0 || chance(g, 0.2))
			continue;
		pooled->is_headed = true;
		return pooled;
	}
	return NULL;
}

/* dense of it, with the shape. */
static struct made mapped(struct generator *g, const struct pooled *pooled, const struct shape *shape)
{
	int inputs = elements_of_shape(&pooled->shape), outputs = elements_of_shape(shape);
	double size = 1.5 * sqrt(inputs) * fmax(fabs(pooled->low), fabs(pooled->high)) + 1;
	bool fits = pooled->shape.rank == shape->rank &&
	            (shape->rank == 1 || pooled->shape.extents[0] == shape->extents[0]);
	const char *row =
	        pooled->shape.rank == 1 ? pooled->name : say(g, "reshape(%s, %d)", pooled->name, inputs);
	const char *extents = "";
	for (int d = 0; d < shape->rank; d++)
		extents = say(g, "%s, %d", extents, shape->extents[d]);
	if (fits)
		return (struct made){say(g, "dense(%s)", pooled->name), -size, size};
	if (shape->rank == 1)
		return (struct made){say(g, "dense(%s)", row), -size, size};
	return (struct made){say(g, "reshape(dense[%d](%s)%s)", outputs, row, extents), -size, size};
}

bool add_head(struct generator *g, const char *name, const struct shape *shape, enum domain domain)
{
	struct scope scope = {.g = g, .allows_definitions = true};
	struct made made = {0};
	int parts = 1 + below(g, 3);
	for (int k = 0; k < parts; k++) {
		struct pooled *pooled = pick_for_head(g);
		struct made part = pooled ? tamed(g, mapped(g, pooled, shape), 6) : made;
		if (pooled && made.text)
			part = (struct made){say(g, "(%s + %s)", made.text, part.text), made.low + part.low,
			                     made.high + part.high};
		made = part;
	}
	if (!made.text)
		return false;
	made = in_domain(&scope, tamed(g, made, 10), domain);
	if (!add_statement(g, say(g, "output %s%s = %s", name, dimensions_text(g, shape), made.text)))
		return false;
	add_to_pool(g, (struct pooled){.name = name,
	                               .shape = *shape,
	                               .low = fmax(made.low, -30),
	                               .high = fmin(made.high, 30)});
	return true;
}
