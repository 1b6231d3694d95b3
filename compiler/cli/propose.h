/* What `mlpc new` makes of a table: roles of its columns, a network of a fitting size, the text of the
 * model. */
#ifndef CLI_PROPOSE_H
#define CLI_PROPOSE_H

#include "cli/cli.h"
#include "host/survey.h"

enum role { ROLE_NUMBER, ROLE_CATEGORY, ROLE_TARGET, ROLE_IGNORED };

struct column_role {
	const struct mlp_survey_column *column;
	enum role role;
	const char *name; /* of a category: its input */
	const char *why;  /* ignored: the reason */
};

struct roles {
	const struct mlp_survey *data, *labels; /* the same where one file holds both */
	struct column_role *columns;            /* of the data */
	int count, numbers, categories;
	const char *numbers_name; /* the input of all numbers */
	bool picture;             /* the numbers are whole, from 0 to `brightest` */
	double brightest;
	const struct mlp_survey_column **targets;
	int target_count;
	const char *target_name, *output_name;
	int classes; /* of the target; 0: numbers */
};

/* --- roles.c ---------------------------- */

/* Returns a status after messages. */
enum status find_roles(struct arena *arena, const struct mlp_messages *messages,
                       const struct options *options, const struct mlp_survey *data,
                       const struct mlp_survey *labels, struct roles *roles);

/* --- identifiers.c ---------------------------- */

/* A name of the language like `text`: `native-country` → native_country, `1st` → column_1st. */
const char *identifier_of(struct arena *arena, const char *text);

/* The same, and none of `taken`, which gets it. */
const char *unique_identifier(struct arena *arena, strings *taken, const char *text);

/* A column in a data block: its name, in quotes if need be, or its number. */
const char *column_text(struct arena *arena, const struct mlp_survey *survey,
                        const struct mlp_survey_column *column);

/* --- recipe.c ---------------------------- */

/* How large the network is and how it is trained. */
struct recipe {
	int widths[2]; /* of the hidden layers; 0: there is none */
	const char *activation;
	double dropout;              /* after the first layer; 0: none */
	double penalty;              /* of the squares of the weights; 0: none */
	double rate, decay;          /* of Adam: rate * decay^epoch */
	int batch, epochs, patience; /* patience 0: never stops early */
};

struct recipe recipe_for(const struct roles *roles);

/* --- propose_data.c ---------------------------- */

enum { SPLIT_FROM = 20 }; /* rows: below, none are held out */

/* Adds an item after a comma, on a new line with `indent` blanks where the line is full. */
void add_list_item(struct text *text, size_t *line_start, bool first, int indent, const char *item);

void write_data_block(struct arena *arena, struct text *text, const struct roles *roles);

/* --- propose.c ---------------------------- */

/* The model. `files` says what the data are. */
const char *propose(struct arena *arena, const struct roles *roles, const char *name, const char *files);

#endif
