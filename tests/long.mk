# Long runs, each with a target of its own; `make test` runs none of them.

# --- coverage and analysis --------------------------------------------------------------------
# make coverage   what the tests run of compiler/ and runtime/; status 1 under the goal
# make sanitize   the tests under the address and undefined behaviour sanitizers
# make memcheck   mlpc, programs that it makes, and tests under valgrind
# make tidy       clang-tidy; its checks are in .clang-tidy
# make analyze    gcc -fanalyzer

NAMES     = $(TESTS:$B/%=%)
MODELS    = $(filter-out %/library.mlp,$(wildcard models/*.mlp models/custom/*.mlp))
OF_MODELS = $(MODELS:models/%.mlp=$B/emitted/%.c)
ANALYZED  = $(filter-out runtime/%,$(SOURCES)) $(wildcard runtime/*.c runtime/host/*.c) $(OF_MODELS)
HEADERS   = $(wildcard compiler/*.h compiler/*/*.h compiler/*/*.def runtime/*.h runtime/host/*.h)
ANALYZER  = -std=gnu11 -Icompiler -Iruntime -I$B/syntax

tools-coverage: ; @tests/tools $(TOOLS) gcovr
tools-analysis: ; @tests/tools $(TOOLS) clang-tidy valgrind

# Runs all tests of a build with other flags, under $B/$(1).
define instrumented
	@tests/instrumented $B/$(1) $(3)
	$(MAKE) --no-print-directory --silent -j2 B=$B/$(1)/build CFLAGS='$(2)' STRICT='$(STRICT) $(2)' \
	    all $(NAMES:%=$B/$(1)/build/%)
endef

coverage: tools-test tools-coverage
	$(call instrumented,coverage,-O0 -g --coverage,-lgcov)
	@find $B/coverage -name '*.gcda' -delete
	@PATH=$(abspath $B)/coverage/bin:$$PATH tests/run $(NAMES:%=$B/coverage/build/%); \
	    passed=$$?; tests/coverage $B/coverage/build && exit $$passed

# With them, gcc warns of what a format might cut off where it cannot.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
sanitize: tools-test
	$(call instrumented,sanitize,-O1 -g $(SANITIZE) -Wno-format-truncation,$(SANITIZE))
	@PATH=$(abspath $B)/sanitize/bin:$$PATH tests/run $(NAMES:%=$B/sanitize/build/%)

memcheck: tools-test tools-analysis all $(TESTS)
	@tests/memcheck $B

$B/emitted/%.c: models/%.mlp $B/mlpc
	@mkdir -p $(@D) && $B/mlpc $< -o $@

$B/tidy/%.log: %.c $(HEADERS) .clang-tidy | $B/syntax/parser.tab.h $B/syntax/lexer.yy.h
	@echo clang-tidy $< && mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(ANALYZER) >$@ 2>&1 || grep -q 'error: ' $@

$B/analyze/%.log: %.c $(HEADERS) | $B/syntax/parser.tab.h $B/syntax/lexer.yy.h
	@echo gcc -fanalyzer $< && mkdir -p $(@D)
	@$(CC) $(ANALYZER) -O2 -fanalyzer -c -o /dev/null $< 2>$@ || grep -q 'error: ' $@

tidy analyze: %: tools-analysis $(OF_MODELS)
	@$(MAKE) --no-print-directory -j2 $(ANALYZED:%.c=$B/$*/%.log)
	@tests/findings tests/accepted/$* $(ANALYZED:%.c=$B/$*/%.log)

.PHONY: coverage sanitize memcheck tidy analyze tools-coverage tools-analysis

# --- PyTorch --------------------------------------------------------------------------------------
# make peers-check    what the PyTorch of this machine says of the networks of tests/peers/, against the golden
#                     files and against our programs; status 2 without PyTorch
# make peers-golden   rewrites the golden files with it

PEERS = python3 -B tests/peers/make_golden.py

peers-check: all $B/tests/test_peers
	$(PEERS) --check tests/golden/peers
	$(PEERS) $B/peers
	@MEASURE=1 PEERS=$B/peers $B/tests/test_peers

peers-golden: ; $(PEERS) tests/golden/peers

.PHONY: peers-check peers-golden

# --- determinism ----------------------------------------------------------------------------------
# make determinism    hashes of trained parameters over compilers, levels of optimisation, instructions and
#                     processors (STEPS=N), then the bytes of the generated C over builds of mlpc and surroundings
# make strict-speed   what --strict costs

STEPS    = 1000
MACHINES = aarch64 s390x riscv64

tools-determinism:
	-@tests/tools $(TOOLS) clang localedef setarch $(MACHINES:%=qemu-%) \
	    $(foreach machine,$(MACHINES) i686,$(machine)-linux-gnu-gcc /usr/$(machine)-linux-gnu/lib/libc.a)

$B/determinism/emit: tests/determinism/emit.c $(LIBRARIES)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARNINGS) -Icompiler -Iruntime -o $@ $< $(LIBRARIES) $(HOSTLIBS)

