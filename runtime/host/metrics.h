/* How well a network does on a data set: its loss, and an accuracy or a root mean square error. */
#ifndef MLP_HOST_METRICS_H
#define MLP_HOST_METRICS_H

#include "host/dataset.h"

/* Which figure goes with the first target, and from which output. ACCURACY counts elements. */
enum mlp_metric_kind {
	MLP_NO_METRIC,       /* no output fits */
	MLP_ACCURACY_MOST,   /* a class is the largest of its K outputs, the first on a tie */
	MLP_ACCURACY_HALF,   /* two classes, or reals that are all 0 or 1, and one output: 1 from 0.5 on */
	MLP_RMSE             /* sqrt(mean (output - target)^2) */
};

struct mlp_metric {
	enum mlp_metric_kind kind;
	int output;          /* number of the output */
};

struct mlp_figures {
	double loss;
	struct mlp_metric metric;
	double value;        /* the accuracy in 0 … 1, or the error */
	int64_t right, of;   /* of an accuracy */
};

/* `dataset` decides whether real targets are all 0 or 1. */
struct mlp_metric mlp_choose_metric(const struct mlp_network *network, const struct mlp_dataset *dataset);

/* Memory for evaluation, one for each thread. */
struct mlp_evaluator {
	const struct mlp_network *network;
	void *work;
	void **outputs;           /* [output][batch][elements] of real */
	const void **pointers;    /* inputs, then targets */
};

/* Both return a status or work within what open allocated. */
int mlp_evaluator_open(struct mlp_evaluator *evaluator, const struct mlp_messages *messages,
                       const struct mlp_network *network);
struct mlp_figures mlp_evaluate(const struct mlp_evaluator *evaluator, const void *net,
                                const struct mlp_dataset *dataset, struct mlp_metric metric);
void mlp_evaluator_close(struct mlp_evaluator *evaluator);

/* Zeroed, aligned to 64 bytes, at least one byte; free with free(). NULL: no memory. */
void *mlp_allocate(size_t size);

#endif
