/* What each program that is measured has: it answers the questions of worker.c. */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

/* The parameters as they are in the file. */
void contestant_begin(void);

/* One training step, or one prediction of all rows; something that depends on its result. */
double contestant_step(void);

/* The loss that it has come to. */
double contestant_loss(void);

/* The numbers of that name in the file, 4 bytes each; ends the program where there are none. */
const void *data_of(const char *name);

#endif
