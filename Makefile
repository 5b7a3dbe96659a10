# Pennypost. `make demo` shows it, `make check` proves it; both first run `make deps`.

PREFIX = /usr/local
CFLAGS = -O2 -g -Werror
MAKEFLAGS += -r
BUILD = build

PROGRAMS = $(sort $(basename $(notdir $(wildcard bin/*))))
PACKAGES = libcares libidn2
VERSION = 1

cflags = -std=gnu11 -D_GNU_SOURCE -iquote lib -Wall -Wextra -Wstrict-prototypes -Wshadow -Wconversion \
	-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -MMD -MP -DPREFIX='"$(PREFIX)"' \
	$(shell pkg-config --cflags $(PACKAGES))
ldflags = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ldlibs = $(shell pkg-config --libs $(PACKAGES)) -lunistring

modules = $(patsubst lib/%.c,$(BUILD)/obj/lib/%.o,$(wildcard lib/*.c))
library = $(BUILD)/libpennypost.a
programs = $(addprefix $(BUILD)/bin/,$(PROGRAMS))
names = $(addprefix $(BUILD)/bin/,sendmail mailq newaliases)

all: $(programs) $(names)

$(names): $(BUILD)/bin/mail-inject
	ln -sf mail-inject $@

$(library): $(modules)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(cflags) $(CFLAGS) -c -o $@ $<

# A program is bin/NAME.c, or the folder bin/NAME/ of several files.
objects_of = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard bin/$(1).c bin/$(1)/*.c))
.SECONDEXPANSION:
$(programs): $(BUILD)/bin/%: $$(call objects_of,$$*) $(library)
	@mkdir -p $(@D)
	$(CC) $(ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ldlibs)

# `make check TESTS=tests/NAME.bats` runs one file.
TESTS = tests/
check: all
	BUILD=$(abspath $(BUILD)) prove -j2 --ext bats --exec bats $(TESTS)

clean:
	rm -rf $(BUILD)

.PHONY: all check clean
.DELETE_ON_ERROR:
-include $(shell find $(BUILD)/lib $(BUILD)/bin -name '*.d' 2>/dev/null)
