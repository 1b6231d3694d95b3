/* proof N [SEED] [JOBS] [SOURCES] [LOG]: N random models, each through all checks; what fails is made small.
 * The log gets each failure with its seed and its smallest model, the coverage, and the totals. Status 1 if
 * any failed. Model k of a run has the seed SEED + k, whatever the number of jobs. It runs in the folder SOURCES,
 * where models find the file that they use. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "random_coverage.h"
#include "random_program.h"
#include "random_shrink.h"

enum { ALL_MODES = (1 << PROGRAM_MODES) - 1, BATCH = 16, MOST_CANDIDATES = 250 };

struct options {
	long count, jobs;
	uint64_t seed;
	const char *sources, *log, *runners;
};

/* What a worker says of a model. */
struct record {
	uint64_t seed;
	char kind[32];
	struct tally tally;
	struct features features;
	int refused;
};

/* Two modes of compilation for each batch, in turn: both compilers, both types, with and without sanitizers;
 * those that take longest seldom. */
static unsigned modes_of(uint64_t seed)
{
	return 3u << (seed / BATCH % 5 == 4 ? 4 : 2 * (seed / BATCH % 2));
}

/* --- failures --------------------------------------------------------------------------------------- */

struct failure {
	const struct random_case *one;
	const struct options *options;
};

static bool fails_alike(void *context, const char *text)
{
	const struct failure *failure = context;
	struct random_case one = {.seed = failure->one->seed, .text = text, .is_settled = true};
	snprintf(one.name, sizeof one.name, "%s", failure->one->name);
	cases_check(&one, 1, failure->options->sources, failure->options->runners, failure->one->modes);
	return strcmp(one.verdict.kind, failure->one->verdict.kind) == 0;
}

static void report(const struct random_case *one, const struct options *options)
{
	struct arena *arena = arena_new();
	struct failure failure = {one, options};
	const char *small = shrink_model(arena, one->text, fails_alike, &failure, MOST_CANDIDATES);
	FILE *log = fopen(options->log, "a");
	if (!log)
		abort();
	fprintf(log,
	        "=== SEED=%llu N=1: %s\n%s\n--- the smallest model that fails alike\n%s--- as it was "
	        "made\n%s\n",
	        (unsigned long long)one->seed, one->verdict.kind, one->verdict.fault, small, one->text);
	fclose(log);
	fprintf(stderr, "SEED=%llu: %s: %.300s\n%s", (unsigned long long)one->seed, one->verdict.kind,
	        one->verdict.fault, small);
	arena_free(arena);
}

/* --- workers ---------------------------------------------------------------------------------------- */

static void work_batch(const struct library *library, struct coverage *coverage,
                       const struct options *options, long batch, int out)
{
	struct arena *arena = arena_new();
	struct random_case cases[BATCH] = {0};
	struct record records[BATCH] = {0};
	long first = batch * BATCH;
	int count = options->count - first < BATCH ? (int)(options->count - first) : BATCH;
	for (int k = 0; k < count; k++) {
		struct refusals refusals = {0};
		cases[k].seed = options->seed + (uint64_t)(first + k);
		snprintf(cases[k].name, sizeof cases[k].name, "m%d", k);
		cases[k].text = random_model(arena, library, cases[k].seed, cases[k].name, &refusals);
		records[k].refused = refusals.statements - refusals.accepted;
	}
	cases_check(cases, count, options->sources, options->runners,
	            options->count == 1 ? ALL_MODES : modes_of(cases[0].seed));
	for (int k = 0; k < count; k++) {
		records[k].seed = cases[k].seed;
		records[k].tally = cases[k].verdict.tally;
		records[k].features = coverage_features(coverage, cases[k].text);
		memcpy(records[k].kind, cases[k].verdict.kind, sizeof records[k].kind);
		if (records[k].kind[0])
			report(&cases[k], options);
		if (write(out, &records[k], sizeof records[k]) != (ssize_t)sizeof records[k])
			_exit(1);
	}
	arena_free(arena);
}

static int start_worker(const struct library *library, struct coverage *coverage,
                        const struct options *options, long job)
{
	int ends[2];
	if (pipe(ends) != 0)
		abort();
	if (fork() != 0) {
		close(ends[1]);
		return ends[0];
	}
	close(ends[0]);
	for (long batch = job; batch * BATCH < options->count; batch += options->jobs)
		work_batch(library, coverage, options, batch, ends[1]);
	_exit(0);
}

/* --- the summary ------------------------------------------------------------------------------------ */

enum { MOST_JOBS = 64 };

struct summary {
	long models, failed, infinite_models, refused;
	struct tally tally;
	struct {
		char kind[32];
		long count;
	} kinds[32];
};

