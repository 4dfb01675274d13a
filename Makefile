# SPDX-License-Identifier: GPL-3.0-or-later
#
# One non-recursive Makefile.  Objects live under build/VARIANT/, so that variants stand side by side:
#   make                    build/release/sabin
#   make VARIANT=san ...    the same with ASan and UBSan (what `make san` uses)
# The user's own: CC CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR PKG_CONFIG.  DEVELOPER=1: warnings are errors.

VERSION   = 0.1.0
# of the library's interface: raised when a name goes, or what it means or the shape of a struct changes, in a release
SONUMBER  = 0
VARIANT  ?= release
B        := build/$(VARIANT)

CC       ?= cc
PKG_CONFIG ?= pkg-config
OBJCOPY  ?= objcopy
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
CFLAGS   ?= -O2 -g

# V=1 shows whole command lines
ifndef V
Q_CC = @echo '  CC   $@';
Q_LD = @echo '  LINK $@';
Q_AR = @echo '  AR   $@';
endif

# ---- what it is made of -------------------------------------------------------------------------
LIB_FLOORS  = signal acoustics live room correction advice
APP_FLOORS  = io audio chart screen report cli
LIB_SRC    := $(sort $(foreach f,$(LIB_FLOORS),$(wildcard src/$f/*.c)))
APP_SRC    := $(sort $(foreach f,$(APP_FLOORS),$(wildcard src/$f/*.c) $(wildcard src/$f/*/*.c)))
CARD_SRC   := $(sort $(wildcard src/roomcard/*.c))
TEST_SRC   := $(sort $(wildcard tests/test_*.c))
BENCH_SRC  := $(sort $(wildcard tests/bench/*.c))
FUZZ_SRC   := $(sort $(wildcard tests/fuzz/*.c))
UTIL_SRC   := $(sort $(wildcard tests/util/*.c))
HEADERS    := $(sort $(wildcard include/sabin/*.h))
INNER_H    := $(sort $(wildcard src/*/*.h) $(wildcard src/*/*/*.h))
MAN        := $(sort $(wildcard man/*.[1-9]))

objects     = $(patsubst %.c,$B/%.o,$1)
LIB_OBJ    := $(call objects,$(LIB_SRC))
APP_OBJ    := $(call objects,$(filter-out src/cli/main.c,$(APP_SRC)))
CARD_OBJ   := $(call objects,$(CARD_SRC))
IO_OBJ     := $(filter $B/src/io/%,$(APP_OBJ))
UTIL_OBJ   := $(call objects,$(UTIL_SRC))
TESTS      := $(patsubst tests/%.c,$B/tests/%,$(TEST_SRC))
BENCHES    := $(patsubst tests/bench/%.c,$B/bench/%,$(BENCH_SRC))

PLUGIN      = $B/libasound_module_pcm_sabin.so
STATIC      = $B/libsabin.a
# of the same objects, for other people's programs: what its files call each other by has become theirs alone
ARCHIVE     = $B/archive/libsabin.a
SHARED      = $B/libsabin.so.$(VERSION)
COMMAND     = $B/sabin

# ---- libraries ------------------------------------------------------------------------------------
# of LAPACKE only the header
LIB_PKGS    = fftw3 lapack
APP_PKGS    = alsa sndfile yaml-0.1 jansson
SCREEN_PKGS = ncursesw
pkg         = $(shell $(PKG_CONFIG) $1 2>/dev/null)
PKG_CFLAGS := $(call pkg,--cflags $(LIB_PKGS) $(APP_PKGS))
LIB_LIBS   := $(or $(call pkg,--libs $(LIB_PKGS)),-lfftw3 -llapack) -lm
APP_LIBS   := $(or $(call pkg,--libs $(APP_PKGS)),-lasound -lsndfile -lyaml -ljansson) $(LIB_LIBS) -lpthread
SCREEN_LIBS := $(or $(call pkg,--libs $(SCREEN_PKGS)),-lncursesw -ltinfo)

# ---- flags ----------------------------------------------------------------------------------------
WARN        = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
              -Wwrite-strings -Wpointer-arith -Wformat=2
# clang counts the macro NAN as a promoted float
ifeq ($(findstring clang,$(CC)),)
WARN       += -Wdouble-promotion
endif
ifdef DEVELOPER
WARN       += -Werror
endif
ifeq ($(VARIANT),san)
VARIANT_FLAGS = -O1 -fsanitize=address,undefined,float-cast-overflow \
                -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(VARIANT),cov)
VARIANT_FLAGS = -O0 --coverage
endif
SABIN_DEFS  = -DSABIN_VERSION='"$(VERSION)"' -DSABIN_DATADIR='"$(DATADIR)/sabin"' \
              -DSABIN_PLUGINDIR='"$(LIBDIR)/sabin"'
ALL_CFLAGS  = -std=gnu11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-math-errno -fopenmp-simd -Iinclude -Isrc \
              -include src/banned.h $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(VARIANT_FLAGS)
ALL_LDFLAGS = $(CFLAGS) $(VARIANT_FLAGS) $(LDFLAGS)

# what shells complete from: made by the command, of its option rows
COMPLETIONS = $B/completions/bash $B/completions/zsh $B/completions/fish
BASH_COMPLETION = $(DATADIR)/bash-completion/completions/sabin
ZSH_COMPLETION  = $(DATADIR)/zsh/site-functions/_sabin
FISH_COMPLETION = $(DATADIR)/fish/vendor_completions.d/sabin.fish

# the page that the command writes itself, of what `sabin help TOPIC` tells
MAN_MADE    = $B/man/sabin-topics.7

all: $(COMMAND) $(PLUGIN) $(ARCHIVE) $(SHARED) $B/sabin.pc $(COMPLETIONS) $(MAN_MADE)

# A change of compiler or flags rebuilds everything that was built with the old ones.  What is missing is said before the
# compiler stops at a header.
$B/flags: FORCE
	@$(PKG_CONFIG) --exists $(LIB_PKGS) $(APP_PKGS) $(SCREEN_PKGS) 2>/dev/null || \
	  echo '$(PKG_CONFIG) does not find all libraries: "make deps" installs what is missing, or says what it is.' >&2
	@mkdir -p $(@D); f='$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(SABIN_DEFS))'; \
	test "$$f" = "$$(cat $@ 2>/dev/null)" || printf '%s\n' "$$f" >$@

$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(Q_CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/src/io/paths.o $B/src/cli/main.o $B/src/cli/cmd_report.o $B/src/io/measurement_write.o: ALL_CFLAGS += $(SABIN_DEFS)
# alsa-lib names the plugin's entry point only for position-independent code that says so
$(CARD_OBJ): ALL_CFLAGS += -DPIC
$(UTIL_OBJ) $(call objects,$(TEST_SRC) $(BENCH_SRC) $(FUZZ_SRC)): ALL_CFLAGS += -Itests

$(STATIC): $(LIB_OBJ)
	@rm -f $@
	$(Q_AR)$(AR) rcs $@ $^

$(ARCHIVE): $(LIB_OBJ)
	@mkdir -p $(@D) && rm -f $@
	$(Q_AR)$(LD) -r -o $(@:.a=.o) $^ && $(OBJCOPY) --wildcard --keep-global-symbol='sabin_*' $(@:.a=.o) && \
	  $(AR) rcs $@ $(@:.a=.o)

# Names carry the version of the interface, so that two of them can live in one process.
$B/libsabin.map: Makefile $B/flags
	@printf 'SABIN_%s {\n\tglobal: sabin_*;\n\tlocal: *;\n};\n' '$(SONUMBER)' >$@

$(SHARED): $(LIB_OBJ) $B/libsabin.map
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -shared -Wl,-soname,libsabin.so.$(SONUMBER),--version-script,$B/libsabin.map \
	  -o $@ $(LIB_OBJ) $(LIB_LIBS)

$B/libapp.a: $(APP_OBJ)
	@rm -f $@
	$(Q_AR)$(AR) rcs $@ $^

$(COMMAND): $B/src/cli/main.o $B/libapp.a $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(SCREEN_LIBS) $(APP_LIBS)

$(COMPLETIONS): $B/completions/%: $(COMMAND)
	@mkdir -p $(@D)
	@$(COMMAND) completion $* >$@

$(MAN_MADE): $(COMMAND)
	@mkdir -p $(@D)
	@$(COMMAND) manual >$@

# never unloaded: FFTW's planner keeps memory that only the end of the process gives back
$(PLUGIN): $(CARD_OBJ) $(IO_OBJ) $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -shared -Wl,--exclude-libs,ALL,-z,nodelete -o $@ $^ $(APP_LIBS)

$B/sabin.pc: Makefile $B/flags
	@printf 'prefix=%s\nlibdir=%s\nincludedir=$${prefix}/include\n\nName: sabin\nDescription: acoustic room measurement\nVersion: %s\nRequires.private: fftw3 lapack\nLibs: -L$${libdir} -lsabin\nLibs.private: -lm\nCflags: -I$${includedir}\n' \
	  '$(PREFIX)' '$(LIBDIR)' '$(VERSION)' >$@

# what tests/util/shortage.c refuses memory through
comma    := ,
WRAPPED   = $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc aligned_alloc strdup strndup asprintf vasprintf \
              fopencookie free)
$(TESTS): $B/tests/%: $B/tests/%.o $(UTIL_OBJ) $B/libapp.a $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) $(WRAPPED) -o $@ $^ $(APP_LIBS) -lcmocka

$(BENCHES): $B/bench/%: $B/tests/bench/%.o $(UTIL_OBJ) $B/libapp.a $(STATIC)
	@mkdir -p $(@D)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) $(WRAPPED) -o $@ $^ $(APP_LIBS) -lcmocka

# ---- what a person asks for ------------------------------------------------------------------------
## make            build/release/sabin, libsabin (static and shared), the ALSA plugin
## make demo       install what is missing, build, measure the sample room, draw it
## make check      install what is missing, build, run all tests and guard rails
## make san        the tests under AddressSanitizer and UBSan
## make valgrind   the unit tests and a measurement under valgrind
## make coverage   the tests, and how much of src/ they run through
## make bench      benchmarks, as ratios taken in one run
## make check-hacking  follow the walks of sabin-hacking(7) in a copy of the source, build and test it
## make docs-pictures  draw the pictures of the README anew, into plots/pictures
## make soak       sabin watch for an hour on eight inputs (SOAK_S=3600)
## make faults     memory, disk and the process itself fail at every place (PLACES=, CALLS=, KILLS=1000)
## make fuzz       fuzz the readers of files (clang; RUNS=1000000)
## make lint       gcc's analyser, clang-tidy, cppcheck and shellcheck over the sources
## make deps       install what is missing on Debian or Ubuntu; says what
## make deps-all   also the programs that optional tests play through, and those of lint and fuzz
## make deb        Debian packages in build/deb; make deb-check builds them twice and looks at them
## make install    to DESTDIR/PREFIX; make uninstall is its twin
## make config     what would be built, with what
## make clean      remove build/
tests: $(TESTS)

DEPS      = build-essential pkg-config libasound2-dev libfftw3-dev libsndfile1-dev libyaml-dev \
            libjansson-dev libncurses-dev liblapacke-dev libcmocka-dev gnuplot-nox mandoc alsa-utils

# Does nothing when all is there.
deps:
	@if command -v $(CC) $(PKG_CONFIG) gnuplot mandoc aplay >/dev/null 2>&1 && \
	  $(PKG_CONFIG) --exists $(LIB_PKGS) lapacke $(APP_PKGS) $(SCREEN_PKGS) cmocka; then exit 0; fi; \
	if ! command -v apt-get >/dev/null 2>&1; then \
	  echo 'This is not Debian or Ubuntu.  Install what corresponds to:'; echo '  $(strip $(DEPS))'; exit 1; fi; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	if test -n "$$sudo" && ! command -v sudo >/dev/null 2>&1; then \
	  echo 'As root, please: apt-get install $(strip $(DEPS))'; exit 1; fi; \
	missing=; for p in $(DEPS); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	echo "Installing with $${sudo:+$$sudo }apt-get, which takes some minutes:$$missing"; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing

# Programs that corrections are played through by tests, and sound servers; tests skip what is missing.  Those that
# `make lint` and `make fuzz` run.
DEPS_ALL  = sox ffmpeg mpv brutefir jconvolver lilv-utils lsp-plugins-lv2 lsp-plugins-ladspa \
            pipewire pipewire-bin pipewire-alsa wireplumber dbus jackd2 libasound2-plugins \
            easyeffects xvfb x11-utils libglib2.0-bin tmux \
            clang clang-tidy cppcheck shellcheck
deps-all: deps
	@sudo=; test "$$(id -u)" = 0 || sudo=sudo; missing=; \
	for p in $(DEPS_ALL); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	test -n "$$missing" || exit 0; echo "Installing with $${sudo:+$$sudo }apt-get, which takes some minutes:$$missing"; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing

# On all processors, unless make was told how many.
PARALLEL  = $(if $(filter -j% --jobs% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))

# A second make, so that what was just installed is seen.
check: deps
	@$(MAKE) --no-print-directory $(PARALLEL) check-built

demo: deps
	@test -x $(COMMAND) || echo "Building, which takes some minutes; then a simulated room is measured, which takes one."
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@B=$B tests/demo.sh

SCRIPTS  := $(sort $(wildcard tests/guard/*.sh) $(filter-out tests/cli/lib%.sh,$(wildcard tests/cli/*.sh)))
check-built: all $(TESTS)
	@B=$B CC='$(CC)' tests/run.sh $(TESTS) $(SCRIPTS)

san:
	@$(MAKE) --no-print-directory $(PARALLEL) VARIANT=san DEVELOPER=1 check-san
check-san: all $(TESTS)
	@B=$B CC='$(CC)' ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99 \
	  tests/run.sh $(TESTS) $(filter tests/cli/%,$(SCRIPTS))

valgrind: all $(TESTS)
	@B=$B tests/run.sh --valgrind $(TESTS); units=$$?; \
	B=$B tests/run.sh tests/valgrind/measure.sh && exit $$units

bench: deps
	@$(MAKE) --no-print-directory $(PARALLEL) bench-built
bench-built: all $(BENCHES)
	@B=$B tests/run.sh --loud --jobs 1 $(BENCHES) $(sort $(wildcard tests/bench/*.sh))

check-hacking: all $B/tests/test_chart $B/tests/test_dialects
	+@B=$B CC='$(CC)' MAKE='$(MAKE) $(PARALLEL)' SABIN_TEST_HACKING=1 tests/cli/hacking.sh

docs-pictures: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@B=$B tests/pictures.sh

# An hour, unless SOAK_S says otherwise (seconds).
soak: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@B=$B tests/run.sh --loud --jobs 1 $(sort $(wildcard tests/soak/*.sh))

# what stands before the C library there; its functions must be seen
$B/fault/preload.so: tests/fault/preload.c $B/flags
	@mkdir -p $(@D)
	$(Q_LD)$(CC) $(ALL_CFLAGS) -fvisibility=default $(ALL_LDFLAGS) -shared -o $@ $< -ldl -lpthread
faults: deps
	@$(MAKE) --no-print-directory $(PARALLEL) faults-built
faults-built: all $B/fault/preload.so
	@B=$B tests/run.sh --loud $(sort $(filter-out tests/fault/lib.sh,$(wildcard tests/fault/*.sh)))

# The tests with counters in the program; then what they ran through.
coverage: deps
	@$(MAKE) --no-print-directory $(PARALLEL) VARIANT=cov DEVELOPER=1 coverage-built
coverage-built: all $(TESTS)
	@find $B -name '*.gcda' -delete
	@B=$B CC='$(CC)' tests/run.sh $(TESTS) $(filter tests/cli/%,$(SCRIPTS)); status=$$?; B=$B tests/coverage.sh && exit $$status

RUNS ?= 1000000
# The readers of equalisers' files are one program, which has a name for each.
DIALECTS := $(sort $(shell sed -n 's/^ *\.name = "\([a-z]*\)",/\1/p' src/io/dialect/*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(filter-out tests/fuzz/dialect.c,$(FUZZ_SRC)))
FUZZERS  += $(DIALECTS:%=$B/fuzz/dialect-%)
fuzz:
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang \
	  VARIANT_FLAGS='-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzz-built
fuzz-built: $(FUZZERS)
	@for f in $(FUZZERS); do echo "$$f: $(RUNS) runs"; n=$${f##*/}; mkdir -p $B/corpus/$$n; \
	  $$f -runs=$(RUNS) -max_len=4096 -timeout=60 -print_final_stats=1 -verbosity=0 -artifact_prefix=$B/corpus/$$n. \
	    $B/corpus/$$n $$(ls -d tests/fuzz/corpus/$$n 2>/dev/null) $$(test $$n != room || echo rooms rooms/broken) || exit 1; done
$(DIALECTS:%=$B/fuzz/dialect-%): $B/fuzz/dialect
	@ln -f $< $@
$(patsubst tests/fuzz/%.c,$B/fuzz/%,$(FUZZ_SRC)): $B/fuzz/%: $B/tests/fuzz/%.o $B/libapp.a $(STATIC)
	@mkdir -p $(@D)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(APP_LIBS)

# ---- what reads the source -----------------------------------------------------------------------
# Without optimisation gcc's analyser reads the code as it stands: else tests of several pointers at once have
# become arithmetic that it does not follow.
lint:
	@$(MAKE) --no-print-directory $(PARALLEL) VARIANT=lint CC=gcc CFLAGS='-O0 -g' DEVELOPER=1 lint-built
ifeq ($(VARIANT),lint)
# gcc 12's loses what an element of an array owns and then calls it leaked; `make san` counts
VARIANT_FLAGS = -fanalyzer -Wno-analyzer-malloc-leak
# of vectors it knows little: it takes their lanes for bits, and one that is set whole for unset
$B/src/correction/rows.o: VARIANT_FLAGS += -Wno-analyzer-shift-count-overflow
$B/src/room/score.o: VARIANT_FLAGS += -Wno-analyzer-use-of-uninitialized-value
# and not that a function which succeeded has left a pointer, or a length with its array
$(patsubst %,$B/src/%.o,io/atomic io/calibration io/wav io/yaml cli/report_charts): VARIANT_FLAGS += \
  -Wno-analyzer-null-dereference -Wno-analyzer-null-argument -Wno-analyzer-use-of-uninitialized-value
endif

LINT_OBJ  := $(LIB_OBJ) $(APP_OBJ) $(CARD_OBJ) $B/src/cli/main.o
# as clang and cppcheck take them
LINT_FLAGS = -Iinclude -Isrc -Itests -include src/banned.h
lint-built: $(LINT_OBJ:.o=.tidy) lint-cppcheck lint-shell
# what it depends on is known of its object
%.tidy: %.o .clang-tidy
	@echo '  TIDY $(patsubst $B/%.o,%.c,$<)'; clang-tidy --quiet $(patsubst $B/%.o,%.c,$<) -- -std=gnu11 -D_GNU_SOURCE -DPIC \
	  $(LINT_FLAGS) $(SABIN_DEFS) $(PKG_CFLAGS) 2>/dev/null && touch $@
# Its remarks on style are left to those who read.  Suppressed is what others know better: it takes arrays that a loop
# or a call fills for unset, which gcc's analyser follows, what a literal of a struct took over for lost (make san),
# and values in such literals for statements, of which compilers warn; the logarithm of nothing is meant,
# and so is no place for a text of which only the length is asked.
lint-cppcheck:
	@cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr --std=c11 \
	  $(addprefix --suppress=,uninitvar ctuuninitvar memleak constStatement invalidFunctionArg ctunullpointer) \
	  --language=c --include=src/banned.h $(filter -I%,$(LINT_FLAGS)) -D'SND_PCM_PLUGIN_SYMBOL(x)=' src include tests/util tests/fuzz
lint-shell:
	@shellcheck --severity=warning $(sort $(wildcard .ci/run tests/*.sh tests/*/*.sh))

deb:
	@MAKE='$(MAKE) $(PARALLEL)' B=build/deb tests/deb.sh
deb-check:
	@MAKE='$(MAKE) $(PARALLEL)' tests/deb_check.sh

config:
	@echo 'version   $(VERSION)'
	@echo 'variant   $(VARIANT) (build folder $B)'
	@echo 'compiler  $(CC) $(strip $(ALL_CFLAGS))'
	@echo 'libraries $(SCREEN_LIBS) $(APP_LIBS)'
	@echo 'prefix    $(PREFIX) (data in $(DATADIR)/sabin, plugin in $(LIBDIR)/sabin)'

# ---- installing: each line has its twin -----------------------------------------------------------
dest      = $(DESTDIR)$1
install: all
	install -d $(call dest,$(PREFIX)/bin) $(call dest,$(LIBDIR)/sabin) $(call dest,$(LIBDIR)/pkgconfig) \
	  $(call dest,$(PREFIX)/include/sabin) $(call dest,$(DATADIR)/sabin/rooms/broken) \
	  $(call dest,$(DATADIR)/sabin/plots) \
	  $(foreach c,$(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION),$(call dest,$(dir $c))) $(sort $(foreach m,$(MAN) $(MAN_MADE),$(call dest,$(MANDIR)/man$(subst .,,$(suffix $m)))))
	install -m 755 $(COMMAND) $(call dest,$(PREFIX)/bin/sabin)
	install -m 644 $(PLUGIN) $(call dest,$(LIBDIR)/sabin)
	install -m 644 $(ARCHIVE) $(call dest,$(LIBDIR))
	install -m 644 $(SHARED) $(call dest,$(LIBDIR))
	ln -sf libsabin.so.$(VERSION) $(call dest,$(LIBDIR)/libsabin.so.$(SONUMBER))
	ln -sf libsabin.so.$(SONUMBER) $(call dest,$(LIBDIR)/libsabin.so)
	install -m 644 $B/sabin.pc $(call dest,$(LIBDIR)/pkgconfig)
	install -m 644 $(HEADERS) $(call dest,$(PREFIX)/include/sabin)
	install -m 644 $(wildcard rooms/*.yaml) $(call dest,$(DATADIR)/sabin/rooms)
	install -m 644 $(wildcard rooms/broken/*) $(call dest,$(DATADIR)/sabin/rooms/broken)
	install -m 644 $(wildcard plots/*.gp) $(call dest,$(DATADIR)/sabin/plots)
	install -m 644 $B/completions/bash $(call dest,$(BASH_COMPLETION))
	install -m 644 $B/completions/zsh $(call dest,$(ZSH_COMPLETION))
	install -m 644 $B/completions/fish $(call dest,$(FISH_COMPLETION))
	for m in $(MAN) $(MAN_MADE); do to=$(call dest,$(MANDIR))/man$${m##*.}/$${m##*/}; \
	  sed -e 's|/usr/local/lib/sabin|$(LIBDIR)/sabin|g' -e 's|/usr/local/share/sabin|$(DATADIR)/sabin|g' \
	    $$m >$$to && chmod 644 $$to || exit 1; done

uninstall:
	rm -f $(call dest,$(PREFIX)/bin/sabin)
	rm -f $(call dest,$(LIBDIR)/sabin/$(notdir $(PLUGIN)))
	rm -f $(call dest,$(LIBDIR)/libsabin.a) $(call dest,$(LIBDIR)/libsabin.so.$(VERSION)) \
	  $(call dest,$(LIBDIR)/libsabin.so.$(SONUMBER)) $(call dest,$(LIBDIR)/libsabin.so)
	rm -f $(call dest,$(LIBDIR)/pkgconfig/sabin.pc)
	rm -f $(foreach h,$(HEADERS),$(call dest,$(PREFIX)/include/sabin/$(notdir $h)))
	rm -rf $(call dest,$(DATADIR)/sabin)
	rm -f $(call dest,$(BASH_COMPLETION)) $(call dest,$(ZSH_COMPLETION)) $(call dest,$(FISH_COMPLETION))
	for m in $(MAN) $(MAN_MADE); do rm -f $(call dest,$(MANDIR))/man$${m##*.}/$${m##*/}; done
	-rmdir $(call dest,$(PREFIX)/include/sabin) $(call dest,$(LIBDIR)/sabin)

help:
	@sed -n 's/^## //p' Makefile

clean:
	rm -rf build

.PHONY: all tests deps deps-all check check-built check-hacking demo docs-pictures san check-san valgrind bench bench-built soak faults faults-built coverage coverage-built \
        fuzz fuzz-built lint lint-built lint-cppcheck lint-shell deb deb-check config install uninstall help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $B -type f -name '*.d' 2>/dev/null)
