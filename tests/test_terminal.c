/* What is printed on a terminal: pseudo-terminals of several widths, in several environments. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <pty.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "build_folder.h"
#include "small_networks.h"

enum { MOST = 1 << 20, ROWS = 45, EPOCHS = 5 };

/* --- a terminal ---------------------------- */

struct screen {
	char text[MOST];
	int status;
};

struct terminal {
	int columns;
	const char *term, *locale, *no_color;
};

/* What `work` prints on a terminal, in a process of its own. */
static const struct screen *on_terminal(const struct terminal *terminal, int (*work)(const void *),
                                        const void *what)
{
	static struct screen screen;
	struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)terminal->columns};
	int side, state;
	fflush(stderr);
	pid_t child = forkpty(&side, NULL, NULL, &size);
	cr_assert(child >= 0);
	if (child == 0) {
		setenv("TERM", terminal->term, 1);
		setenv("LC_ALL", terminal->locale, 1);
		unsetenv("NO_COLOR");
		if (terminal->no_color)
			setenv("NO_COLOR", terminal->no_color, 1);
		exit(work(what));
	}
	size_t length = 0;
	for (ssize_t count; (count = read(side, screen.text + length, MOST - 1 - length)) > 0;)
		length += (size_t)count;
	screen.text[length] = '\0';
	cr_assert(waitpid(child, &state, 0) == child && WIFEXITED(state));
	screen.status = WEXITSTATUS(state);
	close(side);
	return &screen;
}

static int run_command(const void *command)
{
	execl("/bin/sh", "sh", "-c", (const char *)command, (char *)NULL);
	return 127;
}

/* The most columns that are filled from one line start to the next. */
static int widest(const char *text)
{
	int column = 0, most = 0;
	for (; *text; text++) {
		if (*text == '\033')
			text += strcspn(text, "mK");
		else if (*text == '\r' || *text == '\n')
			column = 0;
		else if (((unsigned char)*text & 0xc0) != 0x80)
			column++;
		most = column > most ? column : most;
	}
	return most;
}

/* The same of the lines that are drawn over: what does not end in a line end. */
static int widest_drawn_over(const char *text)
{
	int most = 0;
	while ((text = strstr(text, "\r\033[K"))) {
		char line[1024] = "";
		size_t length = strcspn(++text, "\r");
		if (length < sizeof line && text[length] == '\r' && text[length + 1] != '\n')
			strncat(line, text, length);
		most = widest(line) > most ? widest(line) : most;
	}
	return most;
}

static bool has_color(const char *text)
{
	for (const char *at = text; (at = strchr(at, '\033')); at++)
		if (at[strcspn(at, "mK")] == 'm')
			return true;
	return false;
}

static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* --- training ---------------------------- */

/* Slow enough for a line to be drawn between the epochs. */
static double slow_step(void *training, int rows, const void *const *inputs, const void *const *targets)
{
	const struct timespec pause = {0, 30000000};
	nanosleep(&pause, NULL);
	return flowers_train_step(training, rows, inputs, targets);
}

static int train(const void *given)
{
	struct mlp_network network = FLOWERS;
	network.train_step = slow_step;
	return mlp_train(&network, given);
}

static char data[] = "/tmp/mlpc-terminal-XXXXXX";

static void write_data(void)
{
	int descriptor = mkstemp(data);
	FILE *file = fdopen(descriptor, "w");
	cr_assert(file);
	for (int row = 0; row < ROWS; row++)
		fprintf(file, "%d,%d,%d,%d,%c\n", row % 3 * 5 + row % 7, row % 5, row % 3, row,
		        "abc"[row % 3]);
	fclose(file);
}

static void remove_data(void)
{
	unlink(data);
}

TestSuite(terminal, .init = write_data, .fini = remove_data, .timeout = 60);

static const struct screen *trained(const struct terminal *terminal, double split)
{
	const struct mlp_options options = {.data = data, .epochs = EPOCHS, .patience = -1, .split = split};
	const struct screen *screen = on_terminal(terminal, train, &options);
	cr_expect_eq(screen->status, 0, "%s", screen->text);
	return screen;
}

Test(terminal, a_line_between_epochs_and_a_chart)
{
	const struct screen *screen = trained(&(struct terminal){100, "xterm", "C.UTF-8", NULL}, 0);
	cr_expect(strstr(screen->text, "\r\033[Kepoch 1/5 \033[36m━"), "%s", screen->text);
	cr_expect(strstr(screen->text, "─\033[0m "), "%s", screen->text);
	cr_expect(strstr(screen->text, " %  loss "), "%s", screen->text);
	cr_expect(strstr(screen->text, " s left  "), "%s", screen->text);
	cr_expect(strstr(screen->text, " rows/s  \033[36m█"), "%s", screen->text);
	const char *chart = strstr(screen->text, " ┤");
	cr_assert(chart, "%s", screen->text);
	cr_expect(strstr(chart, "loss") && !strstr(chart, "validation"), "%s", chart);
	cr_expect_geq(widest(screen->text), 80);
}

Test(terminal, two_curves)
{
	const struct screen *screen = trained(&(struct terminal){80, "xterm", "C.UTF-8", NULL}, 0.3);
	const char *chart = strstr(screen->text, " ┤");
	cr_assert(chart, "%s", screen->text);
	cr_expect(strstr(chart, "loss\033[0m, \033[32mvalidation loss\033[0m"), "%s", chart);
}

/* A line that is drawn over must never wrap: what is wrapped stays. */
Test(terminal, no_line_wraps)
{
	static const int widths[] = {30, 36, 50, 64, 132};
	for (int k = 0; k < 5; k++) {
		const struct screen *screen =
		        trained(&(struct terminal){widths[k], "xterm", "C.UTF-8", NULL}, 0);
		int widest = widest_drawn_over(screen->text);
		cr_expect(widest >= 20 && widest < widths[k], "%d of %d\n%s", widest, widths[k],
		          screen->text);
	}
}

