/* A random model: its sizes, definitions, inputs and parameters, then layers, a loss and its training. */
#include "random_model.h"

#include <string.h>

#include "random_parts.h"

const char random_model_file[] = "tests/random/model.mlp";

static void add_sizes(struct generator *g)
{
	int count = below(g, 3);
	for (int k = 0; k < count; k++) {
		int extent = random_extent(g, 7);
		const char *name = fresh_name(g, "N"), *text = say(g, "%d", extent);
		if (k > 0 && chance(g, 0.5)) {
			text = say(g, "2 * %s + 1", g->sizes[0].name);
			extent = 2 * g->sizes[0].extent + 1;
		}
		if (!add_statement(g, say(g, "size %s = %s", name, text)))
			continue;
		g->sizes[g->size_count].name = name;
		g->sizes[g->size_count++].extent = extent;
	}
}

static void add_class_input(struct generator *g, const char *name)
{
	struct shape shape = random_shape(g, below(g, 2), 5);
	int classes = 2 + below(g, 6);
	if (!add_statement(g, say(g, "input %s%s class[%s]", name, dimensions_text(g, &shape),
	                          extent_text(g, classes))))
		return;
	shape.extents[shape.rank++] = classes;
	add_to_pool(g, (struct pooled){.name = name, .shape = shape, .high = 1, .is_class = true});
}

static void add_inputs(struct generator *g)
{
	int count = 1 + below(g, 2) + below(g, 2);
	for (int k = 0; k < count; k++) {
		const char *name = fresh_name(g, "x"), *coding = "";
		struct pooled pooled = {.name = name, .low = -1.5, .high = 1.5};
		if (k > 0 && chance(g, 0.4)) {
			add_class_input(g, name);
			continue;
		}
		pooled.shape = random_shape(g, 1 + (below(g, 3) == 0) + (below(g, 6) == 0), k == 0 ? 17 : 34);
		if (chance(g, 0.2)) {
			coding = " standardize";
			pooled.low = -3;
		} else if (chance(g, 0.2)) {
			coding = chance(g, 0.5) ? " scale -2 2.5" : " scale 3 -2";
			pooled.high = 1;
			pooled.low = 0;
		}
		if (add_statement(g, say(g, "input %s%s%s", name, dimensions_text(g, &pooled.shape), coding)))
			add_to_pool(g, pooled);
	}
}

static const char *initial_value(struct generator *g, const struct shape *shape)
{
	if (shape->rank == 1 && shape->extents[0] <= 5 && chance(g, 0.15)) {
		const char *text = "";
		for (int k = 0; k < shape->extents[0]; k++)
			text = say(g, "%s%s%s", text, k > 0 ? ", " : "", random_number(g).text);
		return say(g, "[%s]", text);
	}
	return random_init(g, shape->rank >= 2);
}

static void add_parameters(struct generator *g)
{
	int count = below(g, 3);
	for (int k = 0; k < count; k++) {
		struct shape shape = random_shape(g, below(g, 4), 34);
		const char *name = fresh_name(g, "w");
		if (add_statement(g, say(g, "param %s%s = %s", name, dimensions_text(g, &shape),
		                         initial_value(g, &shape))))
			add_to_pool(g, (struct pooled){.name = name,
			                               .shape = shape,
			                               .low = -1,
			                               .high = 1,
			                               .is_parameter = true});
	}
}

static const char *canonical(struct generator *g)
{
	const struct source *source = source_from_string(g->arena, random_model_file, text_string(&g->text));
	const struct ast *ast = parse(g->arena, names_new(g->arena), diag_new(g->arena), source);
	struct text text = text_new(g->arena);
	ast_print(&text, ast);
	return text_string(&text);
}

const char *random_model(struct arena *arena, const struct library *library, uint64_t seed, const char *name,
                         struct refusals *refusals)
{
	struct generator *g = ARENA_NEW(arena, struct generator);
	*g = (struct generator){.arena = arena,
	                        .random = {seed},
	                        .library = library,
	                        .refusals = refusals,
	                        .name = name,
	                        .text = text_new(arena)};
	random_bits(&g->random);
	text_printf(&g->text, "model %s\n", name);
	if (chance(g, 0.2))
		add_statement(g, "use \"definitions.mlp\"");
	add_sizes(g);
	if (chance(g, 0.5))
		add_definitions(g);
	add_inputs(g);
	add_parameters(g);
	add_layers(g, 2 + below(g, 7));
	if (chance(g, 0.95))
		add_training(g);
	if (!strstr(text_string(&g->text), "\nlayer ") && !strstr(text_string(&g->text), "\noutput "))
		add_statement(g, "output plain = 1");
	return canonical(g);
}
