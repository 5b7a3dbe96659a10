# shellcheck shell=bash disable=SC2154,SC1091,SC2034 # names shared with run and common.bash
# Letters of 4 KB through sendmail -t -i, one process each, into a queue on the disk; beside the floor (write, fsync,
# rename, fsync of the folder, and nothing else).
bench_inject() {
	local atonce

	count=$(scaled 1000)
	pennypost
	mkdir -p "$work"/{floor,etc/dma,etc/nullmailer,dma,spool/nullmailer,nullmailer/queue,nullmailer/tmp,nullmailer/failed}
	chmod 777 "$work"/{dma,nullmailer,nullmailer/*}
	peers_see
	for atonce in 1 8; do
		row "injection: $count letters of 4 KB, one process each, $atonce at once"
		inject 'sendmail -t -i -odq' "$PENNYPOST/queue" sendmail -t -i -odq
		inject floor "$work/floor" floor "$work/floor"
		if is_root; then
			inject dma "$work/dma" as_peer dma dma -t -i
			inject nullmailer-inject "$work/nullmailer/queue" as_peer nullmailer nullmailer-inject -b
		else
			echo '  dma, nullmailer: not run, they need root'
		fi
	done
}

# inject LABEL FOLDER [as_peer PEER] COMMAND...
inject() {
	local label=$1

	folder=$2
	shift 2
	prefix=()
	[ "$1" != as_peer ] || { prefix=(as_peer "$2"); shift 2; }
	argv=("$@")
	measure "$label" "$count" inject_empty inject_all
}
inject_empty() { empty "$folder"; }
inject_all() { "${prefix[@]}" repeat "$count" "$atonce" "$letter" "${argv[@]}"; }

# The peers have the places of their files compiled in: they see them in a mount namespace of their own.
peers_see() {
	cat >"$work/etc/dma/dma.conf" <<-END
		SMARTHOST 127.0.0.1
		PORT ${port:-25}
		SPOOLDIR $work/dma
		MAILNAME here.example
		DEFER
	END
	echo here.example >"$work/etc/mailname"
	echo "127.0.0.1 smtp --port=${port:-25}" >"$work/etc/nullmailer/remotes"
	mkfifo "$work/nullmailer/trigger"
	export work
}

as_peer() {
	# shellcheck disable=SC2016 # the inner shell's variables
	unshare -m sh -c 'mount -t overlay overlay -o "lowerdir=$PEERS/$0/usr:/usr" /usr &&
		mount -t overlay overlay -o "lowerdir=$work/etc:/etc" /etc &&
		mount -t overlay overlay -o "lowerdir=$work/spool:/var/spool" /var/spool &&
		mount --bind "$work/nullmailer" /var/spool/nullmailer && exec "$@"' "$@"
}
