# SPDX-License-Identifier: GPL-2.0
#
# vsn: module, library, command line, BPF tools and their tests.
#
#   make                   build all of it
#   make check             set up, build, lint, run every test in a VM
#   make check-debug       every test on debug kernels, which are built once
#   make check-long        both; make check-ci: what finds most in the least time
#   make demo              set up, build, show it at work in a VM
#   make validate          the models beside what was published of the machines, in a VM
#   make vm                a shell in a VM with the module loaded
#   make install modules_install     PREFIX=, DESTDIR=, INSTALL_MOD_PATH=
#   make gen               regenerate netlink code from its specification
#   make check-gen lint check-config clean
#
# KDIR= names another kernel's build directory, KSRC= its source.

KDIR ?= $(shell tools/kernel build)
KSRC ?= $(shell tools/kernel source)
PREFIX ?= /usr/local

# Directories with a Makefile of their own, in the order they are built. They
# write below build/: programs to build/bin, libraries to build/lib. A part that
# is not in the tree is passed over.
SUBDIRS := tools/libvsn
SUBDIRS += tools/vsn
SUBDIRS += tools/examples
SUBDIRS += bpf
PRESENT := $(patsubst %/Makefile,%,$(wildcard $(addsuffix /Makefile,$(SUBDIRS))))

SPEC := Documentation/netlink/specs/vsn.yaml

all: module $(PRESENT)

# BTF goes missing without an error (no pahole, no vmlinux beside the headers),
# and tracing then fails much later: so ask for it here.
module:
	+$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules
	@readelf -SW vsn.ko | grep -qF ' .BTF ' || { \
		rm -f vsn.ko; \
		echo "vsn.ko has no .BTF section: is pahole installed, and is there a vmlinux in $(KDIR)?" >&2; \
		exit 1; }

$(PRESENT): module
	$(MAKE) -C $@

$(filter-out tools/libvsn,$(PRESENT)): $(filter tools/libvsn,$(PRESENT))

gen:
	$(if $(wildcard $(SPEC)),tools/gen,@echo "no $(SPEC): nothing to generate")

check-gen:
	$(if $(wildcard $(SPEC)),tools/gen --check,@echo "no $(SPEC): nothing to compare")

check-config:
	@tools/check-config "$(KDIR)"

lint: all
	@tools/lint

# The last line is a sum, whatever happens.
check check-debug check-ci check-long:
	@tools/setup || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
	@tools/check $(@:check-%=%)

demo:
	@tools/setup
	+@$(MAKE) all
	@tools/demo

vm: all
	@tools/vm/run --module

validate: all
	@tools/vm/run --module -- build/bin/vsn validate

# Parts with files of several kinds install themselves; programs, systems and man
# pages are all alike.
install: all
	+for d in $(PRESENT); do \
		! grep -q '^install:' $$d/Makefile || $(MAKE) -C $$d install \
			DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" || exit; done
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/vsn/systems"
	for f in build/bin/*; do \
		[ ! -f "$$f" ] || install -m 755 "$$f" "$(DESTDIR)$(PREFIX)/bin" || exit; done
	for f in tools/systems/*.yaml; do \
		[ ! -f "$$f" ] || install -m 644 "$$f" "$(DESTDIR)$(PREFIX)/share/vsn/systems" || exit; done
	for f in Documentation/man/*.[1-8]; do \
		[ ! -f "$$f" ] || install -D -m 644 -t \
			"$(DESTDIR)$(PREFIX)/share/man/man$${f##*.}" "$$f" || exit; done
	install -D -m 644 -t "$(DESTDIR)$(PREFIX)/lib/udev/rules.d" tools/udev/60-vsn.rules

# The distribution's signing key is not ours to have.
modules_install: module
	+$(MAKE) -C "$(KDIR)" M="$(CURDIR)" CONFIG_MODULE_SIG_ALL= modules_install

# Cleaning must work where no kernel is installed, so kbuild is not asked.
clean:
	rm -rf build
	rm -f vsn.ko vsn.o vsn.mod vsn.mod.c vsn.mod.o Module.symvers modules.order
	rm -f .*.cmd .module-common.o
	find kmod \( -name '*.o' -o -name '.*.cmd' -o -name '.*.d' \) -delete

.PHONY: all module gen check-gen check-config lint check check-debug check-ci check-long demo vm \
	validate install modules_install clean $(SUBDIRS)
