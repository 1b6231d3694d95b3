/* Programs with threads: the same bits as without, and only where steps are large. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "graph_fixture.h"
#include "plan_fixture.h"

/* Gelu, dropout and adam stand in fused loops; 300 and 250 divide by no tile. */
static const char large[] =
        "model m\ninput x[300]\ntarget t class[10]\nlayer h[250] = dropout(gelu(dense(x)), 0.2)\n"
        "layer g[256] = layer_norm(relu(dense(h)))\noutput y[10] = softmax(dense(g))\n"
        "minimize cross_entropy(y, t)\ntrain { optimizer = adam(0.01), batch = 66 }\n";
static const char small[] = "model m\ninput x[64]\ntarget t class[10]\nlayer h[32] = relu(dense(x))\n"
                            "output y[10] = softmax(dense(h))\nminimize cross_entropy(y, t)\n"
                            "train { batch = 32 }\n";

/* Prints the loss of five steps, some of fewer rows, and a hash of all that was trained. */
static const char harness[] =
        "#include \"m.h\"\n#include <stdio.h>\n#include <stdlib.h>\n"
        "static struct m_training t;\nstatic float x[M_BATCH * M_SIZE_X], values[100000];\n"
        "static int32_t classes[M_BATCH];\n"
        "int main(void)\n{\n\tuint64_t hash = 7;\n\tfloat loss = 0;\n\tm_init(&t, 3);\n"
        "\tfor (int k = 0; k < M_BATCH * M_SIZE_X; k++)\n\t\tx[k] = (float)(k * 7919 % 1000) / 500.0f - "
        "1.0f;\n"
        "\tfor (int k = 0; k < M_BATCH; k++)\n\t\tclasses[k] = k * 31 % 10;\n"
        "\tfor (int k = 0; k < 5; k++)\n\t\tloss = m_train_step(&t, M_BATCH - k * 7, x, classes);\n"
        "\tfor (int k = 0; k < M_TENSORS; k++) {\n\t\tm_get(&t.net, k, values);\n"
        "\t\tconst unsigned char *bytes = (const unsigned char *)values;\n"
        "\t\tfor (int b = 0; b < m_tensor(k)->elements * 4; b++)\n\t\t\thash = hash * 31 + bytes[b];\n\t}\n"
        "\tprintf(\"%a %016llx\\n\", (double)loss, (unsigned long long)hash);\n\treturn 0;\n}\n";

static void write_text(const char *folder, const char *name, const char *text)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* What the program of so many threads prints. */
static void trained(const char *text, const struct target *target, int threads, char *printed, size_t size)
{
	char folder[] = "/tmp/mlpc-test-XXXXXX", command[600];
	struct compile *c = planned(text, &(struct compile_options){.target = target, .threads = threads});
	struct text header = text_new(c->arena);
	cr_assert(mkdtemp(folder));
	emit_header(&header, &c->plan, &(struct emit_options){.source_name = "m.mlp", .checksum = "0", .changes = ""});
	write_text(folder, "m.h", text_string(&header));
	write_text(folder, "m.c", source_of(c));
	write_text(folder, "main.c", harness);
	snprintf(command, sizeof command,
	         "R=$PWD/runtime; cd %s && gcc -std=gnu11 -O2 -march=native -Wall -Wextra -Werror -I$R %s "
	         "*.c $R/*.c -lm "
	         "-o m && OMP_DYNAMIC=false ./m 2>&1; rm -rf %s",
	         folder, threads > 1 ? "-fopenmp" : "", folder);
	FILE *pipe = popen(command, "r");
	size_t length = fread(printed, 1, size - 1, pipe);
	printed[length] = '\0';
	pclose(pipe);
	arena_free(c->arena);
}

Test(threads, the_same_bits)
{
	const struct target *targets[] = {target_number(0), target_native()};
	char one[2000], more[2000];
	trained(large, targets[0], 1, one, sizeof one);
	cr_assert(strstr(one, "0x1."), "%s", one);
	for (int t = 0; t < 2; t++)
		for (int threads = 2; threads <= 3; threads++) {
			trained(large, targets[t], threads, more, sizeof more);
			cr_expect_str_eq(more, one, "%s, %d threads", targets[t]->name, threads);
		}
}

static bool shares(const char *text, const struct target *target)
{
	struct compile *c = planned(text, &(struct compile_options){.target = target, .threads = 2});
	bool shares = strstr(source_of(c), "#pragma omp parallel for num_threads(M_THREADS)\n") != NULL;
	arena_free(c->arena);
	return shares;
}

Test(threads, large_steps_alone)
{
	const struct target *v3 = target_named("x86-64-v3");
	cr_expect(shares(large, target_number(0)) && shares(large, v3));
	cr_expect_not(shares(small, target_number(0)) || shares(small, v3));
}
