# Long runs, each with a target of its own; `make test` runs none of them.

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
