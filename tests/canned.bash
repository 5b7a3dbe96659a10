# shellcheck shell=bash disable=SC2154,SC2034 # top is of helper.bash
# Servers for tests that do what they are told, see canned.pl; end them with canned_stop.
servers=()

# canned FOLDER ARG...: a server (see canned.pl); $port is its port, or its socket.
canned() {
	local folder=$PWD/$1 answer

	shift
	mkdir -p "$folder"
	exec {answer}< <(exec "$top/tests/canned.pl" "$folder" "$@" </dev/null 3>&-)
	servers+=($!)
	read -r port <&"$answer"
	exec {answer}<&-
}

canned_stop() { [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || true; }
