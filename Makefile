# make            the compiler build/mlpc and the runtime libraries
# make test       everything that decides whether a change is right; installs what it needs where it can
# make run        trains a network on handwritten digits
# make golden     rewrites the golden files; read their diff before you commit it
# make layering   fails on an include that points the wrong way
# make clean      removes build/

CC       = gcc
CFLAGS   = -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
ROUNDING = -ffp-contract=off
STRICT   = -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Wvla -Werror
HOSTLIBS = -ljansson -lxxhash -lz -lm
B        = build

# In the order of the pipeline.
FOLDERS  = base syntax model expr plan emit explain check cli
SOURCES  = $(foreach folder,$(FOLDERS),$(wildcard compiler/$(folder)/*.c)) compiler/compile.c
OBJECTS  = $(SOURCES:%.c=$B/%.o) $B/syntax/parser.tab.o $B/syntax/lexer.yy.o $B/prelude.o
LIBRARY  = $(filter-out $B/compiler/cli/main.o,$(OBJECTS))
GROUND   = $(patsubst %.c,$B/%.o,$(wildcard runtime/*.c))
HOST     = $(patsubst %.c,$B/%.o,$(wildcard runtime/host/*.c))
TESTS    = $(patsubst tests/%.c,$B/tests/%,$(wildcard tests/test_*.c))

SUPPORT  = $(patsubst tests/%.c,$B/tests/%.o,$(filter-out tests/test_%,$(wildcard tests/*.c)))
TESTFLAGS = -Icompiler -Iruntime -I$B/syntax -Itests
RUNTIME   = $B/libmlp_host.a $B/libmlp.a
LIBRARIES = $B/libmlpc.a $(RUNTIME)

all: $B/mlpc $(LIBRARIES)

$B/mlpc: $(OBJECTS) $(RUNTIME)
	$(CC) $(CFLAGS) -o $@ $(OBJECTS) $(RUNTIME) $(HOSTLIBS)

$B/libmlpc.a: $(LIBRARY)
$B/libmlp.a: $(GROUND)
$B/libmlp_host.a: $(HOST)
$B/libmlp_pic.a: $(GROUND:$B/%=$B/pic/%)
%.a:
	rm -f $@ && ar rcs $@ $^

$B/compiler/%.o: compiler/%.c | $B/syntax/parser.tab.h $B/syntax/lexer.yy.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ROUNDING) -std=gnu11 $(WARNINGS) -Icompiler -Iruntime -I$B/syntax -MMD -MP -c -o $@ $<

$B/runtime/host/%.o: runtime/host/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ROUNDING) -std=gnu11 $(WARNINGS) -Iruntime -MMD -MP -c -o $@ $<

$B/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(CC) -O3 $(ROUNDING) $(STRICT) -Iruntime -MMD -MP -c -o $@ $<

# For the programs that tests load.
$B/pic/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -fPIC $(ROUNDING) $(STRICT) -Iruntime -MMD -MP -c -o $@ $<

$B/syntax/parser.tab.c $B/syntax/parser.tab.h &: compiler/syntax/parser.y
	@mkdir -p $(@D)
	bison -Werror -o $B/syntax/parser.tab.c --header=$B/syntax/parser.tab.h $<

$B/syntax/lexer.yy.c $B/syntax/lexer.yy.h &: compiler/syntax/lexer.l
	@mkdir -p $(@D)
	flex -o $B/syntax/lexer.yy.c --header-file=$B/syntax/lexer.yy.h $<

$B/syntax/%.o: $B/syntax/%.c $B/syntax/parser.tab.h $B/syntax/lexer.yy.h
	$(CC) $(CFLAGS) -std=gnu11 -Wall -Icompiler -I$B/syntax -MMD -MP -c -o $@ $<

# The standard library is part of the compiler.
$B/prelude.c: compiler/model/prelude.mlp
	@mkdir -p $(@D)
	{ echo '#include "model/model.h"'; echo 'const char model_prelude[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $<; echo ';'; } > $@

$B/prelude.o: $B/prelude.c
	$(CC) $(CFLAGS) -std=gnu11 -Icompiler -c -o $@ $<

# --- tests ------------------------------------------------------------------------------------

$B/tests/%.o: tests/%.c | $B/syntax/parser.tab.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARNINGS) -Wno-missing-prototypes $(TESTFLAGS) -MMD -MP -c -o $@ $<

$B/tests/test_%: $B/tests/test_%.o $(SUPPORT) $(LIBRARIES) $B/libmlp_pic.a
	$(CC) $(CFLAGS) -o $@ $< $(SUPPORT) $(LIBRARIES) -lcriterion $(HOSTLIBS)

test: tools-test
	$(MAKE) --no-print-directory -j2 all $(TESTS)
	$(MAKE) --no-print-directory layering
	@tests/run $(TESTS)

golden: all $B/tests/test_golden $B/tests/test_cli
	GOLDEN=write $B/tests/test_golden
	GOLDEN=write $B/tests/test_cli --filter 'cli/errors'

layering: ; @tests/layering $(FOLDERS)

# What a new machine lacks (Debian): the tools of the build, and of the tests.
TOOLS = flex bison gcc zlib.h jansson.h xxhash.h
tools: ; @tests/tools $(TOOLS)
tools-test: ; @tests/tools $(TOOLS) clang g++ criterion/criterion.h /usr/share/i18n/locales/de_DE

include tests/long.mk

# --- a first look -----------------------------------------------------------------------------

run: tools
	$(MAKE) --no-print-directory -j2 --silent all
	$B/mlpc train models/digits.mlp --data models/data/digits-train.csv.gz \
	    --test models/data/digits-test.csv.gz --save $B/digits.safetensors

clean:
	rm -rf $B

.PHONY: all test golden layering tools tools-test run clean
.SECONDARY:

-include $(shell find $B -name '*.d' 2>/dev/null)
