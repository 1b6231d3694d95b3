/* Which steps are the same function? Those whose C is the same text once the tensors in it are numbered and the
 * extents are numbers. */
#include "emit/repeat.h"

#include <ctype.h>
#include <string.h>

#include "emit/step.h"

struct search {
	struct c_names *names;
	struct table *extents; /* the name of an extent → struct extent_name */
	struct table *likely;  /* the outline of a step → struct repeat: how many have it */
	struct table *found;   /* the text of a step → struct repeat */
};

/* --- the text without names ------------------------------------------------------------------------------ */

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* "$1" for the first tensor that occurs, "16" for DEEP_SIZE_HIDDEN. */
static void add_word(struct text *text, const struct search *search, struct table *numbers, int *count, name_t word)
{
	const struct extent_name *extent = table_get(search->extents, word);
	bool is_tensor = !extent && table_get(search->names->used, word);
	if (is_tensor && !table_get(numbers, word)) {
		int *number = ARENA_NEW(text->arena, int);
		*number = ++*count;
		table_put(numbers, word, number);
	}
	if (extent)
		text_printf(text, "%lld", (long long)extent->extent);
	else if (is_tensor)
		text_printf(text, "$%d", *(const int *)table_get(numbers, word));
	else
		text_add(text, word);
}

static const char *without_names(struct arena *arena, const struct search *search, const char *c)
{
	struct text text = text_new(arena);
	struct table *numbers = table_new(arena);
	int count = 0;
	while (*c) {
		size_t length = 0, blank = strspn(c, " \t\n");
		while (in_word(c[length]))
			length++;
		if (blank > 0)
			text_add(&text, " ");
		else if (length > 0 && !isdigit((unsigned char)*c))
			add_word(&text, search, numbers, &count,
			         name_intern(search->names->names, c, length));
		else
			text_bytes(&text, c, length > 0 ? length : 1);
		c += blank > 0 ? blank : length > 0 ? length : 1;
	}
	return text_string(&text);
}

static name_t text_of_step(const struct search *search, const struct step *step)
{
	struct arena *arena = arena_new();
	struct c_names names = *search->names;
	names.arena = arena;
	struct text text = text_new(arena);
	emit_function(&text, &names, step, step_signature(&names, step, true), "");
	name_t result = name_of(search->names->names, without_names(arena, search, text_string(&text)));
	arena_free(arena);
	return result;
}

/* --- groups ----------------------------------------------------------------------------------------------- */

/* What equal steps have in common at least; told without their text. */
static name_t outline_of(const struct search *search, const struct step *step)
{
	const struct equation *first = step->members.items[0].equation;
	struct text text = text_new(search->names->arena);
	text_printf(&text, "%d %zu %d %d %d", step->function, step->members.count, step->loops.form,
	            step->loops.vector, first->right ? (int)first->right->op : -1);
	for (int k = 0; k < first->left->rank; k++)
		text_printf(&text, " %lld", (long long)first->left->extents[k]);
	return name_of(search->names->names, text_string(&text));
}

static struct repeat *add_to(const struct search *search, struct table *groups, const void *key,
                             const struct step *step)
{
	struct repeat *repeat = table_get(groups, key);
	if (!repeat) {
		table_put(groups, key, repeat = ARENA_NEW(search->names->arena, struct repeat));
		repeat->first = step;
	}
	repeat->last = step;
	repeat->count++;
	return repeat;
}

/* forward_hidden → forward_like_hidden */
static void rename_function(struct c_names *names, const struct step *step)
{
	const char *name = c_function(names, step), *rest = strchr(name, '_');
	name_t wanted = name_format(names->names, "%.*s_like%s", (int)(rest - name), name, rest);
	table_put(names->functions, step, (void *)c_unique(names, names->used, wanted));
}

void find_repeats(struct c_names *names)
{
	struct arena *arena = names->arena;
	struct search search = {names, table_new(arena), table_new(arena), table_new(arena)};
	for (size_t k = 0; k < names->extents.count; k++)
		table_put(search.extents, names->extents.items[k]->name, (void *)names->extents.items[k]);
	const step_list *steps = &names->plan->steps;
	for (size_t k = 0; k < steps->count; k++)
		add_to(&search, search.likely, outline_of(&search, steps->items[k]), steps->items[k]);
	for (size_t k = 0; k < steps->count; k++) {
		const struct repeat *likely = table_get(search.likely, outline_of(&search, steps->items[k]));
		if (likely->count >= REPEATS)
			table_put(names->repeats, steps->items[k],
			          add_to(&search, search.found, text_of_step(&search, steps->items[k]),
			                 steps->items[k]));
	}
	for (size_t k = 0; k < steps->count; k++) {
		const struct repeat *repeat = repeat_of(names, steps->items[k]);
		if (repeat && repeat->first == steps->items[k])
			rename_function(names, steps->items[k]);
	}
}

const struct repeat *repeat_of(const struct c_names *names, const struct step *step)
{
	const struct repeat *repeat = table_get(names->repeats, step);
	return repeat && repeat->count >= REPEATS ? repeat : NULL;
}
