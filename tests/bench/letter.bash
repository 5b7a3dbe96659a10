# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# One letter, from exec of sendmail to its file in the Maildir of the other host, with all that is resident running.
. "$top/tests/hosts.bash"

bench_letter() {
	row 'one letter, from sendmail to the Maildir of another host'
	hosts_begin
	host alice penny.example 127.0.0.2
	host bob post.example 127.0.0.3
	name_server
	in_background bob "$mail_port" env PENNYPOST="$peer_folder/bob" \
		"$top/tests/listen.pl" "${host_address[bob]}" "$mail_port" smtp-serve
	for name in alice bob; do
		in_folder "$name" spawn "run-$name" queue-run -d
	done
	sleep 0.5
	printf 'Subject: hello\n\nHello.\n' >"$work/hello"
	single 'sendmail, queue-run -d twice' "$peer_folder/bob/mail/bob/new" \
		in_folder alice sendmail -f alice@penny.example bob@post.example
	(letter_postfix)
}

in_folder() { PENNYPOST=$peer_folder/$1 USER=$1 LOGNAME=$1 "${@:2}"; }

# single LABEL FOLDER [in_folder NAME] COMMAND...
single() {
	local label=$1 folder=$2 times

	shift 2
	if times=$(arrival "$folder" "$@"); then
		figure "$label" 1 "$(seconds "$(median <<<"$times")")"
	else
		printf '  %-34s did not arrive\n' "$label"
	fi
}
arrival() {
	local folder=$1 before=()

	shift
	[ "$1" != in_folder ] || { before=(env PENNYPOST="$peer_folder/$2" USER="$2" LOGNAME="$2"); shift 2; }
	"${before[@]}" perl "$here/arrival.pl" "$RUNS" "$folder" "$@" <"$work/hello" 2>>"$work/log"
}

letter_postfix() {
	port_near=$(free_port) port_far=$(free_port)
	far=$work/far near=$work/near
	mkdir "$far" "$near"
	trap 'peer_folder=$far; peers_stop; peer_folder=$near; peers_stop' EXIT
	peer_folder=$far
	postfix_start "$port_far" 'append_dot_mydomain = no'
	peer_folder=$near
	postfix_start "$port_near" "relayhost = [127.0.0.1]:$port_far" 'virtual_mailbox_domains ='
	mkdir -p "$far/postfix-mail/bob/"{new,tmp,cur}
	chown -R nobody "$far/postfix-mail"
	export MAIL_CONFIG=$near/postfix/etc LD_LIBRARY_PATH=$peer_libraries
	single 'Postfix to Postfix' "$far/postfix-mail/bob/new" \
		"$PEERS/postfix/usr/sbin/sendmail" -f alice@near.example bob@postfix.example
	unset LD_LIBRARY_PATH
}
