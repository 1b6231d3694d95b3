/* The plan: what the generated functions compute, step by step, and where every value lives.
 *
 * A step is a group of equations over one index space, computed in one loop nest. An equation of a group
 * reads the others at the same element only. Values that nothing outside the group reads are variables of C
 * (`stored` false). Equal steps of several functions are one step. The loops of a step (which index is the
 * vector, how many elements at once) are data here, chosen in loops.c by shape alone and spelled out by
 * emit/.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "expr/expr.h"
#include "expr/prune.h"
#include "plan/target.h"

enum plan_function {
	PLAN_INIT,      /* initial values of parameters, statistics and states */
	PLAN_PREDICT,   /* inputs → outputs, at most BATCH rows */
	PLAN_LOSS,      /* inputs, targets → loss, without dropout */
	PLAN_FORWARD,   /* of a training step */
	PLAN_BACKWARD,
	PLAN_UPDATE,
	PLAN_STEP,      /* the three in one: updates stand in the loops of the gradients where nothing forbids it */
	PLAN_FUNCTIONS, /* how many */
};

/* How the reduction of a step runs. Each sum has one fixed order of its terms, whatever the
 * rows or the machine. */
enum loop_form {
	LOOP_PLAIN, /* one accumulator per element, terms in index order */
	LOOP_LANES, /* the innermost reduction index is the vector: `lanes` interleaved sums, joined by a
	               fixed tree */
	LOOP_ROW,   /* the last index of the left side is the vector: a row of `width` sums, terms in index
	               order */
	LOOP_TURNED, /* the rows of the batch are the vector: `width` rows of a factor are copied to a panel, column
	                by column; terms in index order */
};

enum {
	PLAN_LANES = 16, /* interleaved sums */
	PLAN_TILE = 32,  /* width of a row of sums when the extent is larger than PLAN_MOST_ROW */
	PLAN_MOST_ROW = 64,
	PLAN_BLOCK = 4, /* elements of another index computed together, so that what is read serves several */
	PLAN_SHORT = 16,     /* shorter extents are no vectors */
	PLAN_SHORT_BATCH = 4, /* nor are fewer rows of a batch */
	PLAN_MOST_BLOCK = 16, /* the same in vector registers */
	PLAN_ALIGNMENT = 16, /* of offsets, in reals */
	PLAN_FIRST_CACHE = 32768, /* bytes that are near, of a first cache of 32 or 48 KiB */
};

struct loops {
	enum loop_form form;
	int vector;   /* ROW, TURNED: free variable; LANES: bound variable; PLAIN: -1 */
	int width;    /* ROW, TURNED: sums in a row; LANES: PLAN_LANES */
	int blocked;  /* free variable of which `block` values are computed together, or -1 */
	int block;
	/* Where the target has vectors and the sum is one of products (tile.c): */
	int vectors;  /* ROW, TURNED: of a tile; LANES: 1; 0: plain C */
	bool overlaps;  /* ROW: the last tile begins within the one before, and does not go beyond the extent */
	int64_t panel; /* reals of the copy of one tile's rows; ROW: where they lie far apart in memory; 0: none */
	const struct expr *copied; /* the factor whose rows the panel holds */
	int64_t numbers; /* ROW: reals of the copy of the numbers that rows are multiplied by, tile by tile; 0: none */
	int second;   /* LANES: another free variable, of which `seconds` values are computed together, or -1 */
	int seconds;
	int grouped; /* LANES: that of both which lies last in memory, or -1; TURNED: the last one. The sums of `group`
	                values */
	int group;   /* of it wait for each other and are stored as vectors */
	bool is_shared; /* several threads share the turns of the outermost loop */
};

struct plan_member {
	const struct equation *equation;
	bool stored;  /* in memory, for other steps; else a variable inside the loop */
};

