# shellcheck shell=bash
# Real peers for tests: mail systems unpacked by tests/peers.sh, each started with a configuration of its own on
# loopback and a random free port, in a folder under $peer_folder, and ended by peers_stop (call it in teardown
# or teardown_file, whichever matches where they were started).
#
#	peers                                   unpacks them, or skips the test
#	free_port                               prints a port of loopback that nobody uses
#	wait_for_port PORT                      until somebody listens on it, at most 10 s
#	spawn NAME COMMAND...                   starts it, its output in $peer_folder/NAME.log
#	in_background NAME PORT COMMAND...      the same, and waits for its port
#	smtp_sink PORT [ARG...]                 Postfix's smtp-sink, with its fault switches
#	smtp_source ARG...                      Postfix's smtp-source
#	postfix_start PORT [SETTING...]         alice, bob, carol@postfix.example go to $peer_folder/postfix-mail/bob/, ...;
#	                                        needs root; by implicit TLS too on the port in $postfix_smtps
#	postfix_run PROGRAM ARG...              sendmail, postqueue, ... of that Postfix
#	exim_start PORT NEXT_HOST NEXT_PORT     alice, bob, carol@exim.example go to $peer_folder/exim-mail/bob/, ...,
#	                                        everybody else to the next host; needs root
#	                                        by TLS where $exim_pem.pem and .key are set, and then a letter a connection
#	exim_run ARG...                         exim with that configuration
#	dovecot_start PORT                      LMTP; any user's mail goes to $peer_folder/dovecot-mail/USER/
#	dovecot_auth USER PASSWORD              no mail: only who knows passwords, at the socket $peer_folder/auth
#	dovecot_run PROGRAM ARG...              doveadm, ... of that Dovecot

peers_of_tests=$(dirname "${BASH_SOURCE[0]}")
: "${PEERS:=$(cd "$peers_of_tests/.." && pwd)/build/peers}"
export PEERS

peers() {
	local said

	said=$("$peers_of_tests/peers.sh" 2>&1) || skip "$said"
	peer_folder=${peer_folder:-$(mktemp -d "${TMPDIR:-/tmp}/peers.XXXXXX")}
	chmod 755 "$peer_folder"
	peer_libraries=$(printf '%s:' "$PEERS"/lib/usr/lib/*/ "$PEERS"/lib/lib/*/ "$PEERS"/postfix/usr/lib/postfix)
	peer_libraries=${peer_libraries%:}
	export peer_folder peer_libraries
}

