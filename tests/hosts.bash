# shellcheck shell=bash disable=SC2154 # peer_folder is of peers.bash
# Hosts on loopback, each a Pennypost in a folder of its own under $peer_folder, and a name server between them, for
# the demo and for tests of the whole road. Load peers.bash before, and end with peers_stop.
#
#	hosts_begin                             the ports: mail_port, on which every host listens, and dns_port
#	host NAME DOMAIN ADDRESS [SETTING...]   NAME@DOMAIN lives on mail.DOMAIN, which has ADDRESS
#	name_server                             unbound, with the exchange of each host's domain
#	host_up NAME, host_down NAME            tcpserver and smtp-serve
#	on NAME COMMAND...                      runs it in that host's folder, as its user
#	arrived NAME                            waits for a letter in the Maildir of the host's user

hosts_begin() {
	mail_port=$(free_port)
	dns_port=$(free_port)
	zones=()
	declare -gA host_address=()
}

host() {
	local name=$1 domain=$2 address=$3

	shift 3
	host_address[$name]=$address
	zones+=("local-zone: \"$domain.\" static" "local-data: \"$domain. MX 10 mail.$domain.\""
		"local-data: \"mail.$domain. A $address\"")
	mkdir -p "$peer_folder/$name/mail/$name"/{cur,new,tmp}
	printf '%s\n' "hostname mail.$domain" "domain $domain" "local-domains mail.$domain $domain" \
		"resolver 127.0.0.1:$dns_port" "smtp-port $mail_port" 'mailboxes mail' 'queue-reserve 0' \
		'retry-first 1s' 'log stderr' "$@" >"$peer_folder/$name/conf"
}

name_server() {
	printf '%s\n' 'server:' "interface: 127.0.0.1@$dns_port" "directory: \"$peer_folder\"" 'chroot: ""' \
		'username: ""' 'pidfile: ""' 'use-syslog: no' 'module-config: "iterator"' "${zones[@]}" \
		>"$peer_folder/unbound.conf"
	in_background unbound "$dns_port" unbound -d -c "$peer_folder/unbound.conf"
}

host_up() {
	in_background "$1" "$mail_port" env PENNYPOST="$peer_folder/$1" \
		tcpserver -HRl0 "${host_address[$1]}" "$mail_port" smtp-serve
}

host_down() {
	local pid

	pid=$(cat "$peer_folder/$1.pid")
	kill "$pid"
	await 5 gone "$pid"
	rm "$peer_folder/$1.pid"
}

on() {
	${peer_exec:-} env -C "$peer_folder/$1" PENNYPOST="$peer_folder/$1" USER="$1" LOGNAME="$1" "${@:2}"
}

holds_a_letter() { [ -n "$(find "$1" -type f)" ]; }

arrived() {
	await 5 holds_a_letter "$peer_folder/$1/mail/$1/new" && return
	echo "no letter for $1" >&2
	cat "$peer_folder"/*.log >&2
	return 1
}