determinism: tools-determinism
	$(MAKE) --no-print-directory --silent -j2 all $B/determinism/emit
	$(MAKE) --no-print-directory --silent -j2 B=$B/determinism/clang CC=clang WARNINGS=-Wall all
	tests/determinism/matrix $B/determinism/emit $B/determinism/matrix $(STEPS)
	tests/determinism/same_text $B/mlpc $B/determinism/clang/mlpc $B/determinism/text

strict-speed: all $B/determinism/emit
	tests/determinism/speed $B/determinism/emit $B/determinism/speed

.PHONY: determinism strict-speed tools-determinism

# --- random models --------------------------------------------------------------------------------
# make proof          random models over the whole language through all checks: N=1000, SEED=a number (default: the
#                     time), JOBS=2; the log $B/proof.log has each failure with its seed and its smallest model.
#                     SEED=S N=1 repeats one

N      = 1000
JOBS   = 2
RANDOM = $(patsubst tests/%.c,$B/tests/%.o,$(wildcard tests/random_*.c)) $B/tests/support.o

tools-proof: ; @tests/tools $(TOOLS) clang

$B/proof: $B/tests/random/proof.o $(RANDOM) $B/libmlpc.a $(RUNTIME)
	$(CC) $(CFLAGS) -o $@ $^ $(HOSTLIBS)

proof: tools-proof
	$(MAKE) --no-print-directory --silent -j2 $B/proof
	$B/proof $(N) '$(SEED)' $(JOBS) $(CURDIR) $B/proof.log

.PHONY: proof tools-proof

# --- mutation ---------------------------------------------------------------------------------
# make mutation   whether the tests see faults; tests/mutations lists them. ONLY=REGEX, JOBS=N

mutation: tools-test
	@tests/mutate --jobs=$(JOBS) --only='$(ONLY)'

.PHONY: mutation

# --- kills ------------------------------------------------------------------------------------------
# make crash          a training run killed, or failed, at each of its calls to the file system, then resumed

tools-crash: ; @tests/tools $(TOOLS) strace

crash: tools-crash
	$(MAKE) --no-print-directory --silent -j2 all
	tests/crash $B/mlpc

.PHONY: crash tools-crash

# --- strict functions -----------------------------------------------------------------------------
# make strict-math    all floats and 10^7 doubles of each strict function against MPFR, in two processes; the
#                     tables from their formulas; the same bits from other compilers and processors
# make strict-tables  rewrites the tables of runtime/ and tests/strict/known.h
# make strict-cost    nanoseconds a call, beside the C library

STRICT_NAMES  = exp expm1 log log1p sin cos tanh erf erfc logistic log1pexp pow
STRICT_TABLES = constants:runtime/strict_constants.h elementary:runtime/strict_tables.c \
                erf:runtime/strict_erf_tables.c

tools-strict: ; @tests/tools mpfr.h

$B/strict/%: tests/strict/%.c tests/strict/functions.c $B/libmlp.a | tools-strict
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARNINGS) -Wno-missing-prototypes -Iruntime -Itests -MMD -MP -o $@ \
	    $(filter %.c %.a,$^) -lmpfr -lgmp -lm

