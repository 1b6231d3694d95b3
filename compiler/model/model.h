/* The checked model: names resolved, definitions instantiated, all shapes known.
 *
 * A layer is a tensor with a typed value: a tree (with shared nodes) of operations on whole tensors, elements
 * and reductions. There is no trace of the definitions that it came from: activations and losses are expanded
 * in place, a block leaves its parameters and its local values behind as tensors. The sample is implicit: a
 * value that depends on an input exists once per sample (`per_sample`).
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/name.h"
#include "base/op.h"
#include "syntax/ast.h"

enum { MODEL_MOST_DIMENSIONS = 8 };

/* An extent: unknown until unified with one that is known. Afterwards every size that a
 * model contains is known. */
struct size {
	struct size *same;  /* the representative of those unified, or NULL for itself */
	int64_t extent;     /* of the representative; 0: not known yet */
	struct span origin; /* where the extent was fixed, or where the size arose */
};

int64_t size_extent(const struct size *size);

/* An index variable: of a left side, of a reduction, or the implicit leading index of a mapped block. */
struct index {
	name_t name;
	struct size *size;
	struct span span;
};

enum value_kind {
	VALUE_NUMBER,    /* number */
	VALUE_TENSOR,    /* all of `tensor`; its indices are free */
	VALUE_POSITION,  /* the value of `index` as a number */
	VALUE_EXTENT,    /* the extent of `index` as a number */
	VALUE_OPERATION, /* op, applied to each element of its operands; operands of rank 0 go with any shape
	                  */
	VALUE_REDUCTION, /* op over `index` of operands[0], both of rank 0 */
	VALUE_BATCH_SUM, /* sum over the samples of the batch, element by element: shape of operands[0] */
	VALUE_ELEMENT,   /* operands[0] at `places`: some dimensions fixed, the others stay, in order */
	VALUE_CONCAT,    /* operands joined along their last dimension */
	VALUE_RESHAPE,   /* the elements of operands[0] in row-major order */
	VALUE_ARRAY,     /* numbers, row-major */
	VALUE_DRAW,   /* op OP_UNIFORM, OP_NORMAL or OP_ORTHOGONAL: a draw per element of the tensor that contains it; `draw`
	               */
	VALUE_SYMBOL, /* `symbol` */
	VALUE_STATE,  /* in an optimiser: its state number `state` before the update */
};

enum symbol {
	SYMBOL_TRAINING,   /* 1 in a training step, else 0 */
	SYMBOL_ROWS,       /* number of samples in this batch */
	SYMBOL_STEP,       /* the first update is 1 */
	SYMBOL_EPOCH,      /* from 0 */
	SYMBOL_GRADIENT,   /* in an optimiser: of the parameter element */
	SYMBOL_PARAMETER,  /* in an optimiser: the parameter element before the update */
};

struct value;

/* Which elements of one dimension an ELEMENT takes. */
struct place {
	const struct value
		*position; /* a linear expression in index variables, or NULL: from `first`, all that fit */
	int64_t first;                 /* of a slice */
};

struct value {
	enum value_kind kind;
	enum op op;
	enum symbol symbol;
	bool per_sample;
	struct span span;
	int rank;
	struct size *dims[MODEL_MOST_DIMENSIONS];
	double number;
	const struct model_tensor *tensor;
	const struct index *index;
	const struct value **operands;
	int operand_count;
	struct place places[MODEL_MOST_DIMENSIONS];  /* one per dimension of operands[0] */
	const double *numbers;                       /* ARRAY */
	name_t draw; /* DRAW: its path, unique in the model: "hidden.dropout" */
	int state;
};

enum model_role {
	MODEL_INPUT, /* as the expressions see it: scaled; a class input is its one-hot vector */
	MODEL_TARGET,
	MODEL_PARAMETER,
	MODEL_STATISTIC, /* kept with the parameters, not trained: mean and deviation of an input, statistics
	                    of blocks */
	MODEL_LAYER,     /* has a value: a layer or output of the user, or a local value of a block */
};

