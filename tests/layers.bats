# DESIGN: four layers; a module includes only modules of layers below it, or of its own layer above it in this list.
load helper

layers='
buf limit
sha256 der tag domain
clock fail network fingerprint sandbox reference
io chance
settings run replace private tally
helper
twice
conf phrasebook
base64-simd gzip cookie keyed uri magic survey flowed media charset addr xtext crlf separator quote phrase markup
base64 qp verdict command dmarc sts tlsrpt suffix listing spf-macro
mechanism
sasl
users
spf-record
uu head transport key dkim-canon mime mbox date verp failures
received personal html authres author
words transfer dkim-fields
param notice report origin request dkim-signature
maildir messages boundary dkim-sign
downgrade part scan signers
bounced leaf filename
mboxes mmdf babyl digest
mailbox
queue routes aliases list
letter local senders selection runner bounce sts-cache
roster confirm feedback pending texts replies roles
notify masthead
dns net tls
mx policy sts-find spf-answer smtp secrets dkim-keys
spf judge dkim-verify
arc
arc-set
'

@test "every module stands in a layer and includes only what is below it" {
	local -A layer
	local number=0 line module file used

	while read -r line; do
		number=$((number + 1))
		for module in $line; do
			layer[$module]=$number
		done
	done <<<"$layers"
	while IFS=: read -r file used; do
		module=${file##*/} module=${module%.[ch]}
		[ -n "${layer[$module]:-}" ] || { echo "$module stands in no layer"; return 1; }
		[ "$used" = "$module" ] || [ "${layer[$used]:-0}" -lt "${layer[$module]}" ] || { echo "$module includes $used"; return 1; }
	done < <(grep -o '^#include "[a-z0-9-]*\.h"' "$top"/lib/*.[ch] | sed 's/#include "\(.*\)\.h"/\1/')
	for file in "$top"/lib/*.h; do
		module=${file##*/} module=${module%.h}
		[ -n "${layer[$module]:-}" ] || { echo "$module stands in no layer"; return 1; }
	done
}
