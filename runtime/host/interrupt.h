/* Ctrl-C without a handler: SIGINT is blocked while training runs and looked for between steps. */
#ifndef MLP_HOST_INTERRUPT_H
#define MLP_HOST_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct mlp_interrupt {
	bool watching;      /* false where the signal is ignored, as under nohup */
	bool came;
	sigset_t before;
};

void mlp_interrupt_begin(struct mlp_interrupt *interrupt);
/* Whether a SIGINT has come; one system call. */
bool mlp_interrupt_came(struct mlp_interrupt *interrupt);
void mlp_interrupt_end(struct mlp_interrupt *interrupt);

#endif
