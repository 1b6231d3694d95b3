#include "explain/fired.h"

#include <string.h>

const struct rule_word rule_words[] = {
	{"shift(a, b)", "a - b", ", where b keeps an exponential in range; no rule takes it apart"},
	{"scale(a, b)", "a / b",
	 ", or 0 if b is not above 0; b keeps squares in range; no rule takes it apart"},
	{NULL, NULL, NULL},
};

int times_fired(const struct explanation *explanation, const struct rule_info *rule)
{
	int count = 0;
	for (int s = 0; s < EXPLAIN_SECTIONS; s++)
		for (size_t k = 0; k < explanation->sections[s].entries.count; k++) {
			const struct entry *entry = &explanation->sections[s].entries.items[k];
			for (size_t f = 0; f < entry->firings.count; f++)
				count += entry->firings.items[f].rule == rule;
		}
	return count;
}

static bool contains(const char *text, const char *call)
{
	size_t length = strcspn(call, "(") + 1;
	for (; text && *text; text++)
		if (strncmp(text, call, length) == 0)
			return true;
	return false;
}

bool word_occurs(const struct explanation *explanation, const struct rule_word *word)
{
	for (const struct rule_info *rule = rule_table; rule->name; rule++) {
		const char *const texts[] = {rule->from, rule->let, rule->to};
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			if (contains(texts[k], word->call) && times_fired(explanation, rule) > 0)
				return true;
	}
	return false;
}
