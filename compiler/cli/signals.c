#include <stddef.h>

#include "cli/cli.h"

struct signal_hold hold_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct signal_hold hold;
	sigset_t held;
	sigemptyset(&held);
	for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
		struct sigaction action;
		if (sigaction(ends[k], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&held, ends[k]);
	}
	sigprocmask(SIG_BLOCK, &held, &hold.before);
	return hold;
}

void release_signals(const struct signal_hold *hold)
{
	sigprocmask(SIG_SETMASK, &hold->before, NULL);
}