static void add_record(struct summary *summary, const struct record *record)
{
	struct tally *sum = &summary->tally;
	summary->models++;
	summary->refused += record->refused;
	sum->compared += record->tally.compared;
	sum->loose += record->tally.loose;
	sum->unsteady += record->tally.unsteady;
	sum->infinite += record->tally.infinite;
	summary->infinite_models += record->tally.infinite > 0;
	if (!record->kind[0])
		return;
	summary->failed++;
	int k = 0;
	while (k < 31 && summary->kinds[k].count > 0 && strcmp(summary->kinds[k].kind, record->kind) != 0)
		k++;
	memcpy(summary->kinds[k].kind, record->kind, sizeof record->kind);
	summary->kinds[k].count++;
}

static void print_summary(const struct summary *s, const struct coverage *coverage, int never,
                          const struct options *options, FILE *file)
{
	fprintf(file, "%ld models from SEED=%llu, %ld failed\n", s->models, (unsigned long long)options->seed,
	        s->failed);
	for (int k = 0; k < 32 && s->kinds[k].count > 0; k++)
		fprintf(file, "%8ld %s\n", s->kinds[k].count, s->kinds[k].kind);
	fprintf(file,
	        "%ld values compared; %ld of them with more room than the floor, because rounding alone "
	        "moves them\n"
	        "not compared: %ld that rounding decides, %ld without a finite value (in %ld models)\n"
	        "%ld statements refused by the compiler on the way\n"
	        "%.2f %% of pairs of features met; %d features never seen\n",
	        s->tally.compared, s->tally.loose, s->tally.unsteady, s->tally.infinite, s->infinite_models,
	        s->refused, coverage_of_pairs(coverage), never);
}

static void progress(const struct summary *summary, const struct options *options, time_t begun)
{
	if (summary->models % 100 != 0)
		return;
	double seconds = difftime(time(NULL), begun);
	fprintf(stderr, "%ld of %ld models, %ld failed, %.0f s\n", summary->models, options->count,
	        summary->failed, seconds);
}

static volatile sig_atomic_t is_stopped;

/* What was found until then still counts. */
static void stop(int number)
{
	(void)number;
	is_stopped = 1;
}

static int run(const struct options *options)
{
	struct arena *arena = arena_new();
	const struct library *library = library_read(arena);
	struct coverage *coverage = coverage_new(arena, library);
	struct summary summary = {0};
	int ends[MOST_JOBS];
	time_t begun = time(NULL);
	fclose(fopen(options->log, "w"));
	for (long job = 0; job < options->jobs; job++)
		ends[job] = start_worker(library, coverage, options, job);
	sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop}, NULL);
	sigaction(SIGINT, &(struct sigaction){.sa_handler = stop}, NULL);
	/* in the order of the batches, so that a run has one log whatever its jobs */
	for (long k = 0; k < options->count; k++) {
		struct record record;
		long job = k / BATCH % options->jobs;
		ssize_t length = read(ends[job], &record, sizeof record);
		if (is_stopped)
			break;
		if (length != (ssize_t)sizeof record) {
			fprintf(stderr, "a worker died\n");
			return 2;
		}
		add_record(&summary, &record);
		coverage_add(coverage, &record.features);
		progress(&summary, options, begun);
	}
	FILE *log = fopen(options->log, "a");
	int never = coverage_report(coverage, log);
	print_summary(&summary, coverage, never, options, log);
	print_summary(&summary, coverage, never, options, stdout);
	fprintf(log, "%s%.0f s with %ld jobs\n", is_stopped ? "stopped; " : "", difftime(time(NULL), begun),
	        options->jobs);
	fclose(log);
	arena_free(arena);
	return is_stopped || summary.failed > 0 || (never > 0 && options->count >= 1000);
}

int main(int count, char **words)
{
	struct options options = {
	        .count = count > 1 ? atol(words[1]) : 1000,
	        .seed = count > 2 && words[2][0] ? strtoull(words[2], NULL, 10) : (uint64_t)time(NULL),
	        .jobs = count > 3 && words[3][0] ? atol(words[3]) : 2,
	        .sources = count > 4 ? words[4] : getenv("PWD"),
	        .log = count > 5 ? words[5] : "build/proof.log",
	};
	if (options.count < 1 || options.jobs < 1 || options.jobs > MOST_JOBS) {
		fprintf(stderr, "proof N [SEED] [JOBS] [SOURCES] [LOG]\n");
		return 2;
	}
	if (!options.sources || chdir(options.sources) != 0) {
		fprintf(stderr, "proof: there is no folder of sources\n");
		return 2;
	}
	fprintf(stderr, "SEED=%llu\n", (unsigned long long)options.seed);
	char runners[] = "/tmp/mlpc-runners-XXXXXX";
	if (!mkdtemp(runners))
		return 2;
	options.runners = runners;
	runners_build(runners, options.sources, ALL_MODES);
	int status = run(&options);
	folder_remove(runners);
	return status;
}
