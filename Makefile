# eigc: one Makefile, no recursion. `make help` lists the targets.
#
#   MODE=release|debug|asan|cov   how to compile (default release), into build/ or build/MODE
#   LLVM=0                        leave out code generation: check, verify, dump, explain only
#   V=1                           show commands

MODE ?= release
LLVM ?= 1
V    ?= 0
PREFIX ?= /usr/local
DESTDIR ?=

Q := $(if $(filter 1,$(V)),,@)
BUILD := $(if $(filter release,$(MODE)),build,build/$(MODE))
GEN := build/gen

CC := gcc
LLVM_CONFIG := llvm-config-19
# LLVM goes into libeigc_jit.so as archives: only the host's back end, and the
# module opens in a third of the time of the shared libLLVM. Asked for when
# the module is linked, so that LLVM=0 needs no llvm-config.
LLVM_LIBS = $(shell $(LLVM_CONFIG) --ldflags) $(shell $(LLVM_CONFIG) --link-static --libs orcjit native passes) \
            -lstdc++ -lz -l:libzstd.so.1 -lm -ldl -pthread

# The same as a shared library, for a test that is started once: the archives take seconds to link.
LLVM_SHARED = $(shell $(LLVM_CONFIG) --ldflags --link-shared --libs) -lstdc++

# ---- flags ------------------------------------------------------------------
# Numbers have to come out the same everywhere: no contraction to FMA, no fast-math, anywhere.
NUMERIC := -ffp-contract=off -fno-fast-math
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wdouble-promotion -Wundef
MODE_release := -O2 -g1
MODE_debug   := -O0 -g -DEIGC_VERIFY=1
MODE_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
                -fno-omit-frame-pointer -DEIGC_VERIFY=1 -DEIGC_ARENA_MALLOC=1
MODE_cov     := -O0 -g --coverage
MODE_FLAGS := $(MODE_$(MODE))
ifeq ($(MODE_FLAGS),)
$(error MODE=$(MODE) is not one of release, debug, asan, cov)
endif
CPPFLAGS := -I. -I$(GEN) -D_GNU_SOURCE
CFLAGS := -std=c11 $(MODE_FLAGS) $(NUMERIC) -fPIC -pthread
# Flex and Bison write code that converts freely; the rest of the warnings stay on.
GEN_WARN := -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-unused-function -Wno-unused-but-set-variable
LDLIBS := -lmpfi -lmpfr -lgmp -ljansson -lz -lmd -lm -ldl -pthread

