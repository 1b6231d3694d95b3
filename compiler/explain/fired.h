/* The rules that fired in a derivation, and the words of theirs that the language does not have. */
#ifndef EXPLAIN_FIRED_H
#define EXPLAIN_FIRED_H

#include "explain/explanation.h"

int times_fired(const struct explanation *explanation, const struct rule_info *rule);

struct rule_word {
	const char *call, *value, *remark; /* "shift(a, b)", "a - b", and what it is for */
};

/* Ends with a row without call. */
extern const struct rule_word rule_words[];

/* In the text of a rule that fired? */
bool word_occurs(const struct explanation *explanation, const struct rule_word *word);

#endif
