/* Conditions on indices in random branches of branches: what is decided of them changes no value. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"
#include "support.h"

enum { MODELS = 400, KEPT = 8 };

/* Parts that may stand a second time, in other branches: equal ones are one node. */
struct kept {
	char *parts[KEPT];
	int count, leaf;
};

static void add_position(struct text *text, struct random *random)
{
	static const char letters[] = "ijk";
	int first = random_below(random, 3);
	text_printf(text, "%d * %c", random_below(random, 7) - 3, letters[first]);
	if (random_below(random, 3) == 0)
		text_printf(text, " + %d * %c", random_below(random, 5) - 2, letters[(first + 1) % 3]);
}

static void add_condition(struct text *text, struct random *random, int depth)
{
	static const char *const comparisons[] = {"<", "<=", "==", "!=", ">", ">="};
	int kind = depth > 0 ? random_below(random, 6) : 5;
	if (kind > 2) {
		add_position(text, random);
		text_printf(text, " %s %d", comparisons[random_below(random, 6)],
		            random_below(random, 9) - 3);
		return;
	}
	text_add(text, kind == 2 ? "not (" : "(");
	add_condition(text, random, depth - 1);
	text_add(text, ")");
	if (kind == 2)
		return;
	text_add(text, kind == 0 ? " and (" : " or (");
	add_condition(text, random, depth - 1);
	text_add(text, ")");
}

static void add_branches(struct text *text, struct random *random, int depth, struct kept *kept)
{
	size_t start = text->length;
	if (kept->count > 0 && random_below(random, 5) == 0) {
		text_add(text, kept->parts[random_below(random, kept->count)]);
		return;
	}
	if (depth == 0 || random_below(random, 8) == 0) {
		text_printf(text, "%d", ++kept->leaf);
		return;
	}
	text_add(text, "(if ");
	add_condition(text, random, 2);
	text_add(text, " then ");
	add_branches(text, random, depth - 1, kept);
	text_add(text, " else ");
	add_branches(text, random, depth - 1, kept);
	text_add(text, ")");
	if (depth <= 2 && kept->count < KEPT)
		kept->parts[kept->count++] = arena_copy(text->arena, text->bytes + start, text->length - start);
}

static int comparisons_in(const char *text)
{
	int count = 0;
	for (; *text; text++)
		count += strchr("<>=!", *text) && !strchr("<>=!", text[1]);
	return count;
}

Test(conditions, decided_in_branches)
{
	struct random random = random_new();
	int before = 0, after = 0;
	for (int k = 0; k < MODELS; k++) {
		struct arena *arena = arena_new();
		struct text text = text_new(arena);
		struct kept kept = {.count = 0};
		text_printf(&text, "input x[1]\noutput y[i: %d, j: %d] = sum(k: %d, ",
		            1 + random_below(&random, 5), 1 + random_below(&random, 4),
		            1 + random_below(&random, 4));
		add_branches(&text, &random, 4, &kept);
		text_add(&text, " + 0.125 * ");
		add_branches(&text, &random, 2, &kept);
		text_add(&text, ")");
		struct subject s = subject_new(text_string(&text));
		cr_assert(s.model && !s.fault, "%s\n%s%s", text_string(&text), s.messages,
		          s.fault ? s.fault : "");
		struct evaluation *evaluation = subject_evaluation(&s, NULL, &random);
		const char *where = "";
		cr_assert_eq(largest_difference(evaluation, &s.prediction[0], &s.prediction[1], &where), 0,
		             "%s", text_string(&text));
		before += comparisons_in(text_string(&text)) - 1;
		after += comparisons_in(equation_text(&s, &s.prediction[1], "y")) - 1;
		arena_free(s.arena);
		arena_free(arena);
	}
	cr_expect(after < before / 3, "%d of %d comparisons are left", after, before);
}
