# shellcheck shell=bash disable=SC2154 # top is of helper.bash
# Servers for tests that do what they are told, see canned.pl; end them with canned_stop.
servers=()

# canned FOLDER ARG...: a server (see canned.pl); $port is its port, or its socket.
canned() {
	local folder=$PWD/$1

	shift
	mkdir -p "$folder"
	"$top/tests/canned.pl" "$folder" "$@" 3>&- &
	servers+=($!)
	for _ in {1..200}; do
		[ ! -s "$folder/port" ] || break
		sleep 0.01
	done
	port=$(<"$folder/port")
}

canned_stop() { [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || true; }