peers_stop() {
	local pid pids=()

	[ -n "${peer_folder:-}" ] || return 0
	mapfile -t pids < <(cat "$peer_folder"/*.pid 2>/dev/null)
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	for pid in "${pids[@]}"; do
		await 5 gone "$pid" || kill -KILL "$pid"
	done
	await 5 rm -rf "$peer_folder" # the children of what was ended may still be writing their last
	unset peer_folder
}

gone() { ! kill -0 "$1" 2>/dev/null; }

free_port() {
	# Numbers are AF_INET and SOCK_STREAM: a module would take longer than the rest.
	perl -e 'for (1 .. 100) {
		my $port = 10000 + int rand 22000;
		socket(S, 2, 1, 0) && bind(S, pack "S n x12", 2, $port) && listen(S, 1) or next;
		print "$port\n"; exit;
	} exit 1'
}

# await SECONDS COMMAND...: until it succeeds.
await() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# Without connecting, which a peer would count.
listens() { grep -qE "^ *[0-9]+: [0-9A-F]+:$1 [0-9A-F:]+ 0A" /proc/net/tcp /proc/net/tcp6; }

wait_for_port() { await 10 listens "$(printf %04X "$1")" || { echo "nobody listens on port $1" >&2; return 1; }; }

# Closes the descriptor by which bats waits for its children. The functions below put $peer_exec before the last
# command they run, so that the process whose id is kept is the peer and not a shell that waits for it.
spawn() {
	local name=$1

	shift
	peer_exec='exec' "$@" </dev/null >"$peer_folder/$name.log" 2>&1 3>&- &
	echo $! >"$peer_folder/$name.pid"
}

in_background() {
	local name=$1 port=$2

	shift 2
	spawn "$name" "$@"
	wait_for_port "$port" || { cat "$peer_folder/$name.log" >&2; return 1; }
}

is_root() { [ "$(id -u)" = 0 ]; }

with_libraries() { LD_LIBRARY_PATH=$peer_libraries "$@"; }

smtp_sink() {
	local port=$1 user=()

	shift
	is_root && user=(-u nobody)
	in_background "sink-$port" "$port" env "LD_LIBRARY_PATH=$peer_libraries" \
		"$PEERS/postfix/usr/sbin/smtp-sink" "${user[@]}" "$@" "127.0.0.1:$port" 128
}

smtp_source() { with_libraries "$PEERS/postfix/usr/sbin/smtp-source" "$@"; }

# Users that every Debian has and nothing of ours uses stand in for the ones that installing a peer would make.
peer_owner='uucp'
peer_group='news'

postfix_start() {
	local port=$1 home=$peer_folder/postfix mail=$peer_folder/postfix-mail

	shift
	is_root || skip "a real Postfix needs root"
	mkdir -p "$home/etc" "$home/spool" "$home/data" "$mail"
	chown "$peer_owner" "$home/data"
	chown nobody "$mail"
	postfix_services "$port" >"$home/etc/master.cf"
	printf '%s@postfix.example %s/\n' alice alice bob bob carol carol >"$home/etc/mailboxes"
	postfix_settings "$home" "$mail" >"$home/etc/main.cf"
	printf '%s\n' "$@" >>"$home/etc/main.cf"
	postfix_run postfix start >"$peer_folder/postfix.log" 2>&1 || { cat "$peer_folder/postfix.log" >&2; return 1; }
	ln -s "$home/spool/pid/master.pid" "$peer_folder/postfix.pid"
	wait_for_port "$port" || { cat "$home/log" >&2; return 1; }
}

postfix_settings() {
	local home=$1 mail=$2

	cat <<-END
		compatibility_level = 3.6
		queue_directory = $home/spool
		data_directory = $home/data
		command_directory = $PEERS/postfix/usr/sbin
		daemon_directory = $PEERS/postfix/usr/lib/postfix/sbin
		shlib_directory = $PEERS/postfix/usr/lib/postfix
		meta_directory = $PEERS/postfix/etc/postfix
		maillog_file = $home/log
		maillog_file_prefixes = $home
		mail_owner = $peer_owner
		setgid_group = $peer_group
		import_environment = LD_LIBRARY_PATH=$peer_libraries MAIL_CONFIG MAIL_LOGTAG TZ LANG=C
		export_environment = LD_LIBRARY_PATH=$peer_libraries MAIL_CONFIG TZ LANG=C
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		mynetworks = 127.0.0.0/8
		myhostname = mail.postfix.example
		mydestination =
		alias_maps =
		alias_database =
		biff = no
		smtputf8_enable = yes
		smtpd_peername_lookup = no
		smtp_host_lookup = native
		disable_dns_lookups = yes
		virtual_mailbox_domains = postfix.example
		virtual_mailbox_base = $mail
		virtual_mailbox_maps = texthash:$home/etc/mailboxes
		virtual_uid_maps = static:$(id -u nobody)
		virtual_gid_maps = static:$(id -g nobody)
	END
}

postfix_services() {
	local service

	echo "127.0.0.1:$1 inet n - n - - smtpd"
	[ -z "${postfix_smtps:-}" ] || echo "127.0.0.1:$postfix_smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
	echo "pickup unix n - n 60 1 pickup"
	echo "tlsmgr unix - - n 1000? 1 tlsmgr"
	echo "tlsproxy unix - - n - 0 tlsproxy"
	echo "cleanup unix n - n - 0 cleanup"
	echo "qmgr unix n - n 300 1 qmgr"
	echo "rewrite unix - - n - - trivial-rewrite"
	for service in bounce defer trace; do
		echo "$service unix - - n - 0 bounce"
	done
	echo "flush unix n - n 1000? 0 flush"
	echo "proxymap unix - - n - - proxymap"
	for service in smtp lmtp discard error; do
		echo "$service unix - - n - - $service"
	done
	echo "relay unix - - n - - smtp"
	echo "retry unix - - n - - error"
	echo "virtual unix - n n - - virtual"
	echo "showq unix n - n - - showq"
	echo "anvil unix - - n - 1 anvil"
	echo "scache unix - - n - 1 scache"
	echo "postlog unix-dgram n - n - 1 postlogd"
}

postfix_run() {
	local program=$1

	shift
	MAIL_CONFIG=$peer_folder/postfix/etc with_libraries "$PEERS/postfix/usr/sbin/$program" "$@" 3>&-
}

# Exim insists on its own user: it sees one in a mount namespace with a passwd of its own.
exim_start() {
	local port=$1 home=$peer_folder/exim mail=$peer_folder/exim-mail

	is_root || skip "a real exim needs root"
	mkdir -p "$home/spool" "$home/log" "$mail"
	chown "$peer_owner" "$home/spool" "$home/log" "$mail"
	(grep -v '^Debian-exim:' /etc/passwd; echo "Debian-exim:x:$(id -u "$peer_owner"):$(id -g "$peer_owner")::/:/bin/false") >"$home/passwd"
	(grep -v '^Debian-exim:' /etc/group; echo "Debian-exim:x:$(id -g "$peer_owner"):") >"$home/group"
	printf '%s: %s\n' alice alice bob bob carol carol >"$home/users"
	exim_settings "$home" "$mail" "$@" >"$home/conf"
	unshare -m true 2>/dev/null || skip "exim needs a mount namespace of its own"
	in_background exim "$port" exim_run -bdf -q1m
}

exim_run() {
	# shellcheck disable=SC2016 # the inner shell's variables
	${peer_exec:-} unshare -m sh -c 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group &&
		exec "$@"' "$peer_folder/exim" env "LD_LIBRARY_PATH=$peer_libraries" \
		"$PEERS/exim4/usr/sbin/exim4" -C "$peer_folder/exim/conf" "$@" 3>&-
}

# Certificates in exim_pem are offered, sessions resumed, and connections closed after each letter.
exim_tls() {
	[ -n "${exim_pem:-}" ] || { echo 'tls_advertise_hosts ='; return; }
	printf '%s\n' 'tls_advertise_hosts = *' "tls_certificate = $exim_pem.pem" "tls_privatekey = $exim_pem.key" \
		'tls_resumption_hosts = *' 'smtp_accept_max_per_connection = 1' \
		'log_selector = +tls_resumption +tls_cipher'
}

exim_settings() {
	local home=$1 mail=$2 port=$3 next_host=$4 next_port=$5

	cat <<-END
		exim_path = $PEERS/exim4/usr/sbin/exim4
		keep_environment = LD_LIBRARY_PATH
		spool_directory = $home/spool
		log_file_path = $home/log/%s
		primary_hostname = mail.exim.example
		local_interfaces = <; [127.0.0.1]:$port
		acl_smtp_rcpt = accept
		acl_smtp_data = accept
		host_lookup =
		rfc1413_query_timeout = 0s
		$(exim_tls)
		smtputf8_advertise_hosts = *
		chunking_advertise_hosts = *
		never_users =
		deliver_drop_privilege
		begin routers
		here:
		  driver = accept
		  domains = exim.example
		  transport = folder
		away:
		  driver = manualroute
		  route_list = * $next_host byname
		  self = send
		  transport = wire
		begin transports
		folder:
		  driver = appendfile
		  maildir_format
		  create_directory
		  directory = $mail/\${lookup {\$local_part} lsearch{$home/users}}
		  return_path_add
		wire:
		  driver = smtp
		  port = $next_port
		  allow_localhost
		  hosts_try_fastopen =
		begin retry
		* * F,2h,1m
	END
}

# Dovecot has the paths of its programs and modules compiled in: it sees a /usr with its own files laid over the
# system's, in a mount namespace that an ordinary user may have too. It runs as that user, or, started by root,
# as users that every Debian has.
over_usr() {
	# shellcheck disable=SC2016 # the inner shell's variables
	local lay='mount -t overlay overlay -o "lowerdir=$0/usr:$PEERS/lib/usr:/usr" /usr && exec'

	if is_root; then
		${peer_exec:-} unshare -m sh -c "$lay \"\$@\"" "$@"
	else
		${peer_exec:-} unshare -Urm sh -c "$lay unshare -U --map-user=$(id -u) --map-group=$(id -g) \"\$@\"" "$@"
	fi
}

dovecot_start() {
	local port=$1 home=$peer_folder/dovecot mail=$peer_folder/dovecot-mail

	mkdir -p "$home" "$mail"
	is_root && chown nobody "$mail"
	over_usr "$PEERS/dovecot" true 2>/dev/null || skip "Dovecot needs a mount namespace with an overlay"
	dovecot_settings "$home" "$mail" "$port" >"$home/conf"
	in_background dovecot "$port" dovecot_run dovecot -F
}

dovecot_auth() {
	local home=$peer_folder/dovecot

	mkdir -p "$home"
	over_usr "$PEERS/dovecot" true 2>/dev/null || skip "Dovecot needs a mount namespace with an overlay"
	dovecot_settings "$home" "$home" 0 | sed -e 's/^auth_mechanisms.*/auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256/' \
		-e 's/^protocols.*/protocols =/' -e '/^service lmtp/,/^}/d' -e 's/driver = static/driver = passwd-file/' \
		-e "s,args = .*,args = $home/users," >"$home/conf"
	echo 'auth_failure_delay = 0' >>"$home/conf"
	printf 'service auth {\n  unix_listener %s {\n    mode = 0666\n  }\n}\n' "$peer_folder/auth" >>"$home/conf"
	echo "$1:{PLAIN}$2:::::" >"$home/users"
	chmod 644 "$home/users"
	spawn dovecot dovecot_run dovecot -F
	await 10 [ -S "$peer_folder/auth" ]
}

dovecot_run() {
	local program=$1

	shift
	over_usr "$PEERS/dovecot" "$program" -c "$peer_folder/dovecot/conf" "$@" 3>&-
}

dovecot_settings() {
	local home=$1 mail=$2 port=$3 inner login group owner

	inner=$(id -un) login=$(id -un) group=$(id -gn) owner=$(id -un)
	is_root && inner=$peer_owner login=news group=$peer_owner owner=nobody
	cat <<-END
		base_dir = $home/run
		state_dir = $home/run
		log_path = $home/log
		auth_mechanisms = plain
		protocols = lmtp
		listen = 127.0.0.1
		ssl = no
		hostname = mail.dovecot.example
		postmaster_address = postmaster@dovecot.example
		default_internal_user = $inner
		default_internal_group = $group
		default_login_user = $login
		first_valid_uid = 1
		first_valid_gid = 1
		mail_location = maildir:$mail/%n
		passdb {
		  driver = static
		  args = nopassword=yes
		}
		userdb {
		  driver = static
		  args = uid=$owner gid=$(id -gn "$owner") home=$mail/%n allow_all_users=yes
		}
		service lmtp {
		  chroot =
		  inet_listener lmtp {
		    port = $port
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
	END
}
