/* A directory of its own for each test, files in it, and the readers with their messages in memory. */
#ifndef HOST_FIXTURE_H
#define HOST_FIXTURE_H

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/dataset.h"
#include "small_networks.h"

/* The text of a file with its length. */
#define TABLE(text) (text), sizeof(text) - 1

static char fixture_directory[32] = "/tmp/mlp-test-XXXXXX";

static void __attribute__((unused)) enter_directory(void)
{
	cr_assert(mkdtemp(fixture_directory));
	cr_assert(chdir(fixture_directory) == 0);
	signal(SIGINT, SIG_DFL); /* ignored in a run in the background */
}

static void __attribute__((unused)) leave_directory(void)
{
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", fixture_directory);
	cr_assert(chdir("/") == 0);
	cr_assert(system(command) == 0);
}

static void __attribute__((unused)) write_file(const char *name, const void *bytes, size_t length)
{
	FILE *file = fopen(name, "wb");
	cr_assert(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

/* What a reading gave: the first data set, that of the test file if there is one, and the messages. */
struct reading {
	int status;
	struct mlp_dataset data, test;
	struct mlp_reader reader;
	struct mlp_messages messages;
	char *text;
	size_t length;
};

static void __attribute__((unused)) read_files(struct reading *reading, const struct mlp_network *network,
                                               const struct mlp_options *options)
{
	*reading = (struct reading){0};
	reading->messages.file = open_memstream(&reading->text, &reading->length);
	reading->status = mlp_reader_open(&reading->reader, &reading->messages, network, options);
	const struct mlp_source data = {options->data, options->labels, &options->more_data, &options->more_labels};
	const struct mlp_source test = {options->test, options->test_labels, &options->more_test,
	                                &options->more_test_labels};
	if (reading->status == MLP_WELL)
		reading->status = mlp_read_source(&reading->reader, &data, &reading->data);
	if (reading->status == MLP_WELL && options->test)
		reading->status = mlp_read_source(&reading->reader, &test, &reading->test);
	fflush(reading->messages.file);
}

static void __attribute__((unused)) free_reading(struct reading *reading)
{
	mlp_dataset_free(&reading->data);
	mlp_dataset_free(&reading->test);
	mlp_reader_close(&reading->reader);
	fclose(reading->messages.file);
	free(reading->text);
}

#endif
