/* Where an expression stands and what waits: the structures that the files of resolve() share.
 *
 * An expression of the AST becomes a value by elaborate(), in a context that says which names are visible,
 * which letters are bound around it and in whose text it stands. Sizes are unified on the way; what must
 * wait for them (ranges of reads, initial values, sizes that nothing determines) is kept in `pending`
 * until the statement ends. */
#ifndef MODEL_CONTEXT_H
#define MODEL_CONTEXT_H

#include "base/array.h"
#include "model/model.h"
#include "model/table.h"

enum {
	MOST_VALUES = 100000,  /* nodes of all values together */
	MOST_DEPTH = 2500,     /* nesting of expressions, definitions included */
};

struct definition {
	const struct ast_statement *statement;
	bool is_prelude;
	bool is_broken;  /* its form is wrong, which has been said: uses of it are silent */
	bool is_active;  /* is being expanded: to meet it again is a recursion */
};

enum binding_kind {
	BOUND_VALUE,      /* a tensor, an argument, a constant: `value` */
	BOUND_INDEX,      /* a letter of a left side or reduction: `index` */
	BOUND_DIMENSION,  /* the name of a dimension in a definition: `size` */
};

struct binding {
	name_t name;
	enum binding_kind kind;
	bool is_size;  /* VALUE: of a `size` statement, which the user's definitions see too */
	const struct value *value;
	const struct index *index;
	struct size *size;
	struct span span;
};

typedef ARRAY(struct binding) bindings;

struct scope {
	const struct scope *outer;
	bindings bindings;
};

/* The definitions that are being expanded around a place, innermost first. */
struct frame {
	struct definition *definition;
	struct span call;
	const struct frame *outer;
};

/* The letters that are bound around a place, innermost first. */
struct open_index {
	const struct index *index;
	const struct open_index *outer;
};

/* One call of a block. */
struct instance {
	name_t path;                                      /* "hidden.dense" */
	name_t parameters; /* prefix of its parameters' names, once it has one */
	int lead_count;                                   /* implicit leading indices of its local values */
	const struct index *lead[MODEL_MOST_DIMENSIONS];
};

/* One statement of the user's. */
struct statement {
	name_t name;           /* "hidden"; "loss" in minimize */
	struct span span;
	bool is_loss;          /* `minimize` */
	int parameter_blocks;  /* blocks with parameters so far */
};

/* Where an expression stands: says which symbols it may use. */
enum region { REGION_LAYER, REGION_INITIAL, REGION_TRAIN, REGION_OPTIMIZER };

struct context {
	struct resolver *resolver;
	struct scope *scope;              /* of the statement or definition; NULL: the model's values alone */
	const struct scope *implicit;     /* INITIAL: fan_in, fan_out, which definitions see too */
	const struct frame *frame;        /* NULL: in the model's own text */
	const struct open_index *open;
	struct instance *instance;        /* NULL: not in a block */
	struct statement *statement;
	name_t draws;                     /* INITIAL: path of the draws */
	enum region region;
	bool is_initial;                  /* an initialiser may be meant, by the argument for a parameter */
	bool is_extent;                   /* an extent stands here: an index means how far it runs */
	const struct guard *guards;       /* conditions on indices: reads under them may leave their range */
};

/* A condition on indices above the place, innermost first. */
struct guard {
	const struct value *condition;
	bool negated;                  /* in the branch `else` */
	const struct guard *outer;
};

struct open_size {
	struct size *size;
	struct span span;
	const struct frame *frame;
	name_t name;   /* "o" */
	name_t owner;  /* the block, or NULL: a letter */
};

struct open_read {
	struct span span;
	const struct frame *frame;
	const struct value *position;  /* NULL: a slice first … first + extent - 1 */
	int64_t first, extent;
	struct size *size;
	const struct guard *guards;    /* conditions on indices that must keep it in range */
};

struct open_extent {
	struct size *size;             /* that of `value`, a formula of extents that are to be found */
	const struct value *value;
	struct span span;
	const struct frame *frame;
};

struct open_join {
	struct size *size;             /* the sum of the last dimensions of the operands of `value` */
	const struct value *value;
	const struct frame *frame;
};

struct open_reshape {
	const struct value *value;
	const struct frame *frame;
};

struct open_initial {
	struct model_tensor *tensor;
	const struct ast_expr *expr;
	struct context context;
};

/* What waits for the sizes of a statement. */
struct pending {
	ARRAY(struct open_size) sizes;
	ARRAY(struct open_read) reads;
	ARRAY(struct open_extent) extents;
	ARRAY(struct open_join) joins;
	ARRAY(struct open_reshape) reshapes;
	ARRAY(struct model_tensor *) tensors;
	ARRAY(struct open_initial) initials;
};

struct resolver {
	struct arena *arena;
	struct names *names;
	struct diag *diag;
	const struct ast *ast;
	const struct source *prelude;
	const struct ast_expr *default_optimizer; /* of the prelude's `train` */
	bool allow_path;                                       /* `use` may name any file */
	struct model *model;
	struct table *user_definitions, *prelude_definitions;  /* name → struct definition */
	ARRAY(struct definition *) definitions;
	struct table *values;                                  /* name → struct binding, of statements */
	ARRAY(struct binding *) value_list;
	struct table *tensors;                                 /* name, also dotted → struct model_tensor */
	struct table *counters;                                /* path → int */
	struct pending *pending;
	struct pending late;                                   /* what waits for the end of the model */
	const struct value *poison; /* of an erroneous expression: silences the rest */
	const struct value *none;                              /* of a parameter that is left out */
	size_t value_count;
	int depth;
	bool exhausted;
};

#endif
