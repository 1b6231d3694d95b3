/* Class names as found in data, and the numbers 0 … K-1 that the network uses for them. */
#ifndef MLP_HOST_LABELS_H
#define MLP_HOST_LABELS_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The names of one port with classes. While the training data are read it collects: each distinct text
 * gets a provisional number. mlp_labels_settle turns these into the final ones; after that it only looks
 * up. Numbers are one label however they are written (1, 1.0, 01). */
struct mlp_labels {
	int32_t classes;     /* K */
	bool settled;
	bool binary;         /* of a port of reals: all values of the training data were 0 or 1 */
	bool as_numbers;     /* settled: the labels are the integers 0 … K-1 themselves, without names */
	int count, room;
	char **names;        /* owned; settled and not as_numbers: in the order of the classes */
	bool numbered;       /* settled: these names are a title's, the data have their numbers */
	int32_t *slots;      /* hash table: 1 + number of a name, 0 for free */
	size_t slot_count;
	double *fill;        /* owned by the reader: what stands for a missing value, for each element; or NULL */
};

enum mlp_label_problem {
	MLP_LABEL_WELL,
	MLP_LABEL_TOO_MANY,     /* the K+1st distinct label */
	MLP_LABEL_UNKNOWN,      /* settled, and not among the names or not in 0 … K-1 */
	MLP_LABEL_NOT_TEXT,     /* no UTF-8, or a control character */
	MLP_LABEL_NO_MEMORY
};

/* UTF-8 without control characters? */
bool mlp_is_text(const char *text, size_t length);

void mlp_labels_free(struct mlp_labels *labels);

enum mlp_label_problem mlp_labels_number(struct mlp_labels *labels, const char *text, size_t length,
                                         locale_t c_locale, int32_t *number);

/* Integers in 0 … K-1 stay what they are; other labels are sorted, as numbers if all are, else by bytes.
 * `final` (room for `count`, the value before the call) maps provisional numbers to final
 * ones. False: no memory. */
bool mlp_labels_settle(struct mlp_labels *labels, locale_t c_locale, int32_t *final);

/* Names known from elsewhere (a parameter file), in the order of the classes; copied. Settles the
 * labels. False: no memory. */
bool mlp_labels_assign(struct mlp_labels *labels, int count, const char *const *names);

/* "a, b, c … (12 more)", for messages. */
enum { MLP_LABEL_LIST = 160 };
const char *mlp_labels_list(const struct mlp_labels *labels, char buffer[MLP_LABEL_LIST]);

#endif