struct model_tensor {
	name_t name;        /* "hidden", "hidden.W", "hidden.dropout.mask" */
	enum model_role role;
	struct span span;   /* of its declaration in the user's text where there is one */
	int rank;
	struct size *dims[MODEL_MOST_DIMENSIONS];
	const struct index
		*indices[MODEL_MOST_DIMENSIONS]; /* LAYER, PARAMETER, STATISTIC: letters of the left side */
	bool per_sample;
	bool is_output;
	bool is_local;      /* LAYER: not a statement of the user's, but a value inside a block */
	bool frozen;        /* PARAMETER */
	bool scalar_value;  /* LAYER: `value` has rank 0 and uses `indices`; otherwise it has the tensor's
	                       shape */
	int classes;        /* INPUT, TARGET: the last dimension is the one-hot vector of a class; else 0 */
	enum ast_scaling scaling;
	double scale_from, scale_to;
	const struct model_tensor *mean, *deviation;  /* STANDARDIZE */
	const struct value *value;   /* LAYER */
	const struct value
		*initial; /* PARAMETER, STATISTIC: rank 0 in terms of `indices`, or an ARRAY of its shape */
	const struct value *update;  /* STATISTIC of a block: assigned once per training step, else NULL */
	bool update_scalar;          /* as scalar_value */
};

typedef ARRAY(struct model_tensor *) model_tensors;

struct model_state {
	name_t name;                  /* "m" */
	const struct value *initial;  /* rank 0 */
	const struct value *next;     /* rank 0; a STATE value of its own number if never assigned */
};

typedef ARRAY(struct model_state) model_states;

enum clip_kind { CLIP_NONE, CLIP_NORM, CLIP_VALUE };

struct training_settings {
	struct span span;
	name_t optimizer;                 /* name of the definition, for reports */
	const char *optimizer_text; /* canonical text of the call, for the banner: "adam(rate = 0.01)" */
	model_states states;
	const struct value *parameter;    /* the parameter after the update; rank 0 */
	int64_t batch, epochs, patience;  /* patience 0: none */
	uint64_t seed;
	enum clip_kind clip;
	double clip_limit;
};

/* --- data { … }: where the ports stand in a table, and how it is read --- */

struct model_column {
	name_t name;          /* of the header, or NULL: the columns `first` … `last`, from 1; 0: the last one */
	int64_t first, last;
};

typedef ARRAY(struct model_column) model_columns;

struct model_mapping {
	struct span span;
	const struct model_tensor *port;  /* input or target */
	model_columns columns;
};

enum data_missing { MISSING_DEFAULT, MISSING_DROP, MISSING_MEAN, MISSING_ERROR };
enum data_weights { WEIGHTS_DEFAULT, WEIGHTS_NONE, WEIGHTS_BALANCED };

struct model_data {
	bool given;
	ARRAY(struct model_mapping) mappings;
	model_columns ignored;
	enum data_missing missing;
	enum data_weights weights;
	double split;
};

/* The words of the language for these, NULL for the default. */
extern const char *const data_missing_words[];
extern const char *const data_weights_words[];

struct model {
	name_t name;
	const struct ast *ast;
	ARRAY(const struct ast *) used; /* the files of `use` */
	struct names *names;
	model_tensors tensors;        /* in order of their definition */
	bool predicts_only;           /* targets and initial values do not count, and there is no loss */
	const struct value *loss;     /* rank 0, per sample; NULL: inference only */
	const char *loss_text;        /* canonical text of the user's minimize */
	struct training_settings train;
	struct model_data data;
};

/* --- prelude: embedded text of prelude.mlp ------------------------------------------------------------ */

extern const char model_prelude[];

/* --- resolve.c and beside it: AST → model ------------------------------------------------------------------
 * Definitions come from the prelude, from `use` files and from the model itself. `allow_path`: `use` may name
 * files outside the folder of the file that it stands in. NULL after errors. */
const struct model *resolve(struct arena *arena, struct names *names, struct diag *diag,
                            const struct ast *ast, bool allow_path);

/* --- model_print.c: dump, a tensor a line ------------------------------------------------------------------ */
struct text;
void model_print(struct text *text, const struct model *model);

/* Can no model have that name: a word of C or C++, or the runtime's? */
bool model_name_is_forbidden(const char *name);

#endif
