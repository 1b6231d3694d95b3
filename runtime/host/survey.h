/* A look at data before there is a network: what stands in each column. One pass, and no more in memory than a
 * bounded number of values of each column. */
#ifndef MLP_HOST_SURVEY_H
#define MLP_HOST_SURVEY_H

#include "host/dataset.h"

enum {
	MLP_SURVEY_VALUES = 256,      /* distinct values of a column that are told apart */
	MLP_SURVEY_FEW = 16,          /* the same in tables of more than MLP_SURVEY_WIDE columns */
	MLP_SURVEY_WIDE = 1024
};

struct mlp_survey_column {
	const char *name;             /* of the header; NULL: none */
	int number;                   /* from 1 */
	size_t missing, numbers, texts;
	bool whole;                   /* all numbers are integers */
	bool rising;                  /* … and each is above the one before */
	double minimum, maximum, last, mean, squares;   /* of the numbers; squares: of distances to the mean */
	struct mlp_labels values;     /* the distinct ones */
	bool many;                    /* there are more, or nobody counts: elements of an array */
};

struct mlp_survey {
	bool header;
	bool array;                   /* an IDX or .npy file: one column, in which all elements are */
	size_t elements;              /* of a row of an array */
	int rank;                     /* of an array */
	size_t rows, holes;           /* rows; rows with a missing value */
	int count;
	struct mlp_survey_column *columns;

	/* What follows is of the pass itself. */
	const struct mlp_messages *messages;
	locale_t c_locale;
	char **first;                 /* the fields of the first row: names or values */
	int firsts;                   /* how many files begin with it */
	size_t first_line;
};

/* The files' rows belong together. Returns a status, the message printed; close in
 * any case. */
int mlp_survey_open(struct mlp_survey *survey, const struct mlp_messages *messages, const char *const *files,
                    int count);
void mlp_survey_close(struct mlp_survey *survey);

/* The column of that name, or number from 1, or `last`; NULL: there is none. */
const struct mlp_survey_column *mlp_survey_find(const struct mlp_survey *survey, const char *text,
                                                size_t length);

/* The deviation of the numbers of a column (divisor n). */
double mlp_survey_deviation(const struct mlp_survey_column *column);

#endif
