#define _GNU_SOURCE
/* The program of `mlpc check` at the other end of two pipes. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/check.h"

/* As the program has it: emit/check_driver.c. */
struct request {
	int32_t what, array, rows, element;
	double value;
};

static bool write_all(struct check_program *program, const void *bytes, size_t size)
{
	program->ended = program->ended || fwrite(bytes, 1, size, program->to) != size;
	return !program->ended;
}

static bool read_all(struct check_program *program, void *bytes, size_t size)
{
	program->ended =
	        program->ended || fflush(program->to) != 0 || fread(bytes, 1, size, program->from) != size;
	return !program->ended;
}

static void ask(struct check_program *program, struct request request)
{
	write_all(program, &request, sizeof request);
}

static void put(void *context, int array, size_t size, const double *values)
{
	ask(context, (struct request){.what = 'p', .array = array, .element = (int32_t)size});
	write_all(context, values, size * sizeof *values);
}

static void set(void *context, int array, size_t element, double value)
{
	ask(context,
	    (struct request){.what = 's', .array = array, .element = (int32_t)element, .value = value});
}

static double number(struct check_program *program)
{
	double result = NAN;
	return read_all(program, &result, sizeof result) ? result : (double)NAN;
}

static double loss(void *context, int rows)
{
	ask(context, (struct request){.what = 'l', .rows = rows});
	return number(context);
}

/* An array is answered with all rows that there is room for: those of this batch come first. */
static double gradient(void *context, int rows, int arrays, double *const *gradients, const size_t *sizes)
{
	struct check_program *program = context;
	ask(program, (struct request){.what = 'g', .rows = rows});
	double result = number(program);
	for (int k = 0; k < arrays; k++) {
		if (!gradients[k])
			continue;
		size_t rest = program->room[k] - sizes[k];
		ask(program, (struct request){.what = 'd', .array = k, .rows = rows});
		read_all(program, gradients[k], sizes[k] * sizeof(double));
		for (double ignored; rest > 0 && read_all(program, &ignored, sizeof ignored); rest--)
			;
	}
	return result;
}

static void start_child(const char *cached, int file, char **arguments, const int to[2], const int from[2])
{
	dup2(to[0], STDIN_FILENO);
	dup2(from[1], STDOUT_FILENO);
	for (int k = 0; k < 2; k++) {
		close(to[k]);
		close(from[k]);
	}
	signal(SIGPIPE, SIG_DFL);
	if (cached)
		execv(cached, arguments);
	if (file >= 0)
		fexecve(file, arguments, environ);
	_exit(127);
}

bool check_program_start(struct check_program *program, const char *cached, int file, char **arguments)
{
	int to[2], from[2];
	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		return false;
	program->on_pipe = signal(SIGPIPE, SIG_IGN);
	program->child = fork();
	if (program->child == 0)
		start_child(cached, file, arguments, to, from);
	close(to[0]);
	close(from[1]);
	program->to = fdopen(to[1], "w");
	program->from = fdopen(from[0], "r");
	return program->child > 0 && program->to && program->from;
}

struct machine check_machine(struct check_program *program)
{
	return (struct machine){
	        .context = program, .put = put, .set = set, .loss = loss, .gradient = gradient};
}

void check_program_end(struct check_program *program)
{
	fclose(program->to);
	fclose(program->from);
	while (waitpid(program->child, NULL, 0) < 0 && errno == EINTR)
		;
	signal(SIGPIPE, program->on_pipe);
}