/* The index space has the extents and letters of the first member's left side. */
struct step {
	int number;                     /* order of creation, from 0 */
	enum plan_function function;    /* the first that uses it */
	ARRAY(struct plan_member) members;
	struct loops loops;
	bool is_apart;  /* several functions call it, and a call is nothing beside its work: its code stands once */
};

typedef ARRAY(struct step *) step_list;

/* Where a tensor lives. */
enum location_kind {
	IN_CALLER,    /* input, target; in prediction the outputs */
	IN_NET,       /* parameter or statistic: member of struct NAME */
	IN_STATE,     /* state of the optimiser: member of struct NAME_training */
	IN_GRADIENT,  /* adjoint that the caller wants: member of struct NAME_training */
	IN_SCRATCH,   /* `offset` reals into the scratch array of its area */
	IN_SCHEDULE,  /* depends on step and epoch alone: a double, computed where it is needed */
	IN_REGISTER,  /* a variable inside its step */
};

/* Prediction and loss have a scratch array each (in one struct); forward, backward and update share one, in the place
 * of which the whole step has its own. */
enum plan_area { AREA_PREDICT, AREA_LOSS, AREA_TRAINING, AREA_STEP, PLAN_AREAS };

struct location {
	const struct tensor *tensor;   /* never NEXT in place: that is its `stored_in` */
	enum location_kind kind;
	int64_t reals;                 /* BATCH rows */
	int64_t offset;                /* SCRATCH */
	int first, last; /* SCRATCH: written in step `first` of the area, last read in step `last` */
};

typedef ARRAY(struct location) location_list;

struct area {
	location_list places; /* in order of first use */
	int64_t scratch;    /* reals */
	int64_t panel;      /* offset of what steps copy rows and numbers to; -1: no step does */
	struct tensor_map by_tensor; /* tensor → index into places + 1, as a pointer */
};

struct plan_options {
	bool keep_gradients, input_gradients;
	int real_size;      /* 4 or 8 bytes */
	bool strict;        /* for emit/: the same bits on every machine */
	const struct target *target; /* NULL: portable */
	int threads;        /* that share the large steps; 0 and 1: none */
};

struct plan {
	const struct program *program;
	struct plan_options options;
	struct arena *arena;
	int64_t batch;
	step_list steps;                          /* all of them, equal ones once */
	step_list functions[PLAN_FUNCTIONS];      /* in order */
	ARRAY(const struct equation *)
	schedule[PLAN_FUNCTIONS]; /* SCHEDULE equations that the function reads */
	struct area areas[PLAN_AREAS];
	struct tensor_map layouts, panels;    /* of parameters: layout.c */
	tensors parameter_gradients;          /* IN_GRADIENT: by stored tensor, NULL for those without one */
	tensors input_gradients;              /* by input */
	tensors staged; /* NEXT tensors that cannot be written in place, copied at the end */
	/* What `summary` tells. Bytes of the three structs, on machines with pointers of 8 bytes: */
	int64_t net_bytes, work_bytes, training_bytes;
	int64_t parameter_count, statistic_count, state_count;  /* reals */
	int64_t multiply_adds;                /* of predicting one row: terms of all sums */
};

/* The area of a function. INIT has none: only stored tensors occur in it. */
enum plan_area plan_area_of(enum plan_function function);
/* Reals of the scratch array in the struct of training. */
int64_t plan_training_scratch(const struct plan *plan);
/* In a whole step, does the new value of the parameter stand in the loop of its gradient's sum? */
bool plan_is_fused(const struct plan *plan, const struct tensor *parameter);
/* The place of a tensor in a function; NEXT in place is that of `stored_in`. */
struct location plan_location(const struct plan *plan, enum plan_function function,
                              const struct tensor *tensor);
/* The stored tensor that a NEXT tensor is written to, if it is written in place; else the tensor itself. */
const struct tensor *plan_storage(const struct plan *plan, const struct tensor *tensor);
/* A value inside of a step of training or of a prediction, in scratch: neither the caller's nor stored. */
bool plan_is_inner(const struct tensor *tensor);
/* Is it an intermediate matrix of few columns? Those lie one after the other, so that vectors go along the rows of
 * the batch. */
