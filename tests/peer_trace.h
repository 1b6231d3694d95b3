/* Golden files of tests/peers/: what another library says of networks, replayed on the programs that mlpc
 * makes of the same texts. A file is a list of cases; a case is a model and lines of one event each:
 *
 *   case NAME                   begins one; the model is a file, or the text that follows, indented
 *   seed N                      of the numbers that are drawn here as they were there
 *   draw NAME LOW HIGH          a parameter, at once; an input or target, for each batch from now on
 *   give NAME NUMBERS           the same with these numbers
 *   rows N                      a new batch
 *   epoch N
 *   train LOSS                  a training step with that loss
 *   step N LOSS                 a new batch and a training step
 *   loss LOSS                   of the batch, outside training
 *   output NAME NUMBERS         a prediction of the batch
 *   gradient NAME NUMBERS       of a parameter or input, in the last step
 *   tensor NAME NUMBERS         the values of a parameter or statistic now
 *   keep                        remembers the values of all parameters for the cases that follow
 *   stretched NAME A B          the parameter is A + B times the one that was kept
 *   products NAME NUMBERS       of the rows of a matrix with each other; of its columns if it has more rows
 */
#ifndef TESTS_PEER_TRACE_H
#define TESTS_PEER_TRACE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/array.h"

struct peer_case {
	const char *name;
	const char *file; /* the model's file, or NULL: `text` */
	const char *text;
	ARRAY(const char *) events;
};

typedef ARRAY(struct peer_case *) peer_cases;

/* NULL items: there is no such file, or no case in it. */
peer_cases peer_read(struct arena *arena, const char *path);

/* Replays all cases in programs of one compiler; fails on the first difference beyond the tolerance: that of
 * what comes up to the first training step and of its results, and that of what comes later. The measure of
 * two numbers a and b of one line is |a - b| / max(|a|, |b|, largest number of the line / 10). The cases are
 * those of double if `exact` is NULL. Otherwise they are those of float, and `exact` has the same in double:
 * a number is right if it agrees with either, since the other library rounds as well. */
void peer_replay(const peer_cases *cases, const peer_cases *exact, const double tolerance[2],
                 const char *compiler);

#endif
