# shellcheck shell=bash disable=SC2154 # names shared with run and common.bash
# Messages taken apart: one of 200 MB, 4,000 small ones into files, and the types in an archive of 44,000.
bench_parts() {
	local kind

	on_tmpfs
	perl "$here/messages.pl" big "$(scaled 150)" lf >"$work/big"
	perl "$here/messages.pl" big "$(scaled 150)" crlf >"$work/big.crlf"
	perl "$here/messages.pl" big "$(scaled 150)" odd >"$work/big.odd"
	for kind in big big.crlf big.odd; do
		big=$work/$kind
		row "one part of a message of $(($(stat -c %s "$big") / 1000000)) MB to a file: $kind"
		measure 'mime-decode -p 2' 1 nothing decode_big
		measure 'cp' 1 nothing copy_big
		! command -v reformime >/dev/null || measure 'reformime -s1.2 -e' 1 nothing reformime_big
	done
	rm "$work"/big*

	count=$(scaled 4000)
	row "$count messages of three parts into files, one process"
	perl "$here/messages.pl" small "$count" "$work/small"
	measure 'mime-decode -x' "$count" no_parts decode_small
	measure 'a loop that writes the files' "$count" no_parts write_small
	measure 'a loop that reads and writes' "$count" no_parts read_and_write_small
	rm -r "$work/small"

	count=$(scaled 44000)
	row "the types in an archive of $count messages"
	perl "$here/messages.pl" small "$count" "$work/small"
	measure 'mime-list | cut | sort | uniq' "$count" nothing types_ours
	measure 'grep | cut | sort | uniq' "$count" nothing types_grep

	row "quoted-printable, $(scaled 200) MB decoded"
	for kind in english polish; do
		perl "$here/messages.pl" qp "$(scaled 200)" "$kind" >"$work/$kind"
		qp=$work/$kind
		measure "mime-decode -d qp, $kind, in MB" "$(($(stat -c %s "$qp") / 1000000))" nothing decode_qp
	done
}
decode_big() { mime-decode -p 2 "$big" >"$work/out"; }
copy_big() { cp "$big" "$work/out"; }
reformime_big() { reformime -s 1.2 -e <"$big" >"$work/out"; }
no_parts() { rm -rf "$work/parts" && mkdir "$work/parts"; }
decode_small() { mime-decode -x "$work/parts" "$work/small" >"$work/list" && [ "$(wc -l <"$work/list")" = $((3 * count)) ]; }
write_small() { files-loop "$work/parts" $((3 * count)) 2400; }
read_and_write_small() { files-loop "$work/parts" $((3 * count)) 2400 "$work/small"; }
types_ours() { mime-list "$work/small" | cut -f3 | sort | uniq -c | sort -nr; }
types_grep() { (cd "$work/small" && find . -type f -print0 | xargs -0 grep -ih Content-Type) | cut -d' ' -f2 | sort | uniq -c | sort -nr; }
decode_qp() { mime-decode -d qp <"$qp" >/dev/null; }
