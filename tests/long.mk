# Long runs, each with a target of its own; `make test` runs none of them.

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
