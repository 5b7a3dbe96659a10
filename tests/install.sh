#!/bin/bash
# install.sh: what INSTALL says of a system's Pennypost, done to the letter on layers over /etc, /usr, /var and /home
# that vanish with this process. Started by install.bats in a mount namespace of its own, as root.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
layers=$1
mount -t tmpfs tmpfs "$layers"
for folder in etc usr var home; do
	mkdir -p "$layers/$folder/upper" "$layers/$folder/work"
	mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$layers/$folder/upper,workdir=$layers/$folder/work" "/$folder"
done
# The build may stand in a place that the new users cannot enter; what is installed does not.
make -s -C "$top" BUILD="$BUILD" install >/dev/null

sudo() { "$@"; }
cd /
# shellcheck source=/dev/null
. <(sed -n '/^The user and the queue of a system$/,/^Why:/s/^    //p' "$top/INSTALL")
printf '%s\n' 'hostname mail.example.org' 'local-domains mail.example.org example.org' 'log stderr' >>/etc/pennypost/conf
for user in alice bob; do
	useradd -m "$user"
done
export PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/bin

by() { su -s /bin/bash "$1" -c "cd && $2"; }

expect() { "$@" || { echo "install.sh: not so: $*"; exit 1; }; }
expect_not() { ! "$@" 2>/dev/null || { echo "install.sh: not so: ! $*"; exit 1; }; }

echo '- everybody may post'
by alice "printf 'To: bob@example.org\nSubject: one\n\nhello\n' | sendmail -t -i"
expect [ "$(queue-list | wc -l)" = 1 ]

echo '- nobody may read what others posted, nor change the queue'
letter=$(find /var/spool/pennypost -path '*/?/*' -type f)
expect_not by bob "cat $letter"
expect_not by bob 'ls /var/spool/pennypost'
expect_not by bob "rm -f $letter"
expect_not by bob 'queue-list'

echo '- the environment of who posts does not choose the settings'
mkdir /tmp/pennypost-of-alice.$$
expect by alice "PENNYPOST=/tmp/pennypost-of-alice.$$ sendmail -f alice@example.org bob@example.org </dev/null"
rmdir /tmp/pennypost-of-alice.$$
expect [ "$(queue-list | wc -l)" = 2 ]

echo '- a session of SMTP as pennypost may post, too'
printf '%s\r\n' 'EHLO me' 'MAIL FROM:<me@example.com>' 'RCPT TO:<bob@example.org>' DATA 'Subject: three' '' 'hello' . QUIT |
	TCPREMOTEIP=192.0.2.1 setpriv --reuid pennypost --regid pennypost --clear-groups smtp-serve >/dev/null
queue-run

echo '- mail arrives in the home of its recipient, as the recipient'
expect [ "$(find /home/bob/Maildir/new -type f -user bob -perm 600 | wc -l)" = 3 ]
expect [ -z "$(queue-list)" ]

echo '- the queue stays closed'
expect [ "$(stat -c '%U:%G %a' /var/spool/pennypost)" = 'pennypost:pennypost 2770' ]
expect [ -z "$(find /var/spool/pennypost -perm /007)" ]