bool plan_lies_by_columns(const struct plan *plan, const struct tensor *tensor);
/* Extent of a free or bound variable; the rows of a batch are those of a whole one. */
int64_t plan_extent(const struct plan *plan, int64_t extent);
/* The dimension of a tensor at a place in memory: place 0 is the slowest. */
int plan_dimension(const struct plan *plan, const struct tensor *tensor, int place);
/* The last dimension in memory is cut into panels of so many elements, each of which is contiguous over all
 * other dimensions; 0: it is not. */
int plan_panel(const struct plan *plan, const struct tensor *tensor);
/* Row-major, a tensor is so many matrices. In memory element (row, column) of a matrix is at place
 * ((row / width * matrices + matrix) * columns + column) * width + row % width. */
struct plan_order {
	int64_t matrices, rows, columns, width;
};
struct plan_order plan_order(const struct plan *plan, const struct tensor *tensor);
/* Reals of a tensor; rows count as `rows`. Of a class tensor: class numbers. */
int64_t tensor_elements(const struct tensor *tensor, int64_t rows);
/* Reals of a whole batch of it in memory, the free ones behind its rows and in its last panel included. */
int64_t plan_reals(const struct plan *plan, const struct tensor *tensor);
/* Has its last panel free elements? They are 0 in parameters, and no more than read. */
bool plan_is_padded(const struct plan *plan, const struct tensor *tensor);
/* Reals left free behind a member, where the target has vectors: so that the next one begins where vectors do, if the
 * struct does. */
int64_t plan_gap(const struct plan *plan, const struct tensor *tensor);
/* Elements left free behind each row of an intermediate matrix, where the target has vectors: up to the end of the last
 * tile, and more where the distance of rows would be a multiple of 1 KiB, which share a few sets of the cache. */
int64_t plan_row_gap(const struct plan *plan, const struct tensor *tensor);
/* Dimensions that are stored: a class tensor has no last one. */
int tensor_stored_rank(const struct tensor *tensor);
/* Is the expression a read of a tensor at the very element that is being computed? */
bool reads_same_element(const struct expr *read, int rank);

/* --- the passes, in their order ----------------------------------------------------------------------- */

/* schedule.c: equations → groups, in order; `plan->functions` and `plan->staged` */
void plan_schedule(struct plan *plan);
/* layout.c: `plan->layouts`, `plan->panels` */
void plan_layouts(struct plan *plan);
/* loops.c: the loop nest of each step */
void plan_loops(struct plan *plan);
/* The only reduction of a step, a sum, if its body reads no member of the step; else NULL. */
const struct equation *lone_sum(struct arena *arena, const struct step *step);
/* tile.c: the registers of the target in it */
void plan_tiles(struct plan *plan);
/* Vectors of a tile over so many elements, whose width divides the extent, or nearly; 0: none does, or one tile is all. */
int tile_vectors(const struct plan *plan, int64_t extent);
/* What such tiles cover: the extent, or a little more. */
int64_t tile_cover(const struct plan *plan, int64_t extent);
/* work.c: the work of a step, in multiply-adds; is it enough for threads to share it? */
double plan_work(const struct plan *plan, const struct step *step);
bool plan_may_share(const struct plan *plan, const struct step *step);
/* share.c: equal steps of several functions become one */
void plan_share(struct plan *plan);
/* memory.c: offsets and bytes */
void plan_memory(struct plan *plan);
/* plan.c: all of them */
struct plan plan_program(struct arena *arena, const struct program *program,
                         const struct plan_options *options);

/* verify_plan.c: NULL, or what is wrong with it (an internal error): buffers that overlap while both live,
 * values read before they are written, stored tensors overwritten before their last read */
const char *verify_plan(const struct plan *plan);

struct text;
/* plan_print.c: steps with their loops, and the memory map */
void plan_print(struct text *text, const struct plan *plan);

#endif
