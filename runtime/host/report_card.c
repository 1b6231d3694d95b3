/* What was run, on what and when: enough to run it again. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "host/report.h"

static void put_term(FILE *out, const char *term, const char *text)
{
	fprintf(out, "<dt>%s</dt><dd>", term);
	mlp_put_html(out, text);
	fputs("</dd>\n", out);
}

/* The XXH3-128 of a file's bytes, as `xxhsum -H2` prints it. False: it cannot be read, as standard input. */
static bool hash_file(const char *path, char text[40])
{
	char buffer[1 << 14];
	FILE *file = strcmp(path, "-") != 0 ? fopen(path, "rbe") : NULL;
	XXH3_state_t *hash = file ? XXH3_createState() : NULL;
	bool well = hash != NULL;
	if (well)
		XXH3_128bits_reset(hash);
	for (size_t length; well && (length = fread(buffer, 1, sizeof buffer, file)) > 0;)
		XXH3_128bits_update(hash, buffer, length);
	well = well && !ferror(file);
	if (well) {
		XXH128_hash_t sum = XXH3_128bits_digest(hash);
		snprintf(text, 40, "%016" PRIx64 "%016" PRIx64, (uint64_t)sum.high64, (uint64_t)sum.low64);
	}
	XXH3_freeState(hash);
	if (file)
		fclose(file);
	return well;
}

static void put_file(FILE *out, const char *term, const char *path)
{
	char hash[40];
	if (!path)
		return;
	fprintf(out, "<dt>%s</dt><dd>", term);
	mlp_put_html(out, path);
	if (hash_file(path, hash))
		fprintf(out, "<br/><small>XXH3-128 %s</small>", hash);
	fputs("</dd>\n", out);
}

static void put_files(FILE *out, const struct mlp_options *options)
{
	const struct {
		const char *term, *first;
		const struct mlp_more_files *more;
	} files[] = {{"data", options->data, &options->more_data},
	             {"labels", options->labels, &options->more_labels},
	             {"test data", options->test, &options->more_test},
	             {"test labels", options->test_labels, &options->more_test_labels}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		put_file(out, files[i].term, files[i].first);
		for (int k = 0; k < files[i].more->count; k++)
			put_file(out, files[i].term, files[i].more->names[k]);
	}
	put_file(out, "started from", options->load);
}

/* "Intel(R) …, 8 processors, Linux 6.1 x86_64" */
static void put_machine(FILE *out)
{
	struct utsname system;
	char line[256], processor[256] = "";
	FILE *file = fopen("/proc/cpuinfo", "re");
	while (file && !processor[0] && fgets(line, sizeof line, file)) {
		const char *colon = strchr(line, ':');
		line[strcspn(line, "\n")] = '\0';
		if (colon && strncmp(line, "model name", 10) == 0)
			snprintf(processor, sizeof processor, "%s, ", colon + 1 + (colon[1] == ' '));
	}
	if (file)
		fclose(file);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	fputs("<dt>machine</dt><dd class=\"machine\">", out);
	mlp_put_html(out, processor);
	fprintf(out, "%ld processor%s", processors, processors == 1 ? "" : "s");
	if (uname(&system) == 0) {
		fputs(", ", out);
		mlp_put_html(out, system.sysname);
		fputs(" ", out);
		mlp_put_html(out, system.release);
		fputs(" ", out);
		mlp_put_html(out, system.machine);
	}
	fputs("</dd>\n", out);
}

static void put_run(FILE *out, const struct mlp_run *run)
{
	const struct mlp_network *network = run->network;
	char text[128];
	put_term(out, "model", network->name);
	snprintf(text, sizeof text, "%s%s%s", network->version, network->options[0] ? ", " : "",
	         network->options);
	put_term(out, "mlpc", text);
	put_term(out, "numbers", mlp_real_name(network));
	snprintf(text, sizeof text, "%016" PRIx64, network->fingerprint);
	put_term(out, "fingerprint of the architecture", text);
	snprintf(text, sizeof text, "%016" PRIx64, network->program);
	put_term(out, "checksum of the program", text);
	snprintf(text, sizeof text, "%" PRIu64, run->state.seed);
	put_term(out, "seed", text);
	snprintf(text, sizeof text, "%d training, %d validation, %d test", run->training.rows,
	         run->validation.rows, run->test.rows);
	put_term(out, "rows", text);
	snprintf(text, sizeof text, "%d of %d, batches of %d", run->state.epochs_done, run->epochs,
	         network->batch);
	put_term(out, "epochs", text);
	if (run->patience > 0) {
		snprintf(text, sizeof text, "%d epochs", run->patience);
		put_term(out, "patience", text);
	}
	put_term(out, "weights of classes", run->state.balanced ? "balanced" : "none");
}

bool mlp_report_card(const struct mlp_report *report)
{
	const struct mlp_run *run = report->run;
	char text[64] = "";
	time_t seconds = time(NULL);
	struct tm utc;
	mlp_begin_section(report->out, "Run", false, NULL);
	fputs("<dl>\n", report->out);
	put_run(report->out, run);
	put_files(report->out, run->options);
	if (run->options->save)
		put_term(report->out, "saved in", run->options->save);
	put_machine(report->out);
	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
	fprintf(report->out, "<dt>time</dt><dd class=\"time\">%s", text);
	fprintf(report->out, ", %.2f s of training</dd>\n</dl>\n", run->seconds);
	mlp_end_section(report->out);
	return true;
}
