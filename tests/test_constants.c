/* What does not depend on the data: arrays of numbers, parameters alone, models without parameters or rows.
 */
#include "feature_fixture.h"

#define EPSILON 1e-6

static void expect_outputs(const struct trial *t, const float *x, int rows, const double *wanted, int count)
{
	float y[32];
	t->network->predict(trial_net(t), t->work, rows, (const void *const[]){x}, (void *const[]){y});
	for (int k = 0; k < count; k++)
		cr_expect_float_eq((double)y[k], wanted[k], EPSILON, "%d: %g, not %g", k, (double)y[k],
		                   wanted[k]);
}

Test(constants, arrays_in_layers)
{
	struct trial t = trial_new("input x[3]\noutput y[3] = x * [1, -2.5, 4]\n"
	                           "output z[i: 2, j: 3] = [[1, 2, 3], [4, 5, 6]][i, j] * x[j]\n",
	                           false, "gcc -O2");
	const float x[] = {1, 2, 3, -1, 0.5f, 0};
	float y[6], z[12];
	t.network->predict(trial_net(&t), t.work, 2, (const void *const[]){x}, (void *const[]){y, z});
	const float wanted_y[] = {1, -5, 12, -1, -1.25f, 0};
	const float wanted_z[] = {1, 4, 9, 4, 10, 18, -1, 1, 0, -4, 2.5f, 0};
	cr_expect_arr_eq(y, wanted_y, sizeof y);
	cr_expect_arr_eq(z, wanted_z, sizeof z);
	trial_free(&t);
}

/* As in a sum of squares with weights: the array is read by a reduction, forward and backward. */
Test(constants, arrays_in_losses)
{
	struct trial t =
	        trial_new("input x[2]\ntarget t[2]\nparam p[2] = [0.5, -1]\noutput y[i: 2] = p[i] * x[i]\n"
	                  "minimize sum(i, [3, 0.25][i] * (y[i] - t[i])^2)\n"
	                  "train { optimizer = sgd(rate = 1) }",
	                  true, "gcc -O1");
	const double x[] = {2, 3}, target[] = {0, 1};
	cr_expect_eq(tensor_values(&t, "p")[0], 0.5);
	cr_expect_eq(tensor_values(&t, "p")[1], -1);
	t.network->train_step(t.training, 1, (const void *const[]){x}, (const void *const[]){target});
	cr_expect_float_eq(tensor_values(&t, "p")[0], 0.5 - 2 * 3 * (1 - 0) * 2, EPSILON);
	cr_expect_float_eq(tensor_values(&t, "p")[1], -1 - 2 * 0.25 * (-3 - 1) * 3, EPSILON);
	trial_free(&t);
}

Test(constants, arrays_beside_layers)
{
	struct trial t = trial_new("input x[2]\noutput y[5] = concat(x, [7, 8], [-9])\n", false, "gcc -O1");
	const float x[] = {1, 2, 3, 4};
	expect_outputs(&t, x, 2, (const double[]){1, 2, 7, 8, -9, 3, 4, 7, 8, -9}, 10);
	trial_free(&t);
}

/* Each function has arguments that it does not use; the generated text is compiled with -Wextra -Werror. */
Test(constants, models_that_use_little)
{
	const float x[] = {1, 2};
	struct trial t = trial_new("input x[2]\noutput y[i: 2] = 3 * x[1 - i]", false, "gcc -O1");
	expect_outputs(&t, x, 1, (const double[]){6, 3}, 2);
	trial_free(&t);
	t = trial_new("input x[2]\nparam p[3] = [1, 2, 4]\noutput y[i: 3] = p[2 - i]", false, "clang -O1");
	expect_outputs(&t, x, 2, (const double[]){4, 2, 1, 4, 2, 1}, 6);
	trial_free(&t);
	t = trial_new("input x[2]\noutput y[2] = [0.5, 0.25]", false, "gcc -O1");
	expect_outputs(&t, x, 2, (const double[]){0.5, 0.25, 0.5, 0.25}, 4);
	trial_free(&t);
}

Test(constants, a_loss_of_parameters_alone)
{
	struct trial t = trial_new("input x[2]\ntarget t[2]\nparam p[2] = [3, -4]\noutput y[i: 2] = p[i]\n"
	                           "minimize sum(i, p[i]^2)\ntrain { optimizer = sgd(rate = 0.25) }",
	                           true, "gcc -O1");
	const double x[] = {1, 2}, target[] = {0, 0};
	double loss =
	        t.network->train_step(t.training, 1, (const void *const[]){x}, (const void *const[]){target});
	cr_expect_float_eq(loss, 25, EPSILON);
	cr_expect_float_eq(tensor_values(&t, "p")[0], 1.5, EPSILON);
	cr_expect_float_eq(tensor_values(&t, "p")[1], -2, EPSILON);
	trial_free(&t);
}
