/* Tables as text: rows of fields separated by commas, semicolons, tabs or blanks. */
#ifndef MLP_HOST_CSV_H
#define MLP_HOST_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "host/message.h"

/* Bytes start … end-1 of the text; of a quoted field what stands between the quotes. */
struct mlp_field {
	size_t start, end;
	bool quoted;
};

/* A cursor over the rows. Rows end at \n, \r\n or \r; blank lines are skipped; blanks around fields do
 * not count; quoted fields may hold separators, line ends and "" for a quote. */
struct mlp_csv {
	const struct mlp_messages *messages;
	const char *file, *text;
	size_t length, at;
	char separator;             /* ' ': any run of blanks and tabs */
	struct mlp_field *fields;   /* of the last row */
	int count, room;
	size_t row_start;           /* of the last row */
	char *scratch;
	size_t scratch_room;
};

enum mlp_row { MLP_ROW, MLP_END, MLP_BAD_ROW };

/* Prepares to read `text`, which must end in a 0 byte at `length` and outlive the cursor. `separator` 0
 * is detected from the first line, preferring one that gives `columns` fields. Returns a status. */
int mlp_csv_open(struct mlp_csv *csv, const struct mlp_messages *messages, const char *file, const char *text,
                 size_t length, char separator, int columns);
void mlp_csv_close(struct mlp_csv *csv);

/* The next row into csv->fields. After MLP_BAD_ROW a message was printed and *status is set. */
enum mlp_row mlp_csv_next(struct mlp_csv *csv, int *status);

/* Back to the first row. */
void mlp_csv_rewind(struct mlp_csv *csv);

/* The text of a field with "" turned into "; it lives until the next call. NULL: no memory. */
const char *mlp_csv_text(struct mlp_csv *csv, struct mlp_field field, size_t *length);

struct mlp_place mlp_csv_place(const struct mlp_csv *csv, size_t start, size_t end);
size_t mlp_csv_line(const struct mlp_csv *csv);   /* of the last row, from 1 */

#endif
