# SPDX-License-Identifier: GPL-2.0-or-later
#
# swdrom: one non-recursive Makefile. `make help` lists the targets.

VERSION := 0.1.0
BUILD	?= build
PREFIX	?= /usr/local
DESTDIR	?=
CC	?= gcc
SAN	?=
COV	?=
V	?= 0
# what the set-up targets build and test at a time; a -j of the user's own goes before it
JOBS	?= $(shell nproc)
PAR	= $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# the virtual core executes code if libunicorn is there
UNICORN	:= $(shell pkg-config --exists unicorn 2>/dev/null && echo unicorn)
PKGS	:= libftdi1 libusb-1.0 libelf inih jansson
WARN	:= -Wall -Wextra -Werror -Wshadow -Wvla -Wmissing-prototypes -Wformat=2 -Wstrict-prototypes \
	   -Wundef -Wno-unused-parameter -Wno-format-nonliteral
CFLAGS	?= -O2 -g
# evaluated when used: the packages may be installed by this very run (make deps)
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) $(UNICORN) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(UNICORN_LIBS)
# only for programs that have the virtual core in them
UNICORN_LIBS = $(if $(UNICORN),-Wl$(comma)--push-state$(comma)--as-needed -lunicorn -Wl$(comma)--pop-state)
comma	:= ,
TEST_LIBS  = $(shell pkg-config --libs cmocka 2>/dev/null) -lm
CPPFLAGS_ALL = -I. -D_GNU_SOURCE -DSWDROM_VERSION='"$(VERSION)"' \
	       $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL   = -std=gnu11 $(WARN) $(CFLAGS) -MMD -MP
LDFLAGS_ALL  = -pthread $(LDFLAGS)

ifneq ($(SAN),)
CFLAGS_ALL  += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifneq ($(COV),)
CFLAGS_ALL  += --coverage -O0
LDFLAGS_ALL += --coverage
endif
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
else
Q :=
say =
endif

