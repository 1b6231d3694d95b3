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

/* Files of data; those after the first hold more rows. */
struct mlp_source {
	const char *data, *labels;   /* labels NULL: the data hold the targets too */
	const struct mlp_more_files *more_data, *more_labels;   /* or NULL */
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
int mlp_read_source(const struct mlp_reader *reader, const struct mlp_source *source,
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

/* -- Missing values --------------------------------------------------------------------------------
 * Where the model or the options say `mean`, a missing input is read as a hole: no number, or the class -1.
 * Once it is known which rows are trained, their means and most frequent classes fill all holes; they are
 * kept in labels[…].fill, and with the parameters. A reader whose labels have such values fills at once. */

/* What becomes of missing values, by options and model. */
enum mlp_missing mlp_missing_of(const struct mlp_reader *reader);

/* Learns from the rows of `training`, unless the reader has the values already. Does nothing where holes are
 * not filled. Returns a status, the message printed. */
int mlp_learn_fill(const struct mlp_reader *reader, const struct mlp_dataset *training);
/* For another choice of training rows. */
void mlp_forget_fill(const struct mlp_reader *reader);
/* Fills the holes. */
void mlp_fill_holes(const struct mlp_reader *reader, struct mlp_dataset *dataset);

/* -- For the readers themselves -------------------------------------------------------------------- */

/* A run of parts that files fill one after the other; rows grow as they are read. */
struct mlp_section {
	const struct mlp_reader *reader;
	struct mlp_part *parts;
	struct mlp_labels *labels;
	int count;
	int elements;         /* of a row, all parts together */
	int rows, room;
	enum mlp_missing missing;
	bool targets_absent;  /* a prediction: nothing is left out */
	int holes;
	bool stops;           /* a class was taken without its final full stop, and it was said */

	const char *first_file;    /* the table that says what is where; later ones must be like it */
	struct mlp_slot *slots;    /* [elements] */
	int width;
	char *header;              /* the fields of its header, each with a 0 behind it; NULL: none */
	size_t header_length;
};

struct mlp_slot {
	int part, element;   /* of the section; the element in row-major order */
	int column;          /* from 0 */
};

/* The parts first … first+count-1 of a data set. */
struct mlp_section mlp_section_open(const struct mlp_reader *reader, struct mlp_dataset *dataset, int first,
                                    int count);
/* Final numbers for classes that were new. Returns a status. */
int mlp_section_settle(struct mlp_section *section);
void mlp_section_close(struct mlp_section *section);

/* Room for the inputs, and for the targets if they are wanted; false: no memory. */
bool mlp_dataset_open(struct mlp_dataset *dataset, const struct mlp_network *network);

/* Makes room for one more row. Returns a status. */
int mlp_section_grow(struct mlp_section *section);
/* Sets an element of the row after the last. False: too large for the real type of the network. */
bool mlp_section_set_real(struct mlp_section *section, int part, int element, double value);
/* The same for a class; returns a status after a message about `place`. */
int mlp_section_set_label(struct mlp_section *section, int part, int element, const char *text, size_t length,
                          struct mlp_place place);
/* A value that is missing: filled, or a hole. False: that is an error. */
bool mlp_section_set_missing(struct mlp_section *section, int part, int element);

/* Leaves out the rows with holes that are not filled. Returns their number. */
int mlp_drop_holes(const struct mlp_reader *reader, struct mlp_dataset *dataset, enum mlp_missing missing);

#endif
