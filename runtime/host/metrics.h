/* How well a network does on a data set: its loss, and the figures of merit of its first target. */
#ifndef MLP_HOST_METRICS_H
#define MLP_HOST_METRICS_H

#include "host/dataset.h"
#include "host/tally.h"
#include "host/text.h"

/* Which figure goes with the first target, and from which output. ACCURACY counts elements. */
enum mlp_metric_kind {
	MLP_NO_METRIC,       /* no output fits */
	MLP_ACCURACY_MOST,   /* a class is the largest of its K outputs, the first on a tie */
	MLP_ACCURACY_HALF,   /* two classes, or reals that are all 0 or 1, and one output: 1 from 0.5 on */
	MLP_RMSE             /* a mean over the elements, as all figures of real numbers (host/tally.h) */
};

struct mlp_metric {
	enum mlp_metric_kind kind;
	int output;          /* number of the output */
};

/* NAN stands for a figure that there is not. */
struct mlp_figures {
	double loss;
	struct mlp_metric metric;
	double value;        /* the leading one: the accuracy in 0 … 1, or the RMSE */
	int64_t right, of;   /* of an accuracy */
	double macro_f1, auc;
	double rmse, mae, r2;
	int32_t elements;    /* over so many the last three are means */
	int32_t classes;
	const int64_t *confusion;   /* [wanted][found], until the next evaluation; NULL: none */
};

/* "accuracy 97.61 % (293 of 300), macro f1 0.9755, auc 0.9981" or "rmse 2.31, mae 1.70, r2 0.8901", for
 * summaries; "" without a metric. Returns the buffer. */
enum { MLP_FIGURES_TEXT = 256 };
const char *mlp_figures_text(char buffer[MLP_FIGURES_TEXT], const struct mlp_figures *figures);

/* `dataset` decides whether real targets are all 0 or 1. */
struct mlp_metric mlp_choose_metric(const struct mlp_network *network, const struct mlp_dataset *dataset);

/* Memory for evaluation, one for each thread. */
struct mlp_evaluator {
	const struct mlp_network *network;
	void *work;
	void **outputs;           /* [output][batch][elements] of real */
	const void **pointers;    /* inputs, then targets */
	struct mlp_tally *tally;
	bool quick;               /* without the AUC, for which all scores are kept and sorted */
};

/* Both return a status or work within what open allocated. */
int mlp_evaluator_open(struct mlp_evaluator *evaluator, const struct mlp_messages *messages,
                       const struct mlp_network *network);
struct mlp_figures mlp_evaluate(const struct mlp_evaluator *evaluator, const void *net,
                                const struct mlp_dataset *dataset, struct mlp_metric metric);
void mlp_evaluator_close(struct mlp_evaluator *evaluator);

/* A number of an array of the network's reals. */
double mlp_real_at(const void *values, size_t number, int real_size);

/* Zeroed, aligned to 64 bytes, at least one byte; free with free(). NULL: no memory. */
void *mlp_allocate(size_t size);

#endif
