# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# A mailbox of 256 MB, 20,000 messages: counted, taken apart into files, each into a command.

bench_mbox() {
	local where

	count=$(scaled 20000)
	mbox=$work/mbox
	perl "$here/mailbox.pl" "$count" >"$mbox"
	bytes=$(($(stat -c %s "$mbox") / count))
	cc -O2 -o "$work/spawn-loop" "$here/spawn-loop.c"

	row "mbox-split -n: $count messages, $((bytes * count / 1000000)) MB"
	measure 'mbox-split -n' "$count" nothing mbox_count
	measure 'cat' "$count" nothing mbox_cat
	measure "grep -c '^From '" "$count" nothing mbox_grep
	measure 'awk' "$count" nothing mbox_awk
	measure 'formail -s' "$count" nothing mbox_formail
	measure 'python mailbox' "$count" nothing mbox_python

	for where in /dev/shm "$work"; do
		out=$(mktemp -d "$where/mbox.XXXXXX")
		row "mbox-split -d: $count messages into files $([ "$where" = "$work" ] && echo 'safe on a disk' || echo 'in tmpfs')"
		mbox_split_rows
		rm -rf "$out"
	done

	count=$(scaled 2000)
	perl "$here/mailbox.pl" "$count" >"$mbox"
	row "mbox-split -- true: $count messages"
	measure 'mbox-split -- true' "$count" nothing mbox_true
	measure 'posix_spawn loop' "$count" nothing mbox_spawn
	measure 'mbox-split -j 2 -- true' "$count" nothing mbox_two
	measure 'two posix_spawn loops at once' "$count" nothing mbox_spawn_two
	measure 'formail -s cat' "$count" nothing mbox_formail_cat
}

mbox_split_rows() {
	mkdir "$out/source"
	mbox-split -d "$out/source" "$mbox"
	measure 'mbox-split -d' "$count" mbox_clear mbox_files
	measure 'create and write, in C' "$count" mbox_clear mbox_loop
	measure 'read, create and write, in C' "$count" mbox_clear mbox_loop_reading
	measure 'cp -r' "$count" mbox_clear mbox_cp
	measure 'git mailsplit' "$count" mbox_clear mbox_git
	measure 'awk' "$count" mbox_clear mbox_awk_files
	measure 'csplit' "$count" mbox_clear mbox_csplit
	measure 'mdeliver' "$count" mbox_clear mbox_mdeliver
}

mbox_clear() { rm -rf "$out/to" && mkdir "$out/to" && sync -f "$out"; }
mbox_count() { [ "$(mbox-split -n "$mbox")" = "$count" ]; }
# To a pipe, as a count is: into /dev/null grep stops at the first.
mbox_grep() { [ "$(grep -c '^From ' "$mbox" | cat)" = "$count" ]; }
mbox_cat() { cat "$mbox" >/dev/null; }
mbox_awk() { awk '/^From / { n++ } END { print n }' "$mbox"; }
mbox_formail() { formail +"$count" -s cat <"$mbox"; }
mbox_python() { /usr/bin/python3 -c 'import mailbox, sys; print(len(mailbox.mbox(sys.argv[1])))' "$mbox"; }
mbox_files() { mbox-split -d "$out/to" "$mbox"; }
mbox_loop() { files-loop "$out/to" "$count" "$bytes"; }
mbox_loop_reading() { files-loop "$out/to" "$count" "$bytes" "$mbox"; }
# As ours does: what was written is on the disk at the end.
mbox_safe() { sync -f "$out"; }
mbox_cp() { cp -r "$out/source" "$out/to/x" && mbox_safe; }
mbox_git() { git mailsplit -d6 --mboxrd "-o$out/to" "$mbox" && mbox_safe; }
mbox_awk_files() { awk -v to="$out/to" '/^From / { close(f); f = sprintf("%s/%06d", to, ++n) } { print >f }' "$mbox" && mbox_safe; }
mbox_csplit() { (cd "$out/to" && csplit -s -z -n6 "$mbox" '/^From /' '{*}') && mbox_safe; }
mbox_mdeliver() { mkdir "$out/to/"{cur,new,tmp} && mdeliver -M "$out/to" <"$mbox" && mbox_safe; }
mbox_true() { mbox-split "$mbox" -- true; }
mbox_two() { mbox-split -j 2 "$mbox" -- true; }
mbox_spawn() { "$work/spawn-loop" "$count" true; }
mbox_spawn_two() { "$work/spawn-loop" $((count / 2)) true & "$work/spawn-loop" $((count / 2)) true && wait; }
mbox_formail_cat() { formail -s cat <"$mbox"; }
