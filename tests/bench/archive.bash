# shellcheck shell=bash disable=SC2154 # names shared with run and common.bash
# The archive of a list: all of it, and one message more; beside MHonArc.
bench_archive() {
	count=$(scaled 20000)
	pennypost
	list-create news news@here.example owner@here.example
	archive=$PENNYPOST/lists/news/archive
	rm -r "$archive"
	perl "$here/posts.pl" "$archive" "$count"
	mkdir "$work/more"
	perl "$here/posts.pl" "$work/more" 1 $((count + 1))
	more=$(ls "$work/more/cur")

	row "list-archive: $count messages, $(du -s --apparent-size -BM "$archive" | cut -f1)B"
	measure 'list-archive' "$count" archive_none archive_all
	peak "$work/peak" list-archive news "$work/pages" >>"$work/log" 2>&1
	if command -v mhonarc >/dev/null; then
		measure 'mhonarc' "$count" archive_none archive_mhonarc
	fi
	row 'one message more'
	archive_none && archive_all
	measure 'list-archive' 1 archive_before archive_all
	measure 'list-archive, nothing new' 1 nothing archive_all
	printf '  %-36s %8d KiB\n' 'memory, at most' "$(tail -n 1 "$work/peak")"
}
archive_none() { rm -rf "$work/pages" "$work/mhonarc" && mkdir "$work/mhonarc" && sync -f "$work"; }
archive_all() { list-archive news "$work/pages"; }
archive_before() { rm -f "$archive/cur/$more" && archive_all && cp "$work/more/cur/$more" "$archive/cur" && sync -f "$work"; }
archive_mhonarc() { mhonarc -quiet -mhpattern . -outdir "$work/mhonarc" "$archive/cur" && [ -e "$work/mhonarc/msg00001.html" ]; }
