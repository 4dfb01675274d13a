# SPDX-License-Identifier: GPL-3.0-or-later
#
# One non-recursive Makefile.  Objects live under build/VARIANT/, so that variants stand side by side:
#   make                    build/release/sabin
#   make VARIANT=san ...    the same with ASan and UBSan (what `make san` uses)
# The user's own: CC CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR PKG_CONFIG.  DEVELOPER=1: warnings are errors.

VERSION   = 0.1.0
SONUMBER  = 0
VARIANT  ?= release
B        := build/$(VARIANT)

CC       ?= cc
PKG_CONFIG ?= pkg-config
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
LIB_FLOORS  = signal acoustics room correction advice
APP_FLOORS  = io audio chart report cli
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
SHARED      = $B/libsabin.so.$(VERSION)
COMMAND     = $B/sabin

# ---- libraries ------------------------------------------------------------------------------------
LIB_PKGS    = fftw3
APP_PKGS    = alsa sndfile yaml-0.1 jansson
pkg         = $(shell $(PKG_CONFIG) $1 2>/dev/null)
PKG_CFLAGS := $(call pkg,--cflags $(LIB_PKGS) $(APP_PKGS))
LIB_LIBS   := $(or $(call pkg,--libs $(LIB_PKGS)),-lfftw3) -lm
APP_LIBS   := $(or $(call pkg,--libs $(APP_PKGS)),-lasound -lsndfile -lyaml -ljansson) $(LIB_LIBS) -lpthread

# ---- flags ----------------------------------------------------------------------------------------
WARN        = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
              -Wwrite-strings -Wdouble-promotion -Wpointer-arith -Wformat=2
ifdef DEVELOPER
WARN       += -Werror
endif
ifeq ($(VARIANT),san)
VARIANT_FLAGS = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(VARIANT),cov)
VARIANT_FLAGS = -O0 --coverage
endif
SABIN_DEFS  = -DSABIN_VERSION='"$(VERSION)"' -DSABIN_DATADIR='"$(DATADIR)/sabin"' \
              -DSABIN_PLUGINDIR='"$(LIBDIR)/sabin"'
ALL_CFLAGS  = -std=gnu11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-math-errno -Iinclude -Isrc \
              -include src/banned.h $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(VARIANT_FLAGS)
ALL_LDFLAGS = $(CFLAGS) $(VARIANT_FLAGS) $(LDFLAGS)

all: $(COMMAND) $(PLUGIN) $(STATIC) $(SHARED) $B/sabin.pc

# A change of compiler or flags rebuilds everything that was built with the old ones.
$B/flags: FORCE
	@mkdir -p $(@D); f='$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(SABIN_DEFS))'; \
	test "$$f" = "$$(cat $@ 2>/dev/null)" || printf '%s\n' "$$f" >$@

$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(Q_CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/src/io/paths.o $B/src/cli/main.o $B/src/io/measurement_write.o: ALL_CFLAGS += $(SABIN_DEFS)
# alsa-lib names the plugin's entry point only for position-independent code that says so
$(CARD_OBJ): ALL_CFLAGS += -DPIC
$(UTIL_OBJ) $(call objects,$(TEST_SRC) $(BENCH_SRC) $(FUZZ_SRC)): ALL_CFLAGS += -Itests

$(STATIC): $(LIB_OBJ)
	@rm -f $@
	$(Q_AR)$(AR) rcs $@ $^

$(SHARED): $(LIB_OBJ)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -shared -Wl,-soname,libsabin.so.$(SONUMBER) -o $@ $^ $(LIB_LIBS)

$B/libapp.a: $(APP_OBJ)
	@rm -f $@
	$(Q_AR)$(AR) rcs $@ $^

$(COMMAND): $B/src/cli/main.o $B/libapp.a $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(APP_LIBS)

# never unloaded: FFTW's planner keeps memory that only the end of the process gives back
$(PLUGIN): $(CARD_OBJ) $(IO_OBJ) $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -shared -Wl,--exclude-libs,ALL,-z,nodelete -o $@ $^ $(APP_LIBS)

$B/sabin.pc: Makefile $B/flags
	@printf 'prefix=%s\nlibdir=%s\nincludedir=$${prefix}/include\n\nName: sabin\nDescription: acoustic room measurement\nVersion: %s\nRequires.private: fftw3\nLibs: -L$${libdir} -lsabin\nLibs.private: -lm\nCflags: -I$${includedir}\n' \
	  '$(PREFIX)' '$(LIBDIR)' '$(VERSION)' >$@

$(TESTS): $B/tests/%: $B/tests/%.o $(UTIL_OBJ) $B/libapp.a $(STATIC)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(APP_LIBS) -lcmocka

$(BENCHES): $B/bench/%: $B/tests/bench/%.o $(UTIL_OBJ) $B/libapp.a $(STATIC)
	@mkdir -p $(@D)
	$(Q_LD)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(APP_LIBS) -lcmocka

tests: $(TESTS)

help:
	@sed -n 's/^## //p' Makefile

clean:
	rm -rf build

.PHONY: all tests help clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $B -name '*.d' 2>/dev/null)
