# Pennypost. `make demo` shows it, `make check` proves it; both first run `make deps`.

PREFIX = /usr/local
CFLAGS = -O2 -g -Werror
MAKEFLAGS += -r --no-print-directory
BUILD = build

PROGRAMS = $(sort $(basename $(notdir $(wildcard bin/*))))

cflags := -std=gnu11 -D_GNU_SOURCE -iquote lib -Wall -Wextra -Wstrict-prototypes -Wshadow -Wconversion \
	-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -ffunction-sections -MMD -MP -DPREFIX='"$(PREFIX)"' \
	$(shell pkg-config --cflags libcares libidn2 libpsl)
# A program has the functions that it calls, and no others of their file.
ldflags = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections
# A few functions of these libraries, out of the archives where there are some: whole each costs a start some half a
# millisecond.
archive = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(1))
ldlibs := $(foreach name,psl idn2 unistring nettle,$(call archive,$(name))) $(shell pkg-config --libs libcares) -lresolv -lz -lssl -lcrypto -lgsasl -lcrypt -lpam

modules = $(patsubst lib/%.c,$(BUILD)/obj/lib/%.o,$(wildcard lib/*.c))
library = $(BUILD)/libpennypost.a
programs = $(addprefix $(BUILD)/bin/,$(PROGRAMS))
names = $(addprefix $(BUILD)/bin/,sendmail mailq newaliases list-unsubscribe)

all: $(programs) $(names)

$(BUILD)/bin/list-unsubscribe: $(BUILD)/bin/list-subscribe
$(filter-out %/list-unsubscribe,$(names)): $(BUILD)/bin/mail-inject
$(names):
	ln -sf $(<F) $@

$(library): $(modules)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(cflags) $(CFLAGS) -c -o $@ $<

# A program finds the others where it was installed: built again for another PREFIX.
$(BUILD)/obj/lib/run.o: $(BUILD)/prefix
$(BUILD)/prefix: FORCE
	@mkdir -p $(@D); echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@

link = @mkdir -p $(@D); echo $(CC) -o $@; $(CC) $(ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ldlibs)

# A program is bin/NAME.c, or the folder bin/NAME/ of several files.
objects_of = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard bin/$(1).c bin/$(1)/*.c))
.SECONDEXPANSION:
$(programs): $(BUILD)/bin/%: $$(call objects_of,$$*) $(library)
	$(link)

# What is started for each message has of OpenSSL what it needs, out of the archive too: whole it costs a start more than a
# signature.
openssl := $(call archive,ssl) $(call archive,crypto)
$(addprefix $(BUILD)/bin/,dkim-sign dkim-verify arc-seal auth-check smtp-send smtp-serve): \
	ldlibs := $(subst -lssl -lcrypto,$(openssl),$(ldlibs))
# HTTPS is for one of them.
$(BUILD)/bin/sts-fetch: ldlibs += -lcurl

# What make check runs: programs in C for the modules, a short run of each fuzz target, and bats for the programs.
units = $(patsubst tests/lib/%.c,$(BUILD)/tests/%,$(wildcard tests/lib/*.c))
$(units): $(BUILD)/tests/%: $(BUILD)/obj/tests/lib/%.o $(library)
	$(link)

fuzzers = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/targets/%,$(wildcard tests/fuzz/*.c))
fuzz_make = $(MAKE) -s BUILD=$(BUILD)/fuzz CC=clang CFLAGS='-g -O1 -Werror -U_FORTIFY_SOURCE \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
$(fuzzers): FORCE
	@$(fuzz_make) $@
$(BUILD)/targets/%: $(BUILD)/obj/tests/fuzz/%.o $(library)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(ldlibs)

deps:
	@tests/deps

# `make check TESTS=tests/NAME.bats` runs one file.
# Most of the time tests wait, for a server or the disk: twice as many run at once as there are processors. The short
# ones come last, so that all end together.
TESTS = $(wildcard tests/*.bats) $(fuzzers) $(units)
processors := $(shell nproc)
jobs = -j$(processors)
fuzzed = $(filter $(fuzzers),$(TESTS))
check: deps
	@$(MAKE) $(jobs) all $(filter $(units),$(TESTS))
	@$(if $(fuzzed),$(fuzz_make) $(jobs) $(fuzzed))
	@BUILD=$(abspath $(BUILD)) prove --timer -j$$((2 * $(processors))) --exec tests/run $(TESTS)

# Every system call of the programs that take letters over is once the last, or fails: some minutes.
check-crash: all
	BUILD=$(abspath $(BUILD)) tests/crash.sh

# Runners killed at random, a flood of connections, a full disk: two minutes each at most.
check-fire: export BUILD := $(abspath $(BUILD))
check-fire: all
	tests/runners.pl
	tests/runners.pl -k 2 -n 2000 -s 10 || [ "$$(id -u)" != 0 ]
	tests/flood.pl
	tests/flood.pl -l
	tests/disk.sh || [ $$? = 77 ]

SANITIZE = -O1 -g -Werror -U_FORTIFY_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all
check-sanitize: deps
	@$(MAKE) check BUILD=$(BUILD)/sanitize CFLAGS='$(SANITIZE)' LDFLAGS=tests/sanitize.c fuzzers=

fuzz: deps
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(MAKE) check TESTS='$(fuzzers)'

demo:
	@tests/deps demo
	@$(MAKE) -s all
	@tests/demo

bench: deps all
	@tests/bench/run

scripts = tests/deps tests/demo tests/run .ci/run $(wildcard tests/*.sh tests/bench/*.bash tests/bench/run)
sources = $(wildcard bin/*.c bin/*/*.c lib/*.c)
# In tests: variables of bats and of what is loaded, words split on purpose, patterns, subshells.
idioms = SC1011,SC2010,SC2030,SC2031,SC2034,SC2046,SC2062,SC2154,SC2164
lint:
	@tests/deps lint
	@$(MAKE) -s all BUILD=$(BUILD)/clang CC=clang
	@shellcheck -x -e SC2119 $(scripts)
	@shellcheck -S warning -e $(idioms) $(wildcard tests/*.bats)
	@mandoc -Tlint -Wwarning man/*
	@cppcheck -q --error-exitcode=1 --suppress=autoVariables --enable=warning,performance,portability \
		--std=c11 -Ilib lib bin
	@printf '%s\0' $(sources) | xargs -0 -P 2 -I{} clang-tidy --quiet {} -- $(cflags) 2>/dev/null

clean:
	rm -rf $(BUILD)

# The settings in /etc/pennypost are the user's: they are never overwritten, and uninstall leaves them.
bin = $(DESTDIR)$(PREFIX)/bin
sbin = $(DESTDIR)$(PREFIX)/sbin
manual = $(DESTDIR)$(PREFIX)/share/man
units_folder = $(DESTDIR)$(PREFIX)/lib/systemd/system
settings = $(DESTDIR)/etc/pennypost
pages = $(notdir $(wildcard man/*.[1-8]))

install: all
	install -d $(bin) $(sbin) $(units_folder) $(settings) $(foreach n,1 5 7 8,$(manual)/man$(n))
	install $(programs) $(bin)
	ln -sf mail-inject $(bin)/mailq
	ln -sf mail-inject $(bin)/newaliases
	ln -sf list-subscribe $(bin)/list-unsubscribe
	ln -sf ../bin/mail-inject $(sbin)/sendmail
	for page in $(pages); do install -m 644 man/$$page $(manual)/man$${page##*.}; done
	for unit in $(notdir $(wildcard etc/systemd/*)); do \
		sed 's,@PREFIX@,$(PREFIX),' etc/systemd/$$unit >$(units_folder)/$$unit || exit; done
	for file in conf aliases routes; do \
		[ -e $(settings)/$$file ] || install -m 644 etc/$$file $(settings)/$$file || exit; done

uninstall:
	rm -f $(addprefix $(bin)/,$(PROGRAMS) mailq newaliases list-unsubscribe) $(sbin)/sendmail
	for page in $(pages); do rm -f $(manual)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(units_folder)/,$(notdir $(wildcard etc/systemd/*)))

.PHONY: install uninstall all deps check check-crash check-fire check-sanitize fuzz demo bench lint clean FORCE
.DELETE_ON_ERROR:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
