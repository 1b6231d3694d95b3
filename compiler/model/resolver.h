/* The work of resolve(): the functions that its files share, file by file. Nothing outside compiler/model
 * includes this. */
#ifndef MODEL_RESOLVER_H
#define MODEL_RESOLVER_H

#include "model/context.h"

/* --- report.c: messages --------------------------------------------------------------------------- */

/* An error, with a note for each call around it; the poison. */
__attribute__((format(printf, 4, 5))) const struct value *
fail(const struct context *context, struct span span, const char *id, const char *format, ...);

/* Likewise a warning. */
__attribute__((format(printf, 4, 5))) void
warn(const struct context *context, struct span span, const char *id, const char *format, ...);

/* Notes for the calls of `frame`, for an error that is found after they have been left. */
void note_calls(struct resolver *resolver, const struct frame *frame);

/* "[3, 16]", "a scalar"; sizes not known are "?". */
const char *shape_text(struct resolver *resolver, int rank, struct size *const *dims);
const char *value_shape(struct resolver *resolver, const struct value *value);

/* "has shape [3, 16]", "is a scalar". */
const char *shape_phrase(struct resolver *resolver, const struct value *value);

/* The first sizes that differ, each with a note where it comes from. */
void note_sizes(struct resolver *resolver, const struct size *a, const struct size *b);

/* --- suggest.c: did you mean ---------------------------------------------------------------------- */

struct suggestion {
	const char *wanted;
	const char *best;
	size_t distance;
};

struct suggestion suggestion_for(const char *wanted);
void suggestion_offer(struct suggestion *suggestion, const char *candidate);

/* The help, if something was near enough. */
void suggestion_help(struct resolver *resolver, const struct suggestion *suggestion);

/* What `definition` may be called with, as help: "`adam` takes `rate = 0.001, …`". */
void help_arguments(struct resolver *resolver, const struct ast_statement *definition);

/* All definitions of a kind as help: "the losses are `mse`, …". */
void help_definitions(struct resolver *resolver, const char *what, enum ast_statement_kind kind);

/* Values that `context` sees; definitions and functions that can be called; initialisers. */
void suggest_values(const struct context *context, struct suggestion *suggestion);
void suggest_functions(const struct context *context, struct suggestion *suggestion);
void suggest_initialisers(const struct context *context, struct suggestion *suggestion);

/* --- size.c --------------------------------------------------------------------------------------- */

struct size *size_new(struct arena *arena, struct span origin);
struct size *size_known(struct arena *arena, int64_t extent, struct span origin);

/* The one that stands for `size`. */
struct size *size_root(struct size *size);

/* False if both are known and differ. */
bool size_unify(struct size *a, struct size *b);

/* Unifies two shapes of one rank; false at the first that differs, whose number is stored. */
bool sizes_unify(int rank, struct size *const *a, struct size *const *b, int *different);

/* The number of elements, or 0 if an extent is unknown, or -1 beyond 2^31-1. */
int64_t element_count(int rank, struct size *const *dims);

/* --- values.c: constructors; poison and none among the operands are passed on --------------------- */

const struct value *value_number(const struct context *context, struct span span, double number);
const struct value *value_tensor(const struct context *context, struct span span,
                                 const struct model_tensor *tensor);
const struct value *value_position(const struct context *context, struct span span,
                                   const struct index *index);
const struct value *value_extent(const struct context *context, struct span span, const struct index *index);
const struct value *value_symbol(const struct context *context, struct span span, enum symbol symbol);
const struct value *value_state(const struct context *context, struct span span, int state);
const struct value *value_draw(const struct context *context, struct span span, enum op op);
const struct value *value_batch_sum(const struct context *context, struct span span,
                                    const struct value *operand);
const struct value *value_reduction(const struct context *context, struct span span, enum op op,
                                    const struct index *index, const struct value *operand);

/* Operands of rank above 0 have been unified: the shape is that of the first of them. */
const struct value *value_operation(const struct context *context, struct span span, enum op op, int count,
                                    const struct value *const *operands);
const struct value *value_binary(const struct context *context, struct span span, enum op op,
                                 const struct value *a, const struct value *b);
const struct value *value_negative(const struct context *context, struct span span, const struct value *a);
const struct value *value_quotient(const struct context *context, struct span span, const struct value *a,
                                   const struct value *b);

/* places[k] belongs to dimension k of `operand`; extents[k] is the new size of a slice,
 * or NULL: the operand's. */
const struct value *value_element(const struct context *context, struct span span,
                                  const struct value *operand, const struct place *places,
                                  struct size *const *extents);

/* Fixes the first `count` dimensions at `indices`. */
const struct value *value_lead(const struct context *context, struct span span, const struct value *operand,
                               int count, const struct index *const *indices);

/* operand[indices], of rank 0. */
const struct value *value_at(const struct context *context, struct span span, const struct value *operand,
                             const struct index *const *indices);

