/* Blocks SIGINT, looks whether it is pending, and puts things back. */
#define _GNU_SOURCE
#include "host/interrupt.h"

#include <stddef.h>

static sigset_t only_interrupt(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	return set;
}

void mlp_interrupt_begin(struct mlp_interrupt *interrupt)
{
	struct sigaction action;
	sigset_t set = only_interrupt();
	*interrupt = (struct mlp_interrupt){0};
	if (sigaction(SIGINT, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
		return;
	interrupt->watching = pthread_sigmask(SIG_BLOCK, &set, &interrupt->before) == 0;
}

bool mlp_interrupt_came(struct mlp_interrupt *interrupt)
{
	sigset_t pending;
	if (!interrupt->watching || interrupt->came)
		return interrupt->came;
	interrupt->came = sigpending(&pending) == 0 && sigismember(&pending, SIGINT) == 1;
	return interrupt->came;
}

void mlp_interrupt_end(struct mlp_interrupt *interrupt)
{
	static const struct timespec AT_ONCE = {0, 0};
	sigset_t set = only_interrupt();
	if (!interrupt->watching)
		return;
	while (interrupt->came && sigtimedwait(&set, NULL, &AT_ONCE) > 0)
		;
	pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
}
