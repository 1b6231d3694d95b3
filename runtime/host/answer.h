/* What the outputs of a network say about its targets: a class with the values of all classes, one of two
 * classes with its probability, or numbers. The shapes of both decide, and the names saved with the
 * parameters; nothing else does. */
#ifndef MLP_HOST_ANSWER_H
#define MLP_HOST_ANSWER_H

#include "host/dataset.h"

enum mlp_answer_kind {
	MLP_ANSWER_MOST,   /* the largest of K outputs an element */
	MLP_ANSWER_HALF,   /* the second of two classes from 0.5 on */
	MLP_ANSWER_NUMBERS /* the output itself */
};

struct mlp_answer {
	enum mlp_answer_kind kind;
	int output;                      /* its number */
	int target;                      /* whose values it stands for, or -1 */
	const struct mlp_port *port;     /* the target, or the output that is nobody's */
	const struct mlp_labels *labels; /* of the target, or NULL */
};

/* Fills `answers`, which has room for target_count + output_count, with an answer for each target that an
 * output fits, then one for each output that is no target's; returns how many. `labels`: one for each input,
 * then each target. */
int mlp_find_answers(const struct mlp_network *network, const struct mlp_labels *labels,
                     struct mlp_answer *answers);

/* The only output of reals with so many elements, or -1: where several have, none is the prediction of a
 * target. */
int mlp_find_output(const struct mlp_network *network, int64_t elements);

/* How many classes an answer chooses among; 0: numbers. */
int32_t mlp_answer_classes(const struct mlp_answer *answer);

/* The class of element `number` of all rows, from its K values; of two classes, from the probability of the second.
 * -1 where they are not numbers. */
int32_t mlp_most_likely(const void *values, int real_size, size_t number, int32_t classes);
int32_t mlp_of_two(double probability);

/* The same from the values of the output. */
int32_t mlp_answer_class(const struct mlp_answer *answer, const void *values, int real_size, size_t number);

enum { MLP_CLASS_NAME = 24 };

/* The name of a class: that in the data, or its number, which `buffer` gets. */
const char *mlp_class_name(const struct mlp_answer *answer, int32_t number, char buffer[MLP_CLASS_NAME]);

#endif
