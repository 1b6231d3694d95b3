/* The host floor of the runtime: a program that trains a generated network on a computer. The compiler
 * emits a `struct mlp_network` for each model, and a `main` that hands it to mlp_main. */
#ifndef MLP_HOST_H
#define MLP_HOST_H

#include "mlp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses, also returned by the functions of this floor. */
enum mlp_status {
	MLP_WELL = 0,
	MLP_BAD_DATA = 1,      /* errors in the data or in a parameter file, or a loss that is not finite */
	MLP_BAD_USAGE = 2,
	MLP_BAD_SYSTEM = 3,    /* file system or memory */
	MLP_INTERNAL = 4,
	MLP_INTERRUPTED = 130  /* Ctrl-C: stopped after a step, saved where asked for */
};

enum mlp_scaling { MLP_AS_IS, MLP_STANDARDIZE, MLP_SCALE };

/* An input, target or output of the model. Its values are row-major, [rows][elements]; real values are
 * raw (generated code scales them), classes are int32_t 0 … classes-1, one for each element. */
struct mlp_port {
	const char *name;
	int rank;
	int32_t shape[MLP_MOST_DIMENSIONS];
	int32_t elements;           /* of one row */
	int32_t classes;            /* 0: real numbers */
	enum mlp_scaling scaling;   /* STANDARDIZE: the host computes the two statistics from the training
	                               rows alone, divisor n, a deviation of 0 counting as 1 */
	int mean, deviation;        /* tensor numbers of these statistics, or -1 */
};

/* Columns of a table, as the model's data block names them: one by the name that the header has, or those
 * numbered first … last, from 1; 0: the last one of the table. */
struct mlp_column {
	const char *name;
	int32_t first, last;
};

struct mlp_columns {
	int count;                  /* 0: the block does not say */
	const struct mlp_column *items;
};

/* What becomes of a row with a missing value. DEFAULT: as the model says, or dropped. */
enum mlp_missing { MLP_MISSING_DEFAULT, MLP_MISSING_DROP, MLP_MISSING_MEAN, MLP_MISSING_ERROR };

/* How much a row counts in training. BALANCED: rows / (classes * rows of its class). */
enum mlp_class_weights { MLP_WEIGHTS_DEFAULT, MLP_WEIGHTS_NONE, MLP_WEIGHTS_BALANCED };

/* The data block of the model; all 0 without one. Options take its place: mlp_settle_options. */
struct mlp_data_block {
	const struct mlp_columns *inputs, *targets;   /* one for each, or NULL */
	struct mlp_columns ignored;
	enum mlp_missing missing;
	enum mlp_class_weights class_weights;
	double split;
};

/* Everything the host needs of a generated network. Reals that cross this interface as void are float
 * or double by real_size; the blocks net, work and training are allocated by the host, aligned to 64
 * bytes and zeroed. */
struct mlp_network {
	const char *name, *version, *options;   /* options: those that change the code, "" for none */
	uint64_t fingerprint;                   /* of the architecture */
	uint64_t program;                       /* of the code that trains it */
	int real_size;                          /* 4 or 8 */
	int batch, epochs, patience;            /* patience 0: no early stopping */
	uint64_t seed;
	int input_count, target_count, output_count;
	const struct mlp_port *inputs, *targets, *outputs;
	size_t net_size, work_size, training_size;   /* bytes */
	int tensor_count, state_count;

	const struct mlp_tensor *(*tensor)(int k);
	void (*get)(const void *net, int k, void *values);
	void (*set)(void *net, int k, const void *values);
	const struct mlp_tensor *(*state)(int k);
	void (*get_state)(const void *training, int k, void *values);
	void (*set_state)(void *training, int k, const void *values);

	void (*init)(void *training, uint64_t seed);
	void (*set_epoch)(void *training, int epoch);   /* from 0 */
	void (*set_step)(void *training, uint32_t step);   /* how many there were */
	void *(*net)(void *training);                   /* the parameters inside */

	/* Any number of rows. */
	void (*predict)(const void *net, void *work, int rows, const void *const *inputs,
	                void *const *outputs);
	/* 1 … batch rows; the mean over them. */
	double (*loss)(const void *net, void *work, int rows, const void *const *inputs,
	               const void *const *targets);
	double (*train_step)(void *training, int rows, const void *const *inputs, const void *const *targets);

	const char *loss_description;           /* the text of minimize */
	struct mlp_data_block data;
};

/* The whole program: options, data, then training and saving, or predictions, or an evaluation. It does
 * what argv[0] names, as in "mlpc predict", or the first argument; else it trains. Returns the exit status. */
int mlp_main(const struct mlp_network *network, int argc, char **argv);

/* -- Options ------------------------------------------------------------------------------------ */

enum mlp_header { MLP_DETECT_HEADER, MLP_HEADER, MLP_NO_HEADER };
enum mlp_color { MLP_COLOR_AUTO, MLP_COLOR_ALWAYS, MLP_COLOR_NEVER };

enum mlp_command { MLP_TRAIN, MLP_PREDICT, MLP_EVALUATE };

enum { MLP_MOST_FILES = 64 };

/* Files whose rows follow those of the first. */
struct mlp_more_files {
	int count;
	const char *names[MLP_MOST_FILES - 1];
};

struct mlp_options {
	enum mlp_command command;
	const char *weights, *output;        /* files of predict and evaluate */
	const char *data, *labels;           /* files; NULL: not given */
	const char *test, *test_labels;
	struct mlp_more_files more_data, more_labels, more_test, more_test_labels;
	const char *save, *load;
	const char *checkpoint;
	int checkpoint_steps;                /* 0: after epochs alone */
	bool resume;
	int folds, seeds;                    /* trainings; 0: one alone */
	const char *log, *report;            /* files */
	bool norms;
	const char *inputs, *target;         /* lists of columns */
	int epochs, patience;                /* -1: those of the model */
	bool seed_given;
	uint64_t seed;
	bool split_given;
	double split;                        /* fraction of the rows held out for validation; 0: none */
	enum mlp_missing missing;
	enum mlp_class_weights class_weights;
	enum mlp_header header;
	char separator;                      /* 0: detected; ' ': blanks and tabs */
	bool quiet;
	enum mlp_color color;
	int status;                          /* what to exit with after mlp_parse_options returned false */
};

/* Reads the options of training; argv[0] is skipped, argv is permuted as getopt_long does, texts are
 * not copied. False: an error was printed on stderr, or the help on stdout, and options->status is the
 * exit status. */
bool mlp_parse_options(struct mlp_options *options, int argc, char **argv);

/* The same for any command. */
bool mlp_parse_command(struct mlp_options *options, enum mlp_command command, int argc, char **argv);

/* The help text of the options of a command, one a line. */
const char *mlp_command_help(enum mlp_command command);

/* What the options leave open, as the model's data block has it, or else the defaults. */
void mlp_settle_options(struct mlp_options *options, const struct mlp_network *network);

/* Trains with options already read; progress and results go to stdout, messages to stderr. */
int mlp_train(const struct mlp_network *network, const struct mlp_options *options);

#ifdef __cplusplus
}
#endif

#endif