strict-math: $B/strict/tables $B/strict/known $B/strict/measure
	@for table in $(STRICT_TABLES); do $B/strict/tables $${table%:*} | cmp - $${table#*:} || exit 1; done
	@$B/strict/known | cmp - tests/strict/known.h
	@tests/strict/everywhere $B/strict
	@$(MAKE) --no-print-directory -k -j2 $(STRICT_NAMES:%=strict-math-%)

$(STRICT_NAMES:%=strict-math-%): strict-math-%: $B/strict/measure
	@$B/strict/measure floats $*
	@$B/strict/measure doubles $*

strict-tables: $B/strict/tables $B/strict/known
	for table in $(STRICT_TABLES); do $B/strict/tables $${table%:*} >$${table#*:}; done
	$B/strict/known >tests/strict/known.h

strict-cost: $B/strict/measure
	@for name in $(STRICT_NAMES); do $B/strict/measure speed $$name; done

.PHONY: strict-math strict-tables strict-cost tools-strict $(STRICT_NAMES:%=strict-math-%)

# --- bench ----------------------------------------------------------------------------------------
# make bench          ours beside plain C, OpenBLAS, PyTorch, JAX, ONNX Runtime and FANN, as far as they are here,
#                     and beside the limits of the machine: ONLY=REGEX, ROUNDS=N, QUICK=1; PYTHON=python3, that
#                     of the peers; DATA=FOLDER with the four files of MNIST trains from end to end. All of it is
#                     in $B/bench.json; status 1 if a result of ours is wrong. Let the machine do nothing else.
#                     tests/bench/profile tells where the time of a case goes, by function

# OpenBLAS and FANN may be absent.
tools-bench:
	@tests/tools $(TOOLS) clang python3
	-@tests/tools cblas.h floatfann.h

bench: tools-bench
	$(MAKE) --no-print-directory --silent -j2 all
	@ONLY='$(ONLY)' ROUNDS='$(ROUNDS)' QUICK='$(QUICK)' PYTHON='$(PYTHON)' DATA='$(DATA)' \
	    tests/bench/bench $B

.PHONY: bench tools-bench

# --- functions --------------------------------------------------------------------------------------
# make function-accuracy   all floats of each function of runtime/mlp_functions.h against the strict ones, from
#                          gcc and clang, for numbers and vectors of each width; other processors
# make function-cost       nanoseconds an element, beside the C library

FUNCTION_NAMES    = exp expm1 log log1p tanh logistic log1pexp erf erfc
FUNCTION_FLAGS    = -Iruntime -Itests/functions
FUNCTION_VARIANTS = gcc_usual clang_usual gcc_native clang_native
VARIANT_gcc_usual    = gcc -O3
VARIANT_clang_usual  = clang -O2
VARIANT_gcc_native   = gcc -O3 -march=native
VARIANT_clang_native = clang -O2 -march=native
ifneq ($(shell grep -s -m1 -w avx2 /proc/cpuinfo),)
FUNCTION_VARIANTS += gcc_avx gcc_avx2 clang_avx2
VARIANT_gcc_avx      = gcc -O3 -mavx
VARIANT_gcc_avx2     = gcc -O3 -mavx2 -mfma
VARIANT_clang_avx2   = clang -O2 -mavx2 -mfma
endif

tools-functions: ; @tests/tools $(TOOLS) clang

$B/functions/%.o: tests/functions/variant.c tests/functions/functions.h $(wildcard runtime/mlp*.h)
	@mkdir -p $(@D)
	$(VARIANT_$*) -std=c11 $(FUNCTION_FLAGS) -DVARIANT=$* -c -o $@ $<

$B/functions/%: tests/functions/%.c $(FUNCTION_VARIANTS:%=$B/functions/%.o) $B/libmlp.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARNINGS) $(FUNCTION_FLAGS) -o $@ \
	    -D'VARIANTS(F)=$(foreach variant,$(FUNCTION_VARIANTS),F($(variant)))' $(filter %.c %.o %.a,$^) -lm

function-accuracy: tools-functions
	@$(MAKE) --no-print-directory --silent $B/functions/accuracy
	@tests/functions/everywhere $B/functions
	@$(MAKE) --no-print-directory -k -j2 $(FUNCTION_NAMES:%=function-accuracy-%)

function-cost: tools-functions
	@$(MAKE) --no-print-directory --silent $B/functions/cost
	@$B/functions/cost

$(FUNCTION_NAMES:%=function-accuracy-%): function-accuracy-%: ; @$B/functions/accuracy $*

.PHONY: function-accuracy function-cost tools-functions $(FUNCTION_NAMES:%=function-accuracy-%)