/* A value of `kind` without operands, or with `count` of them copied; the caller fills in the rest. */
struct value *value_new(const struct context *context, enum value_kind kind, struct span span);
void value_set_operands(const struct context *context, struct value *value, int count,
                        const struct value *const *operands);

/* Whether the value is a number known now. */
bool value_fold(const struct value *value, double *number);

/* Whether the value is of no use: an error or left out. */
static inline bool is_void(const struct context *context, const struct value *value)
{
	return value == context->resolver->poison || value == context->resolver->none;
}

/* --- scope.c: names ------------------------------------------------------------------------------- */

struct scope *scope_new(const struct context *context);
void scope_add(const struct context *context, struct scope *scope, struct binding binding);

/* NULL if the name is not bound. */
const struct binding *lookup(const struct context *context, name_t name);
const struct definition *lookup_definition(const struct context *context, name_t name);
bool in_prelude(const struct context *context);

/* True for a name that is bound to a value or is a symbol here. */
bool has_value(const struct context *context, name_t name);
bool find_symbol(const struct context *context, name_t name, enum symbol *symbol);

struct index *index_new(const struct context *context, name_t name, struct size *size, struct span span);

/* The name, or with _2, _3 … if it is taken. */
name_t unique_name(struct resolver *resolver, name_t name);

/* Adds the tensor to the model. */
void add_tensor(struct resolver *resolver, struct model_tensor *tensor);

/* --- expression.c: AST → value -------------------------------------------------------------------- */

const struct value *elaborate(const struct context *context, const struct ast_expr *expr);
/* Adds `hidden.W`, the dotted name of a tensor, to the text; false if the expression is none. */
bool dotted_name(struct text *text, const struct ast_expr *expr);

/* Unifies two shapes, of which rank 0 goes with any; an error that begins with `what` otherwise. */
bool same_shape(const struct context *context, struct span span, const char *what, const struct value *a,
                struct span a_span, const struct value *b, struct span b_span);

/* --- constant.c: numbers known now, extents ------------------------------------------------------------ */

/* A whole number from `least` to `most`, known now; false after an error. */
bool constant_between(const struct context *context, const struct ast_expr *expr, int64_t least, int64_t most,
                      int64_t *number);

/* The same up to 2^31-1, for counts and extents. */
bool constant_integer(const struct context *context, const struct ast_expr *expr, int64_t least,
                      int64_t *number);

/* A size: of a dimension that the definition names, a formula of such, or a number; NULL after an error. */
struct size *extent_size(const struct context *context, const struct ast_expr *expr, struct span span);

/* A number known now; false after an error. */
bool constant_number(const struct context *context, const struct ast_expr *expr, double *number);

/* --- unknown.c ---------------------------------------------------------------------------------------- */

/* "an activation" */
const char *kind_of(const struct definition *definition);

/* The error for a name that has no value; the poison. */
const struct value *unknown_name(const struct context *context, const struct ast_expr *expr);

/* --- call.c: calls of functions; reduction.c; read.c; array.c ------------------------------------- */

const struct value *elaborate_call(const struct context *context, const struct ast_expr *call);

/* Whether the language itself has a function of that name, for any number of arguments. */
bool is_function(const char *name);

const struct value *elaborate_function(const struct context *context, const struct ast_expr *call,
                                       name_t name);
bool is_reduction_name(const char *name);
bool is_reduction(const struct context *context, const struct ast_expr *call, name_t name);
const struct value *elaborate_reduction(const struct context *context, const struct ast_expr *call,
                                        name_t name);
const struct value *elaborate_read(const struct context *context, const struct ast_expr *read);
const struct value *elaborate_array(const struct context *context, const struct ast_expr *array);
const struct value *elaborate_concat(const struct context *context, const struct ast_expr *call);
const struct value *elaborate_reshape(const struct context *context, const struct ast_expr *call);

/* Checks a read whose sizes are known; false if they are not. */
bool check_read(struct resolver *resolver, const struct open_read *read);

/* --- instantiate.c: activations, losses, initialisers --------------------------------------------- */

struct argument {
	struct span span;
	const struct ast_expr *expr;
	const struct value *value;  /* set: `expr` need not be elaborated */
};

/* Items in the order of the formals; what is not given has expr and value NULL. `extra` takes named items
 * that are no formals (a block's parameters), or is NULL. False after an error. */
bool match_arguments(const struct context *context, const struct ast_expr *call,
                     const struct definition *definition, struct argument *arguments, bool allow_extra);

/* Enters a definition; false after the message about a recursion. */
bool enter(const struct context *context, const struct definition *definition, struct span call,
           struct context *inner);
void leave(struct context *inner);

/* Binds the dimensions that a formal names to those of its value, the last of `value`. */
bool bind_dimensions(const struct context *caller, struct context *inner, const struct ast_formal *formal,
                     const struct value *value, struct span span);

