#include "explain/arrange.h"

#include <stdlib.h>
#include <string.h>

#include "explain/alike.h"
#include "expr/prune.h"

const struct tensor *updated_by(const struct tensor *tensor)
{
	const struct tensor *stored = tensor->role == TENSOR_NEXT ? tensor->stored_in : tensor;
	if (stored->role == TENSOR_STATE)
		return stored->of;
	return tensor->role == TENSOR_NEXT ? stored : NULL;
}

/* --- before the first use --------------------------------------------------------------------- */

struct ordering {
	struct arena *arena;
	const struct section *from;
	struct section to;
	struct tensor_map waiting; /* tensor → 1 + place of its entry, of those that are not in `to` yet */
};

struct needs {
	const struct ordering *ordering;
	ARRAY(size_t) places;
};

static void note_need(void *context, const struct expr *read)
{
	struct needs *needs = context;
	bool moves = read->tensor->role == TENSOR_TEMPORARY || read->tensor->role == TENSOR_SCHEDULE;
	uintptr_t place = (uintptr_t)tensor_map_get(&needs->ordering->waiting, read->tensor);
	if (moves && place > 0)
		array_push(needs->ordering->arena, &needs->places, place - 1);
}

static int compare_places(const void *a, const void *b)
{
	size_t first = *(const size_t *)a, second = *(const size_t *)b;
	return (first > second) - (first < second);
}

static void add_in_order(struct ordering *ordering, size_t place)
{
	const struct entry *entry = &ordering->from->entries.items[place];
	if (!tensor_map_get(&ordering->waiting, entry->left))
		return;
	tensor_map_set(&ordering->waiting, entry->left, NULL);
	struct needs needs = {.ordering = ordering};
	for (size_t k = 0; k < entry->forms.count; k++)
		visit_reads(ordering->arena, entry->forms.items[k].right, note_need, &needs);
	if (needs.places.count > 1)
		qsort(needs.places.items, needs.places.count, sizeof(size_t), compare_places);
	for (size_t k = 0; k < needs.places.count; k++)
		add_in_order(ordering, needs.places.items[k]);
	array_push(ordering->arena, &ordering->to.entries, *entry);
}

static struct section in_order_of_use(struct arena *arena, const struct section *section)
{
	struct ordering ordering = {.arena = arena,
	                            .from = section,
	                            .to = {.title = section->title},
	                            .waiting = {.arena = arena}};
	for (size_t k = 0; k < section->entries.count; k++)
		tensor_map_set(&ordering.waiting, section->entries.items[k].left, (const void *)(k + 1));
	for (size_t k = 0; k < section->entries.count; k++)
		add_in_order(&ordering, k);
	return ordering.to;
}

/* --- updates that repeat others --------------------------------------------------------------- */

/* The entries of one parameter or statistic. */
struct update {
	const struct tensor *updated;
	ARRAY(struct entry *) entries;
};

typedef ARRAY(struct update) updates;

static struct update *update_of(struct arena *arena, updates *list, struct tensor_map *places,
                                const struct tensor *updated)
{
	uintptr_t place = (uintptr_t)tensor_map_get(places, updated);
	if (place == 0) {
		array_push(arena, list, ((struct update){.updated = updated}));
		place = list->count;
		tensor_map_set(places, updated, (const void *)place);
	}
	return &list->items[place - 1];
}

static updates updates_of(struct arena *arena, const struct section *section)
{
	updates list = {0};
	struct tensor_map places = {.arena = arena};
	for (size_t k = 0; k < section->entries.count; k++) {
		struct entry *entry = &section->entries.items[k];
		const struct tensor *updated = updated_by(entry->left);
		if (updated)
			array_push(arena, &update_of(arena, &list, &places, updated)->entries, entry);
	}
	return list;
}

static bool repeats(struct arena *arena, const struct update *first, const struct update *update)
{
	struct renaming renaming = {first->updated, update->updated};
	bool same = first->entries.count == update->entries.count;
	for (size_t k = 0; same && k < update->entries.count; k++)
		same = entries_alike(arena, &renaming, first->entries.items[k], update->entries.items[k]);
	return same;
}

static bool names_function(const struct repetition *repetition, const char *function)
{
	for (size_t k = 0; k < repetition->functions.count; k++)
		if (strcmp(repetition->functions.items[k], function) == 0)
			return true;
	return false;
}

static void add_repetition(struct arena *arena, const struct update *first, const struct update *update)
{
	struct repetition repetition = {.updated = update->updated};
	for (size_t k = 0; k < update->entries.count; k++) {
		struct entry *entry = update->entries.items[k];
		entry->is_repetition = true;
		for (size_t f = 0; f < entry->functions.count; f++)
			if (!names_function(&repetition, entry->functions.items[f]))
				array_push(arena, &repetition.functions, entry->functions.items[f]);
	}
	array_push(arena, &first->entries.items[first->entries.count - 1]->repetitions, repetition);
}

static void find_repetitions(struct arena *arena, const struct section *section)
{
	updates list = updates_of(arena, section), firsts = {0};
	for (size_t k = 0; k < list.count; k++) {
		const struct update *update = &list.items[k];
		size_t first = 0;
		while (first < firsts.count && !repeats(arena, &firsts.items[first], update))
			first++;
		if (first < firsts.count)
			add_repetition(arena, &firsts.items[first], update);
		else
			array_push(arena, &firsts, *update);
	}
}

void arrange(struct explanation *explanation)
{
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		explanation->sections[s] = in_order_of_use(explanation->arena, &explanation->sections[s]);
	find_repetitions(explanation->arena, &explanation->sections[PHASE_UPDATE]);
}
