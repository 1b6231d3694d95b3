/* What the files that make random models share. */
#ifndef TESTS_RANDOM_PARTS_H
#define TESTS_RANDOM_PARTS_H

#include "base/text.h"
#include "random_model.h"

enum { MOST_RANK = 3, MOST_POOL = 64, MOST_LETTERS = 8 };

struct shape {
	int rank;
	int extents[MOST_RANK];
};

/* An expression's text, and an interval of its values. */
struct made {
	const char *text;
	double low, high;
};

/* A tensor that is there to be read. */
struct pooled {
	const char *name;
	struct shape shape;
	double low, high;
	bool is_class;  /* its last dimension is a one-hot vector */
	bool is_target; /* or depends on one */
	bool is_parameter;
	bool is_headed; /* an output reads it */
};

/* A definition of the model's own. */
struct own_definition {
	const char *name;
	enum ast_statement_kind kind;
	int arguments;        /* with a default */
	const char *argument; /* name of the first of them */
	double low, high;     /* of its values, for arguments between -3 and 3 */
	bool keeps_shape, has_parameters, for_vectors, for_matrices;
};

struct generator {
	struct arena *arena;
	struct random random;
	const struct library *library;
	struct refusals *refusals;
	const char *name;
	struct text text; /* the statements so far */
	struct pooled pool[MOST_POOL];
	int pool_count;
	struct own_definition own[16];
	int own_count;
	struct {
		const char *name;
		int extent;
	} sizes[4];
	int size_count;
	const char *used_names[256];
	int used_count;
	bool reads_target; /* what was made last */
	int budget;        /* nodes that this expression may still get */
};

struct letter {
	const char *name;
	int extent;
	bool is_read_whole; /* alone, of a dimension of that extent */
};

/* Where an expression stands: what its leaves are. */
struct scope {
	struct generator *g;
	const struct made *leaves; /* operands that are given */
	int leaf_count;
	bool reads_pool;                     /* and elements, or the whole, of tensors of the pool */
	const struct shape *whole;           /* an expression of that shape; NULL: a scalar */
	struct letter letters[MOST_LETTERS]; /* later ones hide earlier ones */
	int letter_count;
	int reductions; /* that are open */
	bool allows_draws, allows_batch, allows_training, allows_definitions;
};

/* --- random_choice.c: names, numbers, shapes ------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) const char *say(struct generator *g, const char *format, ...);
bool chance(struct generator *g, double probability);
int below(struct generator *g, int count);
#define PICK(g, list) (list)[below((g), (int)(sizeof(list) / sizeof *(list)))]
/* Sometimes a word that means something elsewhere. */
const char *fresh_name(struct generator *g, const char *root);
/* 1, or a prime up to 17, mostly a small one. */
int random_extent(struct generator *g, int most);
struct shape random_shape(struct generator *g, int rank, int most_elements);
int elements_of_shape(const struct shape *shape);
bool shapes_are_equal(const struct shape *a, const struct shape *b);
/* An extent as a number, a size or a sum with one. */
const char *extent_text(struct generator *g, int extent);
/* "[3, N]", or "" of rank 0 */
const char *dimensions_text(struct generator *g, const struct shape *shape);
struct made random_number(struct generator *g);
/* A default value, a little different: of the same sign, and on the same side of 1. */
const char *varied_number(struct generator *g, double number);
/* Arguments of a definition that have defaults: none, some by name, or in order; begins with ", " after the
 * first. */
const char *varied_arguments(struct generator *g, const struct ast_statement *statement, bool first);
const struct definition_use *pick_definition(struct generator *g, const struct definition_list *list);

/* --- random_expression.c -------------------------------------------------------------------------- */

struct made expression(struct scope *scope, int depth);
/* With values between -limit and limit. */
struct made tamed(struct generator *g, struct made made, double limit);
struct made call_activation(struct scope *scope, struct made argument);

/* --- random_read.c: leaves ------------------------------------------------------------------------- */

struct made leaf(struct scope *scope);
struct made reduction(struct scope *scope, int depth);
/* A new letter of that extent, or of one that the pool has; it may hide another one. */
struct letter *open_letter(struct scope *scope, int extent);
/* Is it hidden by a later one? */
bool is_hidden(const struct scope *scope, int letter);

/* --- random_definition.c --------------------------------------------------------------------------- */

void add_definitions(struct generator *g);
const char *random_init(struct generator *g, bool matrix);

/* --- random_trial.c --------------------------------------------------------------------------------- */

/* `statement` after what is there; false and nothing is added if the compiler refuses it. */
bool add_statement(struct generator *g, const char *statement);
void add_to_pool(struct generator *g, struct pooled pooled);
/* Mostly one of the last; NULL: there is none of the rank. */
struct pooled *pick_pooled(struct generator *g, int rank);
/* The layer of that name as the compiler sees it, and some of its parameters, go into the pool. */
void pool_layer(struct generator *g, const char *name, struct made made);
/* A parameter of what is there with those extents, as `name`; NULL: there is none. */
const char *shared_parameter(struct generator *g, int rank, const int *extents);

/* --- random_layer.c --------------------------------------------------------------------------------- */

void add_layers(struct generator *g, int count);

/* --- random_head.c ---------------------------------------------------------------------------------- */

/* `output NAME[shape] = activation(dense(…) + …)`; false if it was refused. */
bool add_head(struct generator *g, const char *name, const struct shape *shape, enum domain domain);

/* --- random_training.c ------------------------------------------------------------------------------- */

void add_training(struct generator *g);

#endif
