/* Expressions as C, in a scope that knows what variables and values are called there. */
#ifndef EMIT_SCOPE_H
#define EMIT_SCOPE_H

#include "emit/lines.h"
#include "emit/names.h"
#include "plan/chain.h"

/* From the loosest binding to the tightest. */
enum precedence {
	AS_ARGUMENT,
	AS_CHOICE,
	AS_OR,
	AS_AND,
	AS_EQUALITY,
	AS_COMPARISON,
	AS_SUM,
	AS_PRODUCT,
	AS_UNARY,
	AS_POSTFIX,
};

enum { LARGEST_POWER = 4 };  /* written as a product */

struct variable_name {
	const char *text;         /* "o", "start + j" */
	bool compound;            /* needs parentheses in a product */
	int64_t extent;
	const char *extent_name;  /* "IRIS_SIZE_HIDDEN" */
	/* Inside a tile of `width`: where that begins, and the place in it; else NULL. */
	const char *start, *within;
	int width;
};

struct scope {
	const struct scope *outer;       /* values and variables not known here */
	struct c_names *names;
	const struct step *step;         /* NULL: in a public function */
	struct table *used;              /* C names taken in this function */
	struct table *values;            /* expr or tensor → name_t of a variable of C */
	struct variable_name free[TENSOR_MOST_DIMENSIONS], bound[CHAIN_MOST + 1];
	bool in_double;                  /* schedules */
	bool rounds_products;            /* products that are added: see expression.c */
	bool is_shared;                  /* with other steps: parameters are arguments, not members of net */
	bool has_vector;                 /* as many elements at once as a vector has, along this free variable: */
	int vector;
};

struct scope scope_inside(const struct scope *outer);
void scope_name(struct scope *scope, const void *node, name_t name);
name_t scope_lookup(const struct scope *scope, const void *node);
/* A new name for a variable of C in this function. */
name_t scope_unique(struct scope *scope, const char *wanted);
void scope_variable(struct scope *scope, int variable, struct variable_name name);
const struct variable_name *scope_find(const struct scope *scope, int variable);

/* The number of a random draw: a constant, or an argument. */
name_t scope_stream(const struct scope *scope, name_t draw);

/* Does the step write this stored tensor? Then it is an argument, not a member of `net`. */
bool step_writes(const struct plan *plan, const struct step *step, const struct tensor *stored);

/* --- expression.c ------------------------------------------------------------------------------------- */

void c_number(struct text *text, const struct scope *scope, double number);
void c_index(struct text *text, const struct scope *scope, const struct linear *linear,
             enum precedence precedence);
/* The element of a tensor, written or read, at the scope's own free variables. */
void c_element(struct text *text, const struct scope *scope, const struct tensor *tensor);
void c_expression(struct text *text, const struct scope *scope, const struct expr *expr,
                  enum precedence precedence);
/* Is it a product that must not be fused with a sum that it may be in? Then MLP_ROUNDED stands around it. */
bool rounds_product(const struct scope *scope, const struct expr *expr);
/* The same, as a truth value. */
void c_condition(struct text *text, const struct scope *scope, const struct expr *expr,
                 enum precedence precedence);
/* The statement that adds a value to a sum: "sum += …;", or where a product is added, one that rounds once. */
void c_add_to(struct text *text, const struct scope *scope, const char *sum, const struct expr *value);

/* --- vector.c: values of several elements at once -------------------------------------------------------- */

/* Is the value a vector here? */
bool is_vector(const struct scope *scope, const struct expr *expr);
/* "mlp_vectorf"; a condition's is "mlp_vector_bitsf" */
const char *c_vector_type(const struct scope *scope, bool condition);
/* "mlp_vector_storef": the function of this type of numbers */
const char *c_vector_function(const struct scope *scope, const char *name);
/* The elements of a vector: "MLP_VECTOR_FLOATS" */
const char *c_vector_width(const struct scope *scope);
/* Can the expression be a vector along the variable? It has operators and functions of vectors alone, and what it
 * reads is there whatever its conditions say. */
bool can_be_vector(const struct scope *scope, const struct expr *expr, int variable);

/* --- values.c: shared parts of expressions as variables ----------------------------------------------- */

struct sharing;
/* Counts the uses of all nodes below the roots. */
struct sharing *sharing_new(struct scope *scope, const struct expr *const *roots, size_t count);
/* Declares what the root shares with the others and what has no variable yet. */
void declare_shared(struct text *text, struct scope *scope, struct sharing *sharing, const struct expr *root);
/* Are all elements that it reads there, whatever its conditions say? */
bool reads_in_range(const struct scope *scope, const struct expr *expr);
/* Is there memory that C reads under a condition only, after what declare_shared declares? */
bool loads_conditionally(struct scope *scope, const struct expr *root);

#endif