LIB_SRC	 := $(sort $(wildcard lib/*.c chips/*.c drivers/*.c))
SIM_SRC	 := $(filter-out sim/vcore-$(if $(UNICORN),none,unicorn%).c,$(sort $(wildcard sim/*.c)))
SIMD_SRC := $(sort $(wildcard simd/*.c))
CLI_SRC	 := $(sort $(wildcard cli/*.c))
TEST_SRC := $(sort $(wildcard tests/test-*.c))
TSUP_SRC := $(sort $(wildcard tests/support/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
DATA	 := $(sort $(wildcard boards/*.board adapters/*.ini))

LIB_OBJ	 := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/builtin.o
SIM_OBJ	 := $(SIM_SRC:%.c=$(BUILD)/%.o)
SIMD_OBJ := $(SIMD_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ	 := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(BUILD)/%.o)
TSUP_OBJ := $(TSUP_SRC:%.c=$(BUILD)/%.o)
BENCH_OBJ := $(BENCH_SRC:tests/bench/%.c=$(BUILD)/tests/bench-rows/%.o)
TESTS	 := $(TEST_SRC:%.c=$(BUILD)/%)
ALL_OBJ	 := $(LIB_OBJ) $(SIM_OBJ) $(SIMD_OBJ) $(CLI_OBJ) $(TEST_OBJ) $(TSUP_OBJ) $(BENCH_OBJ)

.PHONY: all help
all: $(BUILD)/swdrom $(BUILD)/swdrom-sim
.DEFAULT_GOAL := all

help:
	@sed -n 's/^#: //p' Makefile

#: make            build build/swdrom, build/swdrom-sim and build/libswdrom.a
#: make deps       install the Debian packages that are missing (or say which)
.PHONY: deps deps-firmware deps-lint
deps:
	@tools/deps.sh build

# ---- objects and libraries ----

.PHONY: objs
objs: $(ALL_OBJ)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

$(BUILD)/tests/bench-rows/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

$(BUILD)/gen/builtin.c: tools/embed.sh $(DATA)
	@mkdir -p $(@D)
	$(call say,GEN,$@) tools/embed.sh $(DATA) > $@.new && mv $@.new $@

$(BUILD)/gen/builtin.o: $(BUILD)/gen/builtin.c
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

$(BUILD)/libswdrom.a: $(LIB_OBJ)
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libswdrom-sim.a: $(SIM_OBJ)
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libtestsup.a: $(TSUP_OBJ)
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

LIBS = -Wl,--start-group $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a -Wl,--end-group

$(BUILD)/swdrom: $(CLI_OBJ) $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $(CLI_OBJ) $(LIBS) $(PKG_LIBS) -lm

# the server without its main(), for tests
$(BUILD)/libsimd.a: $(filter-out $(BUILD)/simd/main.o,$(SIMD_OBJ))
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/swdrom-sim: $(BUILD)/simd/main.o $(BUILD)/libsimd.a $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $< $(BUILD)/libsimd.a $(LIBS) $(PKG_LIBS) -lm

SIMD_TESTS := $(filter $(BUILD)/tests/test-simd-%,$(TESTS))
$(SIMD_TESTS): EXTRA_OBJ = $(BUILD)/libsimd.a
$(SIMD_TESTS): $(BUILD)/libsimd.a
$(BUILD)/tests/test-%: $(BUILD)/tests/test-%.o $(BUILD)/libtestsup.a $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $< $(EXTRA_OBJ) $(BUILD)/libtestsup.a $(LIBS) $(PKG_LIBS) $(TEST_LIBS)

# libusb against mocked devices: this test alone needs umockdev
USB_MOCK = $(BUILD)/tests/usb/mock-ftdi.o
UMOCKDEV_CFLAGS = $(shell pkg-config --cflags umockdev-1.0 2>/dev/null)
$(USB_MOCK) $(BUILD)/tests/test-ftdi-usb.o: PKG_CFLAGS += $(UMOCKDEV_CFLAGS)
$(BUILD)/tests/test-ftdi-usb: EXTRA_OBJ = $(USB_MOCK)
# libunicorn exports pieces of glib that would stand in for the real one, which umockdev needs
$(BUILD)/tests/test-ftdi-usb: UNICORN_LIBS =
$(BUILD)/tests/test-ftdi-usb: TEST_LIBS += $(shell pkg-config --libs umockdev-1.0 2>/dev/null)
$(BUILD)/tests/test-ftdi-usb: $(USB_MOCK)

-include $(ALL_OBJ:.o=.d) $(USB_MOCK:.o=.d)

# ---- tests ----

#: make check      set up, build, run every test; none may take longer than TEST_LIMIT (300) seconds
.PHONY: check check-run check-asan
check: deps
	@$(MAKE) --no-print-directory $(PAR) check-run

check-run: $(BUILD)/swdrom $(BUILD)/swdrom-sim $(TESTS)
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run.sh $(TESTS) $(sort $(wildcard tests/cli/*.sh))

#: make check-asan the same under AddressSanitizer and UBSan
check-asan: deps
	@TEST_LIMIT=$${TEST_LIMIT:-900} $(MAKE) --no-print-directory $(PAR) BUILD=$(BUILD)-asan SAN=1 CFLAGS='-O1 -g' check-run

#: make check-peers  software that no one here wrote at the virtual bench: OpenOCD, flashrom, sigrok
.PHONY: check-peers check-peers-run
check-peers: deps
	@tools/deps.sh peers
	@$(MAKE) --no-print-directory $(PAR) check-peers-run

PEER_LIBS := $(BUILD)/peers/libgpiod.so.2 $(BUILD)/peers/libusb-1.0.so.0
check-peers-run: $(BUILD)/swdrom $(BUILD)/swdrom-sim $(PEER_LIBS)
	@BUILD=$(BUILD) JOBS=$(JOBS) tests/run.sh $(sort $(wildcard tests/peers/*.sh))

# stand-ins that foreign programs preload: no sanitizer, no coverage
$(BUILD)/peers/libgpiod.so.2: tests/peers/gpiod-rbb.c
$(BUILD)/peers/libusb-1.0.so.0: $(wildcard tests/peers/usbip-libusb*.[ch])
$(PEER_LIBS):
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CPPFLAGS_ALL) -std=gnu11 $(WARN) -O2 -g -fPIC -fvisibility=hidden -shared \
		-Wl,-soname,$(@F) -o $@ $(filter %.c,$^) -lpthread

#: make check-kernel  libftdi1, swdrom, OpenOCD and udev's rules on a real Linux USB stack, in a QEMU guest
.PHONY: check-kernel check-kernel-run
check-kernel: deps
	@$(MAKE) --no-print-directory $(PAR) check-kernel-run

check-kernel-run: $(BUILD)/swdrom $(BUILD)/swdrom-sim $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	@BUILD=$(BUILD) tests/kernel/run.py

include tests/firmware/firmware.mk

# ---- demo and benchmarks ----

#: make demo       program a virtual STM32L476G-DISCO with the demo firmware, start to end
.PHONY: demo demo-run
demo: deps
	@$(MAKE) --no-print-directory $(PAR) $(BUILD)/swdrom
	@BUILD=$(BUILD) tools/demo.sh

#: make bench      figures in virtual time and host CPU time: a table, and build/bench.json (SEEDS=5)
.PHONY: bench bench-run
bench: deps
	@$(MAKE) --no-print-directory $(PAR) bench-run

SEEDS ?= 5
bench-run: $(BUILD)/tests/bench
	@$(BUILD)/tests/bench --seeds $(SEEDS) --json $(BUILD)/bench.json
	@[ $(SEEDS) != 20 ] || tools/figures.py --check $(BUILD)/bench.json README.md

#: make figures    the benchmark with 20 seeds, and its figures into README.md
.PHONY: figures
figures: deps
	@$(MAKE) --no-print-directory $(PAR) $(BUILD)/tests/bench
	@$(BUILD)/tests/bench --seeds 20 --json $(BUILD)/bench.json
	@tools/figures.py $(BUILD)/bench.json README.md

$(BUILD)/tests/bench: $(BENCH_OBJ) $(BUILD)/libtestsup.a $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $(BENCH_OBJ) $(BUILD)/libtestsup.a $(LIBS) $(PKG_LIBS) -lm

#: make bench-peers  OpenOCD and swdrom at the same virtual adapter and board, in real time
.PHONY: bench-peers bench-peers-run
bench-peers: deps
	@tools/deps.sh peers
	@$(MAKE) --no-print-directory $(PAR) BUILD=$(BUILD)-fast CFLAGS='-O3 -flto=auto -g' \
		BENCH_PEERS_JSON=$(BUILD)/bench-peers.json bench-peers-run

# the simulator has to keep up with real time
bench-peers-run: $(BUILD)/swdrom $(BUILD)/swdrom-sim $(PEER_LIBS)
	@mkdir -p $(dir $(BENCH_PEERS_JSON))
	@python3 tests/peers/bench-peers.py --build $(BUILD) --json $(BENCH_PEERS_JSON) $(BENCH_PEERS_ARGS)

# ---- quality ----

#: make lint       clang-format, clang-tidy, cppcheck
.PHONY: lint
C_FILES = $(sort $(wildcard include/*.h lib/*.[ch] chips/*.[ch] drivers/*.[ch] sim/*.[ch] simd/*.[ch] cli/*.[ch] \
	  tests/*.[ch] tests/support/*.[ch] tests/bench/*.[ch] tests/usb/*.[ch] tests/peers/*.[ch] tests/fuzz/*.c))
lint:
	@tools/deps.sh build lint
	@echo '  clang-format'; clang-format --dry-run -Werror $(C_FILES)
	@echo '  clang-tidy'; printf '%s\n' $(LIB_SRC) $(SIM_SRC) $(SIMD_SRC) $(CLI_SRC) | \
		xargs -P 4 -I FILE clang-tidy --quiet FILE -- $(CPPFLAGS_ALL) -std=gnu11 2>/dev/null
	@echo '  cppcheck'; cppcheck --quiet --enable=warning,performance,portability --std=c11 --inline-suppr \
		--suppress=missingInclude --suppress=nullPointerRedundantCheck --error-exitcode=1 -I. -j 4 \
		$(LIB_SRC) $(SIM_SRC) $(SIMD_SRC) $(CLI_SRC)

#: make fuzz       every parser of foreign bytes under libFuzzer, FUZZ_SECONDS each (default 20)
.PHONY: fuzz
FUZZ_SECONDS ?= 20
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz-*.c))
fuzz:
	@tools/deps.sh build fuzz
	@BUILD=$(BUILD)-fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) MAKE='$(MAKE)' tests/fuzz/run.sh $(FUZZ_SRC)

#: make cov        line coverage of the test suite: build-cov/coverage/index.html
.PHONY: cov
cov:
	@tools/deps.sh build cov
	@TEST_LIMIT=$${TEST_LIMIT:-900} $(MAKE) --no-print-directory BUILD=$(BUILD)-cov COV=1 check-run
	@lcov --quiet --capture --no-external --directory $(BUILD)-cov --base-directory . \
		--output-file $(BUILD)-cov/all.info
	@lcov --quiet --remove $(BUILD)-cov/all.info '*/tests/*' --output-file $(BUILD)-cov/swdrom.info
	@genhtml --quiet --output-directory $(BUILD)-cov/coverage $(BUILD)-cov/swdrom.info
	@lcov --summary $(BUILD)-cov/swdrom.info

#: make valgrind   a write, a read and a verify job on the virtual bench under valgrind
.PHONY: valgrind
valgrind: $(BUILD)/swdrom
	@tools/deps.sh valgrind
	@BUILD=$(BUILD) tests/valgrind.sh

# ---- installation ----

#: make install    DESTDIR= PREFIX=
.PHONY: install
install: $(BUILD)/swdrom $(BUILD)/swdrom-sim $(BUILD)/libswdrom.a $(BUILD)/libswdrom-sim.a
	install -D -m 755 $(BUILD)/swdrom $(DESTDIR)$(PREFIX)/bin/swdrom
	install -D -m 755 $(BUILD)/swdrom-sim $(DESTDIR)$(PREFIX)/bin/swdrom-sim
	install -D -m 644 include/swdrom.h $(DESTDIR)$(PREFIX)/include/swdrom.h
	install -D -m 644 $(BUILD)/libswdrom.a $(DESTDIR)$(PREFIX)/lib/libswdrom.a
	install -D -m 644 $(BUILD)/libswdrom-sim.a $(DESTDIR)$(PREFIX)/lib/libswdrom-sim.a
	install -d $(DESTDIR)$(PREFIX)/share/swdrom/boards $(DESTDIR)$(PREFIX)/share/swdrom/adapters
	install -m 644 boards/*.board $(DESTDIR)$(PREFIX)/share/swdrom/boards/
	install -m 644 adapters/*.ini $(DESTDIR)$(PREFIX)/share/swdrom/adapters/
	install -D -m 644 tools/swdrom.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/swdrom
	install -D -m 644 doc/swdrom.1 $(DESTDIR)$(PREFIX)/share/man/man1/swdrom.1
	install -D -m 644 doc/swdrom-sim.1 $(DESTDIR)$(PREFIX)/share/man/man1/swdrom-sim.1
	install -d $(DESTDIR)$(PREFIX)/share/doc/swdrom
	install -m 644 README.md doc/*.md $(DESTDIR)$(PREFIX)/share/doc/swdrom/
	install -D -m 644 udev/60-swdrom.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-swdrom.rules
	sed 's|@PREFIX@|$(PREFIX)|g' udev/61-swdrom-plug-and-flash.rules.in > $(DESTDIR)$(PREFIX)/lib/udev/rules.d/61-swdrom-plug-and-flash.rules
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/swdrom
	sed 's|@PREFIX@|$(PREFIX)|g' udev/swdrom@.service.in > $(DESTDIR)$(PREFIX)/lib/systemd/system/swdrom@.service
	sed 's|@PREFIX@|$(PREFIX)|g' udev/plug-and-flash.in > $(DESTDIR)$(PREFIX)/lib/swdrom/plug-and-flash
	chmod 755 $(DESTDIR)$(PREFIX)/lib/swdrom/plug-and-flash
	install -m 644 udev/example.job $(DESTDIR)$(PREFIX)/share/doc/swdrom/example.job

# ---- housekeeping ----

#: make clean      remove what was built
.PHONY: clean
clean:
	rm -rf build build-*
