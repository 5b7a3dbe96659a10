# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# From, Subject and Date of a Maildir of 20,000, decoded; beside mblaze's, and what it costs to open and read the files.

bench_headers() {
	messages=$(scaled 20000)
	maildir=$work/maildir
	row "From, Subject and Date of a Maildir of $messages"
	perl "$here/maildir.pl" "$maildir" "$messages"
	measure 'mail-header -l' "$messages" nothing headers_ours
	measure 'head -c 4096: open, read, close' "$messages" nothing headers_head
	command -v mhdr >/dev/null || skip 'mblaze is not installed'
	measure 'mhdr -d' "$messages" nothing headers_mhdr
	measure 'mscan' "$messages" nothing headers_mscan
}

headers_ours() { mail-header -l From Subject Date -- "$maildir" | cat >/dev/null; }
headers_head() { (cd "$maildir/cur" && head -q -c 4096 -- * | cat >/dev/null); }
headers_mhdr() { mlist "$maildir" | mhdr -d -h from:subject:date | cat >/dev/null; }
headers_mscan() { mlist "$maildir" | MBLAZE=$work mscan 2>/dev/null | cat >/dev/null; }
