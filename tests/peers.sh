#!/bin/bash
# peers.sh: unpacks the mail systems that tests and benchmarks compare with under build/peers (or $PEERS).
# They are never installed: two mail systems cannot be, and nobody's machine becomes a mail server by `make check`.
# A folder for each peer, and `lib` for the shared libraries that the system does not have. Does nothing when all is there.
set -euo pipefail

peers=${PEERS:-$(cd "$(dirname "$0")/.." && pwd)/build/peers}
contents="postfix=postfix exim4=exim4-base+exim4-daemon-light dovecot=dovecot-core+dovecot-lmtpd+dovecot-imapd
opensmtpd=opensmtpd dma=dma nullmailer=nullmailer"

complete() { [ "$(cat "$peers/complete" 2>/dev/null)" = "$contents" ]; }

fail() { echo "peers: $*" >&2; exit 75; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# The libraries that packages need, and those need, as far as the system lacks them.
missing_libraries() {
	{
		dpkg-query -W -f '${db:Status-Status} ${Package}\n'
		apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
			--no-enhances "$@"
	} | awk -v packages="$*" '
		$1 == "installed" { has[$2] }
		/^[^ ]/ { package = $1 }
		$1 ~ /Depends:$/ && $2 ~ /^lib/ { needs[package] = needs[package] " " $2 }
		END {
			for (n = split(packages, queue); ++i <= n; ) {
				split(needs[queue[i]], libraries)
				for (j in libraries) {
					library = libraries[j]
					if (library in has || seen[library]++) continue
					print library
					queue[++n] = library
				}
			}
		}'
}

download() { apt-get -q -o APT::Sandbox::User=root download "$@" >log 2>&1; }

# What the lists promise may be gone from the archive: then they are renewed once.
fetch() {
	download "$@" && return
	as_root apt-get -q update >log 2>&1 && download "$@" && return
	fail "apt-get download $*: $(tail -n 1 log)"
}

unpack() {
	local folder=$1 package
	shift
	mkdir -p "$new/$folder"
	for package; do
		dpkg -x "$package"_*.deb "$new/$folder"
	done
}

complete && exit
command -v apt-get >/dev/null || fail "needs apt-get and dpkg (Debian, Ubuntu)"
mkdir -p "$peers"
exec 9>"$peers/lock"
flock 9
complete && exit

new=$peers/new
rm -rf "$new"
mkdir "$new"
cd "$new"
apt-cache show postfix >/dev/null 2>&1 || as_root apt-get -q update >log 2>&1 || fail "apt-get update failed"
packages=$(sed 's/[^ ]*=//g; s/+/ /g' <<<"$contents")
# shellcheck disable=SC2086 # lists of words
{
	libraries=$(missing_libraries $packages)
	fetch $packages $libraries
	for entry in $contents; do
		list=${entry#*=}
		unpack "${entry%%=*}" ${list//+/ }
	done
	unpack lib $libraries
}
for folder in */; do
	rm -rf "${peers:?}/$folder"
	mv "$folder" "$peers/"
done
cd "$peers"
rm -rf "$new"
echo "$contents" >complete
