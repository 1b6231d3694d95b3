/* Statements of random models on trial: what the compiler refuses is left out, and what it takes is read
 * from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "random_parts.h"

/* --- what is there to be read --------------------------------------------------------------------- */

void add_to_pool(struct generator *g, struct pooled pooled)
{
	if (g->pool_count < MOST_POOL && pooled.shape.rank <= MOST_RANK)
		g->pool[g->pool_count++] = pooled;
}

struct pooled *pick_pooled(struct generator *g, int rank)
{
	for (int tries = 0; tries < 20 && g->pool_count > 0; tries++) {
		int k = below(g, g->pool_count), later = below(g, g->pool_count);
		struct pooled *pooled = &g->pool[chance(g, 0.6) && later > k ? later : k];
		if (pooled->shape.rank == rank && (!pooled->is_target || chance(g, 0.1)))
			return pooled;
	}
	return NULL;
}

/* --- on trial --------------------------------------------------------------------------------------- */

static void refuse(struct refusals *refusals, const char *messages, const char *statement)
{
	char id[40] = "";
	const char *open = strchr(messages, '[');
	if (open)
		snprintf(id, sizeof id, "%.*s", (int)strcspn(open + 1, "]"), open + 1);
	int k = 0;
	while (k < refusals->count && strcmp(refusals->items[k].id, id) != 0)
		k++;
	if (k == 64)
		return;
	if (k == refusals->count) {
		refusals->count++;
		snprintf(refusals->items[k].id, sizeof id, "%s", id);
		snprintf(refusals->items[k].example, sizeof refusals->items[k].example, "%s\n%s", statement,
		         messages);
	}
	refusals->items[k].count++;
}

/* The model as it would be; NULL, and a refusal is written down, if it is not valid. */
static const struct model *model_with(struct generator *g, struct arena *arena, const char *statement)
{
	struct text text = text_new(arena);
	struct diag *diag = diag_new(arena);
	text_printf(&text, "%s%s\n", text_string(&g->text), statement);
	if (!strstr(text_string(&text), "\nlayer ") && !strstr(text_string(&text), "\noutput "))
		text_add(&text, "layer last = 1\n");
	if (!strstr(text_string(&text), "\ninput "))
		text_add(&text, "input first[1]\n");
	if (strstr(text_string(&text), "\ntarget ") && !strstr(text_string(&text), "\nminimize "))
		text_add(&text, "minimize 1\n");
	struct names *names = names_new(arena);
	const struct source *source = source_from_string(arena, random_model_file, text_string(&text));
	const struct ast *ast = parse(arena, names, diag, source);
	const struct model *model = diag_errors(diag) == 0 ? resolve(arena, names, diag, ast, false) : NULL;
	if (model && diag_errors(diag) == 0)
		return model;
	char *messages;
	size_t size;
	FILE *file = open_memstream(&messages, &size);
	diag_print(diag, file, DIAG_TEXT, false);
	fclose(file);
	if (g->refusals)
		refuse(g->refusals, messages, statement);
	free(messages);
	return NULL;
}

bool add_statement(struct generator *g, const char *statement)
{
	struct arena *arena = arena_new();
	bool is_valid = model_with(g, arena, statement) != NULL;
	arena_free(arena);
	if (is_valid)
		text_printf(&g->text, "%s\n", statement);
	if (g->refusals) {
		g->refusals->statements++;
		g->refusals->accepted += is_valid;
	}
	return is_valid;
}

static struct pooled pooled_of(struct generator *g, const struct model_tensor *tensor)
{
	struct pooled pooled = {
	        .name = say(g, "%s", tensor->name), .shape.rank = tensor->rank, .low = -1, .high = 1};
	for (int d = 0; d < tensor->rank; d++)
		pooled.shape.extents[d] = (int)size_extent(tensor->dims[d]);
	pooled.is_parameter = tensor->role == MODEL_PARAMETER;
	return pooled;
}

void pool_layer(struct generator *g, const char *name, struct made made)
{
	struct arena *arena = arena_new();
	const struct model *model = model_with(g, arena, "");
	size_t length = strlen(name);
	for (size_t k = 0; model && k < model->tensors.count; k++) {
		const struct model_tensor *tensor = model->tensors.items[k];
		bool is_whole = strcmp(tensor->name, name) == 0,
		     is_part = strncmp(tensor->name, name, length) == 0 && tensor->name[length] == '.' &&
		               tensor->role == MODEL_PARAMETER;
		if (tensor->rank > MOST_RANK || !(is_whole || (is_part && chance(g, 0.3))))
			continue;
		struct pooled pooled = pooled_of(g, tensor);
		if (is_whole) {
			pooled.low = made.low;
			pooled.high = made.high;
			pooled.is_target = g->reads_target;
		}
		add_to_pool(g, pooled);
	}
	arena_free(arena);
}

const char *shared_parameter(struct generator *g, int rank, const int *extents)
{
	struct arena *arena = arena_new();
	const struct model *model = model_with(g, arena, "");
	const char *found = NULL;
	for (size_t k = 0; model && k < model->tensors.count; k++) {
		const struct model_tensor *tensor = model->tensors.items[k];
		bool fits = tensor->role == MODEL_PARAMETER && tensor->rank == rank;
		for (int d = 0; fits && d < rank; d++)
			fits = size_extent(tensor->dims[d]) == extents[d];
		if (fits && (!found || chance(g, 0.5)))
			found = say(g, "%s", tensor->name);
	}
	arena_free(arena);
	return found;
}
