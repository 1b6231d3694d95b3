/* The C names of one generated unit: tensors, extents, functions. */
#ifndef EMIT_NAMES_H
#define EMIT_NAMES_H

#include "base/text.h"
#include "model/table.h"
#include "plan/plan.h"

struct extent_name {
	name_t name;             /* "IRIS_SIZE_FLOWER" */
	int64_t extent;
	const struct size *size; /* of the model, or NULL */
};

struct c_names {
	const struct plan *plan;
	struct arena *arena;
	struct names *names;
	name_t model, upper;     /* "iris", "IRIS" */
	const char *real;        /* "float" or "double" */
	ARRAY(const struct extent_name *) extents;
	struct table *by_extent; /* extent, as a pointer → the first struct extent_name that has it */
	struct table *by_size;   /* struct size → the first that is of it */
	struct table *tensors;   /* tensor → name_t */
	struct table *used;      /* names of tensors and functions */
	struct table *functions; /* step → name_t */
	struct table *signatures; /* step → struct signature, once it is known: see step.h */
	struct table *repeats;    /* step → struct repeat: see repeat.h */
	struct table *uppers;    /* tensor → name_t: "LAYER_HIDDEN" */
	struct table *streams;   /* name_t of a draw → name_t: "STREAM_HIDDEN_W" */
	struct table *used_uppers, *used_streams;
};

struct c_names c_names_new(const struct plan *plan);

name_t c_tensor(const struct c_names *names, const struct tensor *tensor);
name_t c_function(const struct c_names *names, const struct step *step);
/* The name for constants about the tensor: two tensors whose names differ in case only have two. */
name_t c_upper_tensor(const struct c_names *names, const struct tensor *tensor);
/* The constant with the number of a random draw. */
name_t c_stream(struct c_names *names, name_t draw);
/* The constant of dimension k; "rows" for the sample. */
const char *c_extent(const struct c_names *names, const struct tensor *tensor, int k);
/* That of an extent alone: of a reduction. `tensor` and k say which dimension it walks along, or NULL. */
const char *c_extent_of(const struct c_names *names, int64_t extent, const struct tensor *tensor, int k);
/* "[IRIS_SIZE_HIDDEN][IRIS_SIZE_FLOWER]" from dimension `first` on; the sample is IRIS_BATCH. */
const char *c_leading_extent(const struct c_names *names, const struct tensor *tensor);
const char *c_shape(const struct c_names *names, const struct tensor *tensor, int first);
/* Of a matrix: elements from the beginning of a row in memory to that of the next; of one in panels, of a row of a
 * panel. */
const char *c_pitch(const struct c_names *names, const struct tensor *tensor);
/* Elements of one row, or of a tensor without rows: "IRIS_SIZE_HIDDEN * IRIS_SIZE_FLOWER", or "1". */
const char *c_elements(const struct c_names *names, const struct tensor *tensor);
/* "float" or "int32_t" */
const char *c_type(const struct c_names *names, const struct tensor *tensor);

/* `wanted`, or wanted_2 …: the first that is not in `used`, where it then is. */
name_t c_unique(struct c_names *names, struct table *used, const char *wanted);
name_t c_upper(struct names *names, const char *name);

/* A constant: in an enum up to 32767, else a macro, so that compilers with small ints take it. */
struct constant {
	const char *name;
	int64_t value;
	const char *comment;  /* or NULL */
};

typedef ARRAY(struct constant) constant_list;
void c_constants(struct text *text, const constant_list *list);

#endif