Test(terminal, without_colours_or_characters)
{
	const struct screen *screen = trained(&(struct terminal){80, "xterm", "C.UTF-8", "1"}, 0);
	cr_expect_not(has_color(screen->text), "%s", screen->text);
	cr_expect(strstr(screen->text, "\r\033[Kepoch 1/5 ━"), "%s", screen->text);
	screen = trained(&(struct terminal){80, "xterm", "C.UTF-8", ""}, 0);
	cr_expect(has_color(screen->text), "an empty NO_COLOR is none\n%s", screen->text);
	screen = trained(&(struct terminal){80, "xterm", "C", NULL}, 0);
	cr_expect(is_ascii(screen->text), "%s", screen->text);
	cr_expect(strstr(screen->text, "\r\033[Kepoch 1/5 \033[36m#"), "%s", screen->text);
	screen = trained(&(struct terminal){80, "dumb", "C.UTF-8", NULL}, 0.3);
	cr_expect_not(strchr(screen->text, '\033') || strstr(screen->text, " ┤"), "%s", screen->text);
	cr_expect(strstr(screen->text, "epoch 5/5"), "%s", screen->text);
}

/* Not even on the line that is drawn over. */
Test(terminal, colours_never)
{
	const struct mlp_options options = {.data = data, .epochs = EPOCHS, .patience = -1,
	                                    .color = MLP_COLOR_NEVER};
	const struct screen *screen =
	        on_terminal(&(struct terminal){80, "xterm", "C.UTF-8", NULL}, train, &options);
	cr_expect_not(has_color(screen->text), "%s", screen->text);
	cr_expect(strstr(screen->text, "\r\033[Kepoch 1/5 ━"), "%s", screen->text);
}

/* Several trainings: no lines of epochs and no chart, but which of them it is. */
Test(terminal, folds)
{
	const struct mlp_options options = {.data = data, .epochs = EPOCHS, .patience = -1, .folds = 3};
	const struct screen *screen =
	        on_terminal(&(struct terminal){80, "xterm", "C.UTF-8", NULL}, train, &options);
	cr_expect(strstr(screen->text, "\r\033[K3/3 epoch 5/5 \033[36m━"), "%s", screen->text);
	cr_expect_not(strstr(screen->text, "\nepoch ") || strstr(screen->text, " ┤"), "%s", screen->text);
	cr_expect_leq(widest_drawn_over(screen->text), 79);
}

/* Ten times a second at most: five epochs of six steps of 30 ms are 0.9 s. */
Test(terminal, redraws_are_few)
{
	const struct screen *screen = trained(&(struct terminal){100, "xterm", "C.UTF-8", NULL}, 0);
	int drawn = 0;
	for (const char *at = screen->text; (at = strstr(at, "\r\033[Kepoch ")); at++)
		drawn++;
	cr_expect(drawn >= 3 && drawn <= 20, "%d", drawn);
}

/* --- mlpc ---------------------------- */

static const struct screen *typed(const struct terminal *terminal, const char *format, ...)
{
	char command[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	return on_terminal(terminal, run_command, command);
}

static const struct terminal usual = {80, "xterm", "C.UTF-8", NULL};

Test(terminal, building)
{
	const struct screen *screen =
	        typed(&usual,
	              "XDG_CACHE_HOME=/proc/none %s/mlpc train models/xor.mlp --data models/data/xor.csv "
	              "--epochs 1",
	              build_folder());
	cr_expect_eq(screen->status, 0);
	const char *first = "building exclusive_or …\r\033[K";
	cr_expect_eq(strncmp(screen->text, first, strlen(first)), 0, "%s", screen->text);
}

Test(terminal, explanation_as_wide_as_the_terminal)
{
	static const int widths[][2] = {{500, 100}, {100, 100}, {72, 72}, {20, 40}, {0, 100}};
	char wide[1 << 16];
	for (int k = 0; k < 5; k++) {
		const struct terminal terminal = {widths[k][0], "xterm", "C.UTF-8", NULL};
		const struct screen *screen =
		        typed(&terminal, "%s/mlpc explain models/xor.mlp", build_folder());
		if (k == 0)
			strcpy(wide, screen->text);
		cr_expect_eq(strcmp(screen->text, wide) == 0, widths[k][1] == 100, "%d", widths[k][0]);
		cr_expect_leq(widest(screen->text), widths[k][1], "%d: %d", widths[k][0],
		              widest(screen->text));
	}
}

Test(terminal, colours_of_messages)
{
	const char *command = "%s/mlpc tests/errors/argument_extra.mlp";
	cr_expect(has_color(typed(&usual, command, build_folder())->text));
	cr_expect_not(
	        has_color(typed(&(struct terminal){80, "xterm", "C", "1"}, command, build_folder())->text));
	cr_expect(has_color(typed(&(struct terminal){80, "xterm", "C", ""}, command, build_folder())->text));
	cr_expect_not(
	        has_color(typed(&(struct terminal){80, "dumb", "C", NULL}, command, build_folder())->text));
	command = "%s/mlpc --color=always tests/errors/argument_extra.mlp";
	cr_expect(has_color(typed(&(struct terminal){80, "dumb", "C", "1"}, command, build_folder())->text));
	command = "%s/mlpc --color=never tests/errors/argument_extra.mlp";
	cr_expect_not(has_color(typed(&usual, command, build_folder())->text));
	command = "%s/mlpc train models/iris.mlp --data models/data/iris.csv --epochs x";
	cr_expect(has_color(typed(&usual, command, build_folder())->text));
}
