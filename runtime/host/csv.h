/* Tables as text: rows of fields separated by commas, semicolons, tabs or blanks, read in a stream. */
#ifndef MLP_HOST_CSV_H
#define MLP_HOST_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "host/file.h"
#include "host/message.h"

/* Bytes start … end-1 of the window; of a quoted field what stands between the quotes. */
struct mlp_field {
	size_t start, end;
	bool quoted;
};

/* A cursor over the rows. Rows end at \n, \r\n or \r; blank lines are skipped, and lines that begin with #;
 * blanks around fields do not count; quoted fields may hold separators, line ends and "" for a quote.
 *
 * The window holds the row that was read last, whole, and moves on with it: fields and places are good until
 * the next row is read. */
struct mlp_csv {
	const struct mlp_messages *messages;
	const char *file;
	struct mlp_stream *stream;
	char *text;                 /* the window; text[length] is 0 */
	size_t length, room;
	bool ended;                 /* nothing comes after the window */
	bool held;                  /* it does not move, so that the cursor can go back */
	size_t lines;               /* before the window */
	size_t at;                  /* where the next row begins */
	char separator;             /* ' ': any run of blanks and tabs */
	unsigned char kinds[256];   /* of bytes: what ends a field */
	struct mlp_field *fields;   /* of the last row */
	int count, field_room;
	size_t row_start;           /* of the last row */
	char *scratch;
	size_t scratch_room;
};

enum mlp_row { MLP_ROW, MLP_END, MLP_BAD_ROW };

enum { MLP_CSV_WINDOW = 1 << 18, MLP_CSV_LONGEST_ROW = 1 << 26 };

/* Prepares to read a stream, of which `start` is what was read before (the window takes it over; it has
 * `length` bytes and room for a few more). `separator` 0 is detected from the first line, preferring one that
 * gives `columns` fields. Returns a status. Close in any case. */
int mlp_csv_open(struct mlp_csv *csv, const struct mlp_messages *messages, struct mlp_stream *stream,
                 struct mlp_bytes start, char separator, int columns);
void mlp_csv_close(struct mlp_csv *csv);

/* The next row into csv->fields. After MLP_BAD_ROW a message was printed and *status is set. */
enum mlp_row mlp_csv_next(struct mlp_csv *csv, int *status);

/* The text of a field with "" turned into "; it lives until the next call. NULL: no memory. */
const char *mlp_csv_text(struct mlp_csv *csv, struct mlp_field field, size_t *length);

struct mlp_place mlp_csv_place(const struct mlp_csv *csv, size_t start, size_t end);
size_t mlp_csv_line(const struct mlp_csv *csv);   /* of the last row, from 1 */

/* -- For csv.c and csv_window.c -------------------------------------------------------------------- */

/* Moves the window on and reads more into it. Returns a status. */
int mlp_csv_refill(struct mlp_csv *csv);
/* Finds the separator. Returns a status. */
int mlp_csv_detect(struct mlp_csv *csv, int columns);

#endif
