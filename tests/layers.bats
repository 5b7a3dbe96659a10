# DESIGN: four layers; a module includes only modules of layers below it, or of its own layer above it in this list.
load helper

layers='
buf limit
clock fail network sandbox
io
settings run
conf
base64-simd magic survey flowed media charset addr command domain crlf separator quote phrase markup
base64 qp verdict
uu head transport mime mbox date verp failures
received
words transfer
param notice report origin
maildir messages boundary
downgrade part scan
bounced
mboxes mmdf babyl digest
mailbox
queue routes aliases list
letter local selection runner bounce
roster
dns net
mx sasl smtp sign
'

layer_of() { awk -v m="$1" '{ for (i = 1; i <= NF; i++) if ($i == m) { print NR; exit } }' <<<"$layers"; }

@test "every module stands in a layer and includes only what is below it" {
	for file in "$top"/lib/*.[ch]; do
		module=$(basename "${file%.[ch]}")
		own=$(layer_of "$module")
		[ -n "$own" ] || { echo "$module stands in no layer"; return 1; }
		for used in $(sed -n 's/^#include "\(.*\)\.h"/\1/p' "$file"); do
			[ "$used" = "$module" ] && continue
			[ "$(layer_of "$used")" -lt "$own" ] || { echo "$module includes $used"; return 1; }
		done
	done
}