# ---- sources: a folder is a module, every .c in it is built -------------------
MODULES := lang/base lang compiler/expr compiler/code compiler/data compiler/model compiler/model/cost compiler/net compiler/check $(addprefix compiler/check/,slope $(addprefix slope/,jet terms form convex) proof $(addprefix proof/,positive statement file) lds stability range) compiler/game compiler/plan runtime compiler/driver compiler/driver/sweep
SRC := $(filter-out compiler/driver/main.c,$(foreach m,$(MODULES),$(sort $(wildcard $(m)/*.c))))
GEN_SRC := $(GEN)/lang/lexer.c $(GEN)/lang/parser.c $(GEN)/explain_pages.c
JIT_SRC := $(sort $(wildcard compiler/emit/*.c compiler/jit/*.c))

OBJ     := $(SRC:%.c=$(BUILD)/obj/%.o)
GEN_OBJ := $(GEN_SRC:$(GEN)/%.c=$(BUILD)/obj/gen/%.o)
JIT_OBJ := $(JIT_SRC:%.c=$(BUILD)/obj/%.o)
LIB     := $(BUILD)/libeigc.a
EIGC    := $(BUILD)/eigc
JIT     := $(BUILD)/libeigc_jit.so

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c tests/property/test_*.c tests/numeric/test_*.c))
JIT_TEST_SRC := $(sort $(wildcard tests/jit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
# Test programs are compiled once and run for seconds at most: what they test is in the library, with its own flags.
TEST_CFLAGS = $(CFLAGS) $(if $(filter release,$(MODE)),-O1 -g0)

UNIT := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
JIT_TESTS := $(JIT_TEST_SRC:tests/%.c=$(BUILD)/tests/%)
REPLAY := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/tests/fuzz/replay_%)
VERIFY_MANY := $(BUILD)/tests/mutants/verify_many

# As many at once as there are processors, where no -j was asked for.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

ALL := $(EIGC) $(if $(filter 1,$(LLVM)),$(JIT))

# ---- the targets people use --------------------------------------------------
.PHONY: all demo test test-long check asan bench bench-quick bench-check fuzz install uninstall clean deps deps-test help layers print-%
.DEFAULT_GOAL := all

all: deps       ## build build/eigc (installs what is missing)
	$(Q)$(MAKE) --no-print-directory -s $(JOBS) $(ALL) MODE=$(MODE) LLVM=$(LLVM) V=$(V)

demo: all       ## check and run the worm and the Wilson-Cowan pair
	$(Q)sh examples/demo.sh $(EIGC) build/demo

test: deps-test ## build and run every test; the last line is `N passed, N failed`
	$(Q)$(MAKE) --no-print-directory -s $(JOBS) test-programs MODE=$(MODE) LLVM=$(LLVM) V=$(V)
	$(Q)EIGC=$(EIGC) LLVM=$(LLVM) sh tests/run $(BUILD)/tests

check: test

test-long: deps-test    ## much more: 100,000 matrices on the edge of stability; every mutant of certificates; the verifier broken place by place
	$(Q)$(MAKE) --no-print-directory -s $(JOBS) test-programs MODE=$(MODE) LLVM=$(LLVM) V=$(V)
	$(Q)$(BUILD)/tests/property/test_lds_edge 100000
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/mutants/test_mutants.py --all --table
	$(Q)/usr/bin/python3 tests/mutate_verify.py

asan:           ## all tests that need no LLVM, under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory test MODE=asan LLVM=0 V=$(V)

bench: all      ## measure; writes the tables of docs/performance.md
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/bench.py
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/workloads.py
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/threads.py --write
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/growth.py --write

bench-quick: all        ## measure the workloads once, some of them smaller (two minutes); prints the table
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/workloads.py --quick

bench-check: all        ## measure proofs of stability beside semidefinite programs (an hour); writes docs/performance.md
	$(Q)EIGC=$(EIGC) /usr/bin/python3 tests/bench/check.py

fuzz:           ## fuzz every target for FUZZ_SECONDS (default 60) each; needs clang-19
	$(Q)sh tests/fuzz/fuzz.sh $${FUZZ_SECONDS:-60}

install: all    ## install under PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/eigc
	install -m 755 $(EIGC) $(DESTDIR)$(PREFIX)/bin/eigc
	$(if $(filter 1,$(LLVM)),install -m 755 $(JIT) $(DESTDIR)$(PREFIX)/lib/eigc/libeigc_jit.so)

uninstall:      ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/eigc $(DESTDIR)$(PREFIX)/lib/eigc/libeigc_jit.so
	-rmdir $(DESTDIR)$(PREFIX)/lib/eigc

layers:         ## who may include what (tests/layers.txt)
	$(Q)sh tests/house/test_layers.sh

clean:          ## remove build/
	rm -rf build

help:           ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo "  MODE=release|debug|asan|cov, LLVM=0, V=1, PREFIX=, DESTDIR= change what they do."

print-%:
	@echo $($*)

# ---- Debian packages ---------------------------------------------------------
deps:
	$(Q)sh tests/packages.sh build $(if $(filter 1,$(LLVM)),jit)
deps-test:
	$(Q)sh tests/packages.sh build test $(if $(filter 1,$(LLVM)),jit)

# ---- rules -------------------------------------------------------------------
# Flags are hashed into a stamp, so changing them rebuilds what they touch.
STAMP := $(BUILD)/flags.stamp
$(STAMP): FORCE
	$(Q)mkdir -p $(BUILD)
	$(Q)echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN)' > $@
FORCE:

$(GEN)/lang/parser.c: lang/parser.y
	$(Q)mkdir -p $(@D)
	$(Q)bison -Wall -Werror -Wcounterexamples --report=all --report-file=$(GEN)/lang/parser.output \
	  -o $@ --defines=$(GEN)/lang/parser.h $<
$(GEN)/lang/parser.h: $(GEN)/lang/parser.c ;
$(GEN)/lang/lexer.c: lang/lexer.l $(GEN)/lang/parser.h
	$(Q)mkdir -p $(@D)
	$(Q)flex -o $@ --header-file=$(GEN)/lang/lexer.h $<
$(GEN)/lang/lexer.h: $(GEN)/lang/lexer.c ;
$(GEN)/explain_pages.c: compiler/driver/embed_pages.sh $(wildcard docs/diagnostics/*.md)
	$(Q)mkdir -p $(@D)
	$(Q)sh compiler/driver/embed_pages.sh docs/diagnostics > $@.tmp && mv $@.tmp $@

$(OBJ) $(JIT_OBJ): | $(GEN)/lang/parser.h $(GEN)/lang/lexer.h

$(BUILD)/obj/gen/%.o: $(GEN)/%.c $(STAMP)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(GEN_WARN) -MMD -MP -c $< -o $@
$(BUILD)/obj/compiler/emit/%.o $(BUILD)/obj/compiler/jit/%.o: private CPPFLAGS += -isystem $(shell $(LLVM_CONFIG) --includedir 2>/dev/null)
$(BUILD)/obj/%.o: %.c $(STAMP)
	$(Q)mkdir -p $(@D)
	$(if $(filter 0,$(V)),@echo "  CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) -MMD -MP -c $< -o $@

$(LIB): $(OBJ) $(GEN_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

# The whole library goes into the program, exported, because libeigc_jit.so calls back into it.
$(EIGC): $(BUILD)/obj/compiler/driver/main.o $(LIB)
	$(Q)$(CC) $(CFLAGS) -rdynamic -o $@ $< -Wl,--whole-archive $(LIB) -Wl,--no-whole-archive $(LDLIBS)
	$(if $(filter 0,$(V)),@echo "  LD $@")

$(JIT): $(JIT_OBJ)
	$(Q)$(CC) $(CFLAGS) -shared -s -o $@ $(JIT_OBJ) -Wl,-z,pack-relative-relocs -Wl,--gc-sections -Wl,--exclude-libs,ALL -Wl,--as-needed $(LLVM_LIBS)
	$(if $(filter 0,$(V)),@echo "  LD $@")

.PHONY: test-programs
test-programs: $(ALL) $(UNIT) $(REPLAY) $(VERIFY_MANY) $(if $(filter 1,$(LLVM)),$(JIT_TESTS))

$(BUILD)/tests/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(wildcard tests/*.h) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CFLAGS) $(WARN) -o $@ $< tests/fuzz/replay.c $(LIB) $(LDLIBS)
$(BUILD)/tests/numeric/test_sundials: private TEST_CFLAGS += -Werror=incompatible-pointer-types
$(BUILD)/tests/numeric/test_sundials: LDLIBS += -lsundials_sunlinsolspgmr
$(BUILD)/tests/numeric/test_cvode $(BUILD)/tests/numeric/test_sundials: LDLIBS += -lsundials_cvode -lsundials_nvecserial -lsundials_sunmatrixdense -lsundials_sunlinsoldense
$(BUILD)/tests/jit/%: private CPPFLAGS += -isystem $(shell $(LLVM_CONFIG) --includedir 2>/dev/null)
# Linked to the module as eigc opens it: LLVM's archives take seconds to link. One test calls LLVM itself.
$(BUILD)/tests/jit/%: tests/jit/%.c $(JIT) $(LIB) tests/test.h
	$(Q)mkdir -p $(@D)
	$(if $(filter 0,$(V)),@echo "  CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CFLAGS) $(WARN) -MMD -MP -rdynamic -o $@ $< -Wl,--whole-archive $(LIB) -Wl,--no-whole-archive $(JIT) \
	  -Wl,-rpath,'$$ORIGIN/../..' $(LDLIBS)
$(BUILD)/tests/jit/test_refused: tests/jit/test_refused.c $(JIT_OBJ) $(LIB) tests/test.h
	$(Q)mkdir -p $(@D)
	$(if $(filter 0,$(V)),@echo "  CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CFLAGS) $(WARN) -MMD -MP -o $@ $< -Wl,--whole-archive $(LIB) -Wl,--no-whole-archive $(JIT_OBJ) \
	  -Wl,--gc-sections $(LLVM_SHARED) $(LDLIBS)
$(BUILD)/tests/%: tests/%.c $(LIB) tests/test.h
	$(Q)mkdir -p $(@D)
	$(if $(filter 0,$(V)),@echo "  CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CFLAGS) $(WARN) -MMD -MP -o $@ $< $(LIB) $(LDLIBS)

-include $(OBJ:.o=.d) $(GEN_OBJ:.o=.d) $(JIT_OBJ:.o=.d) $(BUILD)/obj/compiler/driver/main.d
-include $(UNIT:=.d) $(JIT_TESTS:=.d) $(VERIFY_MANY:=.d)
