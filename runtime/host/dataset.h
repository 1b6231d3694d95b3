/* Rows of data in memory, one contiguous array for each port, and the readers that fill them. */
#ifndef MLP_HOST_DATASET_H
#define MLP_HOST_DATASET_H

#include <locale.h>

#include "host/host.h"
#include "host/labels.h"
#include "host/message.h"

/* The port of a part: the inputs are counted first, then the targets. */
const struct mlp_port *mlp_port_of(const struct mlp_network *network, int part);

struct mlp_part {
	const struct mlp_port *port;
	size_t row_size;   /* bytes: elements * real_size, or elements * 4 for classes */
	char *values;      /* [rows][elements] */
};

struct mlp_dataset {
	int rows;
	int input_count, target_count;
	struct mlp_part *parts;   /* the inputs, then the targets */
};

/* What reading needs to know. `labels` has one entry for each input, then each target; the first data
 * read settle them, later ones must keep to them. */
struct mlp_reader {
	const struct mlp_messages *messages;
	const struct mlp_network *network;
	const struct mlp_options *options;   /* columns, header, separator */
	struct mlp_labels *labels;
	locale_t c_locale;
};

/* Both return a status. `labels_file` may be NULL: then the data file holds the targets too. */
int mlp_reader_open(struct mlp_reader *reader, const struct mlp_messages *messages,
                    const struct mlp_network *network, const struct mlp_options *options);
int mlp_read_dataset(const struct mlp_reader *reader, const char *data_file, const char *labels_file,
                     struct mlp_dataset *dataset);
void mlp_reader_close(struct mlp_reader *reader);

/* The rows numbered, copied. Returns a status. */
int mlp_dataset_take(const struct mlp_messages *messages, const struct mlp_dataset *dataset, const int *rows,
                     int count, struct mlp_dataset *taken);
void mlp_dataset_free(struct mlp_dataset *dataset);

/* The values of one part from a row on. */
const void *mlp_dataset_at(const struct mlp_dataset *dataset, int part, int row);

/* One value: a real one as double, or a class. */
double mlp_part_real(const struct mlp_part *part, int real_size, size_t number);
int32_t mlp_part_class(const struct mlp_part *part, size_t number);

/* -- For the readers themselves ------------------------------------------------------------------ */

/* A run of parts that one file fills; rows grow as they are read. */
struct mlp_section {
	const struct mlp_reader *reader;
	struct mlp_part *parts;
	struct mlp_labels *labels;
	int count;
	int elements;       /* of a row, all parts together */
	int rows, room;
};

/* Makes room for one more row. Returns a status. */
int mlp_section_grow(struct mlp_section *section);
/* Sets an element of the row after the last. False: too large for the real type of the network. */
bool mlp_section_set_real(struct mlp_section *section, int part, int element, double value);
/* The same for a class; returns a status after a message about `place`. */
int mlp_section_set_label(struct mlp_section *section, int part, int element, const char *text, size_t length,
                          struct mlp_place place);

/* Fill a section from a table, or from an IDX file. Return a status. */
int mlp_read_table(struct mlp_section *section, const char *file, const char *text, size_t length);
int mlp_read_idx(struct mlp_section *section, const char *file, const char *text, size_t length);

#endif
