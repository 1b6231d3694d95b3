/* Pairs of models that must compute the same: texts of random networks, and models from strings with values
 * that depend on the names of their tensors, so that what has one name in both has one value. */
#ifndef TESTS_METAMORPHIC_H
#define TESTS_METAMORPHIC_H

#include "compile.h"
#include "support.h"

enum { NET_MOST_DEPTH = 3 };

/* An output activation with a loss for it. */
struct net_ending {
	const char *loss, *activation;
	bool classes; /* the target is a class, else reals from `low` on, of width `width` */
	double low, width;
};

/* Dense layers h1, h2, … over x[inputs] and an output y[outputs] with target t. */
struct net {
	int depth, inputs, outputs, widths[NET_MOST_DEPTH];
	const char *activations[NET_MOST_DEPTH];
	const struct net_ending *ending;
};

struct net net_draw(struct random *random);

/* What is written otherwise. In each, @ stands for what it is put in the place of, # for its width; NULL: as
 * it is. */
struct net_text {
	const char *input;   /* the statement of the input, of which @ is the extent */
	const char *read;    /* how a layer reads x, or the layer before it */
	const char *first;   /* the dense layer that reads x: "dense(@)" */
	const char *between; /* a statement after each hidden layer */
	const char *loss;    /* around the loss */
	const char *end;     /* after all */
};

const char *net_print(struct arena *arena, const struct net *net, const struct net_text *how);

/* A compiled model with values for its inputs, targets, parameters and states. */
struct side {
	struct subject subject;
	struct evaluation *evaluation;
	int rows;
	const char *text;
};

/* Targets lie in the range of the ending; its statements must compile. */
struct side side_new(const char *statements, const struct net_ending *ending, int rows, uint64_t seed);
/* The same by the whole compiler. */
struct side side_compiled(const char *statements, const struct net_ending *ending, int rows, uint64_t seed,
                          const struct compile_options *options);
void side_free(struct side *side);
/* Prediction, and a step of training, whose new values stay apart. */
void side_run(struct side *side);

/* An input, target, parameter or state; NULL: there is none of that name. */
const struct tensor *side_given(const struct side *side, const char *name);
/* Its values, or those of an output, the loss, an adjoint ("d_h1.W") or a new value ("new.h1.W"). */
double *side_values(const struct side *side, const char *name);
size_t side_count(const struct side *side, const char *name);

/* The largest relative difference of outputs, loss, gradients and new values that both sides have by one
 * name; INFINITY where they have fewer than `least` in common. */
double side_difference(const struct side *a, const struct side *b, size_t least, const char **where);

#endif
