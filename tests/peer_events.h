/* The events of a golden file, each on the program of its case. */
#ifndef TESTS_PEER_EVENTS_H
#define TESTS_PEER_EVENTS_H

#include <stdint.h>

#include "generated.h"
#include "peer_trace.h"

enum { PEER_MOST_NUMBERS = 2048 };

struct kept {
	const char *name;
	const double *values;
};

/* An input or target and where its numbers come from. */
struct feed {
	const struct mlp_port *port;
	bool given;
	double low, high;
	size_t count; /* of what is given */
	void *raw;
};

struct replay {
	struct arena *arena; /* of the case */
	const struct peer_case *of, *exact; /* the same in double */
	struct generated g;
	const struct mlp_network *network;
	void *training, *work;
	bool is_double;
	uint64_t state;
	int rows, steps;
	ARRAY(struct feed *) feeds;   /* in the order in which they are drawn */
	const void **inputs, **targets;   /* their values, in the order of the program */
	ARRAY(struct kept) kept;          /* of an earlier case, in `kept_arena` */
	struct arena *kept_arena;
	const double *tolerance;          /* up to the first training step, and later */
	double worst[2];                  /* likewise */
	const char *worst_line[2];
};

/* One event of a case: its word, the name behind it if it has one, its numbers; these once more in double. */
struct event {
	const char *line, *name;
	const double *numbers, *exact;
	int count;
};

/* A word that begins a line; `named`: a name follows; then at least so many numbers. */
struct peer_word {
	const char *word;
	bool named;
	int least;
	void (*run)(struct replay *r, const struct event *e);
};

extern const struct peer_word peer_words[];
extern const int peer_word_count;

/* "float" or "double" */
const char *peer_type(const struct replay *r);

#endif
