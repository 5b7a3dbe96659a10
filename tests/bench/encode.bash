# shellcheck shell=bash disable=SC2154 # names shared with run and common.bash
# Files sent: one of 150 MB of random bytes, and one of text.
bench_encode() {
	on_tmpfs
	bytes=$work/bytes text=$work/text
	head -c "$(scaled 150)000000" /dev/urandom >"$bytes"
	row "a file of $(scaled 150) MB as a message"
	measure 'mime-encode' 1 no_output encode_ours
	measure 'cp' 1 no_output encode_cp
	measure 'base64' 1 no_output encode_base64
	! command -v makemime >/dev/null || measure 'makemime' 1 no_output encode_makemime
	! command -v mmime >/dev/null || measure 'mmime' 1 no_output encode_mmime
	! command -v mpack >/dev/null || measure 'mpack' 1 no_output encode_mpack
	rm "$bytes"

	row "a text of $(scaled 150) MB as a message"
	perl "$here/messages.pl" qp "$(scaled 150)" polish | mime-decode -d qp >"$text"
	measure 'mime-encode -t text/plain' 1 no_output encode_text
	measure 'cp' 1 no_output copy_text
}
no_output() { rm -f "$work/out"; }
encode_ours() { mime-encode "$bytes" >"$work/out"; }
encode_cp() { cp "$bytes" "$work/out"; }
encode_base64() { base64 "$bytes" >"$work/out"; }
encode_makemime() { makemime -c application/octet-stream -e base64 -o "$work/out" "$bytes"; }
encode_mmime() { printf 'Subject: x\n\nhi\n#application/octet-stream %s\n' "$bytes" | mmime >"$work/out"; }
encode_mpack() { mpack -s x -o "$work/out" "$bytes"; }
encode_text() { mime-encode -t text/plain "$text" >"$work/out"; }
copy_text() { cp "$text" "$work/out"; }
