# What is installed beside the programs: samples, units, pages; and that nothing of the user's is overwritten.
load helper

setup() { pennypost; }

settings_in_code() {
	sed -n 's/^\tSETTING("\([a-z-]*\)", [A-Z]*, [a-z_]*, \(NULL\|"\(.*\)"\)),$/\1 \3/p' "$top/lib/conf.c" | sed 's/ *$//'
}

@test "the sample conf has every setting at its default, commented out" {
	sed -n 's/^#\([a-z]\)/\1/p' "$top/etc/conf" >"$BATS_TEST_TMPDIR/sample"
	settings_in_code | diff - "$BATS_TEST_TMPDIR/sample"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/sample")" -gt 20 ]
}

@test "the samples are read as they are, and with every line of theirs taken in" {
	cp "$top/etc/conf" "$top/etc/routes" "$top/etc/aliases" "$PENNYPOST/"
	queue-list
	sed -i 's/^#\([a-z.*]\)/\1/' "$PENNYPOST"/{conf,routes,aliases}
	sed -i 's/^\(hostname\|domain\|local-domains\)$/\1 here.example/' "$PENNYPOST/conf"
	queue-list
}

@test "make install leaves what the user wrote, and make uninstall nothing else" {
	make() { command make -s -C "$top" BUILD="$BUILD" DESTDIR="$BATS_TEST_TMPDIR/root" "$@"; }
	mkdir -p "$BATS_TEST_TMPDIR/root/etc/pennypost"
	echo 'hostname mine.example' >"$BATS_TEST_TMPDIR/root/etc/pennypost/conf"
	make install
	cd "$BATS_TEST_TMPDIR/root"
	[ "$(cat etc/pennypost/conf)" = 'hostname mine.example' ]
	cmp etc/pennypost/aliases "$top/etc/aliases"
	cd usr/local
	[ "$(readlink -f sbin/sendmail)" = "$PWD/bin/mail-inject" ]
	bin/queue-add bob@example.com </dev/null
	[ "$(find bin -type f | wc -l)" = "$(find "$top/bin" -mindepth 1 -maxdepth 1 | wc -l)" ]
	[ "$(find share/man -type f | wc -l)" = "$(find "$top/man" -type f | wc -l)" ]
	run ! grep -r '@PREFIX@' lib
	grep -x 'ExecStart=/usr/local/bin/queue-run -d' lib/systemd/system/pennypost-queue.service
	make uninstall
	cd "$BATS_TEST_TMPDIR/root"
	[ "$(find . ! -type d | sort | paste -sd' ')" = "./etc/pennypost/aliases ./etc/pennypost/conf ./etc/pennypost/routes" ]
}

@test "systemd takes the units" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	mkdir "$BATS_TEST_TMPDIR/units"
	for unit in "$top"/etc/systemd/*; do
		sed -e "s,@PREFIX@/bin/[a-z-]*,/bin/true," -e 's/^User=.*/User=mail/' -e 's/^Group=.*/Group=mail/' \
			"$unit" >"$BATS_TEST_TMPDIR/units/${unit##*/}"
	done
	run -0 systemd-analyze verify --man=no "$BATS_TEST_TMPDIR"/units/*
	[ -z "$output" ]
}