/* The argument's value, or that of the default of the formal. */
const struct value *argument_value(const struct context *caller, const struct context *inner,
                                   const struct ast_formal *formal, const struct argument *argument);

const struct value *expand_definition(const struct context *context, const struct ast_expr *call,
                                      const struct definition *definition);

/* A name alone that means an initialiser. */
const struct value *expand_initialiser(const struct context *context, const struct ast_expr *expr,
                                       const struct definition *definition);

/* --- misuse.c: arguments that do not fit -------------------------------------------------------------- */

/* Of a call with too many arguments: says that a number among them was meant as a size, if it may be so. */
bool help_size(const struct context *context, const struct ast_expr *call,
               const struct definition *definition);

/* The value of the argument has not the dimensions that the formal names (`or_more`: nor more). */
void fail_rank(const struct context *caller, const struct definition *definition,
               const struct ast_formal *formal, const struct argument *argument, bool or_more);

/* --- block.c -------------------------------------------------------------------------------------- */

/* A tensor that a block's result may become instead of having a name of its own. */
struct adoption {
	name_t name;
	bool is_local;
	struct model_tensor *tensor;  /* the result, once it has been made */
};

/* Whether the index is free in the value. */
bool uses_index(const struct context *context, const struct value *value, const struct index *index);

/* `adoption` may be NULL. */
const struct value *call_block(const struct context *context, const struct ast_expr *call,
                               const struct definition *definition, struct adoption *adoption);

/* The right side of a definition of a tensor: an expression, of which a block call may adopt the name. */
const struct value *right_side(const struct context *context, const struct ast_expr *expr,
                               struct adoption *adoption);

/* --- parameter.c: parameters and statistics ------------------------------------------------------- */

/* `given` is the argument for it at the call of the block, or NULL. */
const struct value *define_parameter(const struct context *context, const struct ast_statement *statement,
                                     enum model_role role, const struct context *caller,
                                     const struct argument *given);

/* --- tensor.c: left sides, tensors with a value --------------------------------------------------- */

struct left {
	struct span span;
	bool given;       /* dimensions are written */
	bool has_letter;
	bool failed;
	int rank;
	struct size *dims[MODEL_MOST_DIMENSIONS];
	const struct index *letters[MODEL_MOST_DIMENSIONS];
};

/* Reads dimensions: extents, letters of their own size (o), letters with an extent (o: 8). `letters`
 * false: only extents. Letters are bound in context->scope, if there is one, and opened. */
struct left read_left(struct context *context, const ast_items *dims, struct span span, bool letters);

/* Unifies the left side with the shape of the value, which may be a scalar in terms of the letters. */
bool check_left(const struct context *context, const struct left *left, name_t name,
                const struct value *value, struct span value_span);

/* A layer with this value and the leading indices of the block around it, added to the model. NULL after
 * an error. */
struct model_tensor *define_tensor(const struct context *context, const struct left *left, name_t name,
                                   const struct value *value, struct span value_span);

/* --- guard.c: conditions on indices ------------------------------------------------------------------ */

/* Is the position in 0 … extent-1 wherever the conditions may hold? If not, `outside` gets one that is not. With
 * more than a million values of the indices: taken for granted. */
bool guards_hold(const struct guard *guards, const struct value *position, int64_t extent, double *outside);

/* --- pending.c: what waits for sizes -------------------------------------------------------------- */

void open_size(const struct context *context, struct size *size, struct span span, name_t name);

/* The same of a size that the block names in front of its arguments, which a call may give. */
void open_block_size(const struct context *context, struct size *size, name_t name);

/* Ends what waited for sizes; false if nothing determines one of them. */
bool finish_statement(struct resolver *resolver, struct pending *pending, bool quiet);

/* --- initial.c ------------------------------------------------------------------------------------ */

void resolve_initial(struct resolver *resolver, const struct open_initial *open);

/* --- check_definition.c ------------------------------------------------------------------------------- */

/* False after an error. */
bool check_definition(struct resolver *resolver, const struct ast_statement *definition);

/* --- definitions.c, declare.c, train.c, optimizer.c, data.c, check.c: in the order of resolve() --- */

bool is_definition(const struct ast_statement *statement);

/* False if definitions are missing because a file could not be read. */
bool collect_definitions(struct resolver *resolver);
void declare(struct resolver *resolver);
void resolve_train(struct resolver *resolver);
void resolve_data(struct resolver *resolver);
void resolve_optimizer(struct resolver *resolver, const struct ast_expr *expr);
void resolve_loss(struct resolver *resolver);
void check_statements(struct resolver *resolver);
void check_model(struct resolver *resolver);

/* --- reach.c: dependence ------------------------------------------------------------------------------ */

void check_outputs(struct resolver *resolver);

/* depth.c: no reduction under more indices than a tensor has dimensions. */
void check_depths(struct resolver *resolver);
void check_used(struct resolver *resolver);
void check_trained(struct resolver *resolver);

#endif
