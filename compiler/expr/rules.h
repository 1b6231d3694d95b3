/* The rules of rules.def, read once for a compilation, and their application at one node. */
#ifndef EXPR_RULES_H
#define EXPR_RULES_H

#include "expr/match.h"

enum rule_kind { EXACT, REAL, STABLE, GUARD, RULE_KINDS };

struct rule_info {
	const char *name;
	enum rule_kind kind;
	const char *from, *to, *when, *let; /* texts in the language; when and let may be NULL */
	bool within;                        /* definitions of what is read are not looked at */
	bool last; /* has kinks, or hides its terms: after the last derivative only */
};

/* "exact", "real", … */
extern const char *const rule_kind_names[RULE_KINDS];

/* As they stand in rules.def; ends with a row without name. */
extern const struct rule_info rule_table[];

struct rules;

/* All of them, which stay with `exprs`. */
const struct rules *rules_of(struct exprs *exprs);
/* The bits of the rules whose kind is `kind` or less sure of keeping the value; EXACT: of all rules. */
uint64_t rules_from(enum rule_kind kind);
/* Those that come after the last derivative only. */
uint64_t rules_of_the_end(void);
/* Place of a rule in the table; -1: there is none of that name. */
int rule_named(const char *name);

/* Which rules are looked at: all but those whose bit is in `off`; those of kind GUARD only if `guards`, the
 * others only if not. What is read may be seen through its definition; NULL: it is not. */
struct rule_selection {
	uint64_t off;
	bool guards;
	const struct tensor_map *definitions; /* tensor → struct equation */
};

/* The node rewritten by the first rule that fits, in normal form; NULL if none fits. `fired` gets the rule.
 */
const struct expr *rules_apply(const struct rules *rules, struct rule_selection choice, const struct expr *expr,
                               const struct rule_info **fired);

#endif
