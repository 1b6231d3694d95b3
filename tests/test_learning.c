/* Networks of models/ learn what they are for: `mlpc train` as a user types it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_folder.h"

/* The percentage that the last line with `what` states; -1 without one. */
static double accuracy(const char *what, const char *arguments)
{
	char command[512], line[512];
	double percent = -1;
	snprintf(command, sizeof command, "%s/mlpc train %s 2>&1", build_folder(), arguments);
	FILE *output = popen(command, "r");
	cr_assert(output);
	while (fgets(line, sizeof line, output)) {
		const char *found = strncmp(line, what, strlen(what)) == 0 ? strstr(line, "accuracy ") : NULL;
		if (found)
			percent = strtod(found + strlen("accuracy "), NULL);
	}
	cr_assert(pclose(output) == 0, "%s: %s", command, line);
	return percent;
}

Test(learning, xor_from_each_of_twenty_seeds)
{
	char arguments[128];
	for (int seed = 1; seed <= 20; seed++) {
		snprintf(arguments, sizeof arguments, "models/xor.mlp --data models/data/xor.csv --seed %d",
		         seed);
		cr_expect(accuracy("training:", arguments) == 100, "seed %d", seed);
	}
}

Test(learning, iris_mean_of_ten_seeds)
{
	char arguments[128];
	double sum = 0;
	for (int seed = 1; seed <= 10; seed++) {
		snprintf(arguments, sizeof arguments,
		         "models/iris.mlp --data models/data/iris.csv --split 0.3 --seed %d", seed);
		sum += accuracy("validation:", arguments);
	}
	cr_assert(sum / 10 >= 95, "%g %%", sum / 10);
}

Test(learning, digits_by_other_writers)
{
	double percent = accuracy("test:", "models/digits.mlp --data models/data/digits-train.csv.gz "
	                                   "--test models/data/digits-test.csv.gz");
	cr_assert(percent >= 96.5, "%g %%", percent);
}
