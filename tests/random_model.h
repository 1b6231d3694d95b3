/* Random models over the whole language: made from a seed, as text. Definitions of the standard library come
 * from its own text, so that a new one is used as soon as it is there.
 *
 * How a target is named says from what its values are drawn, so that a model that was made smaller still gets
 * values that suit its loss: `chance…` from 0.05 to 0.95, `side…` -1 or 1, all others from -1.5 to 1.5. */
#ifndef TESTS_RANDOM_MODEL_H
#define TESTS_RANDOM_MODEL_H

#include "support.h"
#include "syntax/ast.h"

/* What the values must be like that a loss takes the first of. */
enum domain { ALL_NUMBERS, ABOVE_ZERO, PROBABILITIES, DOMAINS };

/* A definition of the standard library, as models may use it. */
struct definition_use {
	const struct ast_statement *statement;
	enum domain domain;     /* LOSS */
	bool is_penalty;        /* LOSS of one tensor of any shape */
	bool keeps_shape;       /* BLOCK: its value has the shape of its argument */
	bool is_for_vectors;    /* BLOCK: it does not map over leading dimensions */
	bool is_for_matrices;   /* INIT: not for one dimension */
	double low[3], high[3]; /* ACTIVATION: of values between -s and s, s = 1, 4, 16 */
};

enum { LIBRARY_MOST = 64 };

struct library {
	struct arena *arena;
	const struct ast *ast;
	struct definition_list {
		struct definition_use items[LIBRARY_MOST];
		int count;
	} activations, losses, penalties, blocks, inits, optimizers;
};

/* Reads the standard library, and finds out by small models what each definition can be used for. */
const struct library *library_read(struct arena *arena);
/* The interval of an activation's values between -size and size. */
void library_range(const struct definition_use *activation, double size, double *low, double *high);

/* What was thrown away on the way: statements that the compiler refused, by the id of its message. */
struct refusals {
	struct refusal {
		char id[40];
		int count;
		char example[2000];
	} items[64];
	int count, statements, accepted;
};

/* The name under which random models are read: `use` finds files beside it. */
extern const char random_model_file[];

/* A model in canonical form. `refusals` may be NULL. */
const char *random_model(struct arena *arena, const struct library *library, uint64_t seed, const char *name,
                         struct refusals *refusals);

#endif
