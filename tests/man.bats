# The pages of the manual: one for each program, clean, and with what every page of a program must say.
load helper

setup() {
	programs=("$top"/bin/*)
	programs=("${programs[@]##*/}")
	programs=("${programs[@]%.c}")
}

# $page, the one of that name.
page_of() {
	local pages=("$top"/man/"$1".[18])

	page=${pages[*]}
	[ -e "$page" ]
}

@test "every program has a manual page and a test file" {
	for program in "${programs[@]}"; do
		page_of "$program"
		[ -e "$top/tests/$program.bats" ]
	done
}

@test "every name a program goes by has a page" {
	for name in sendmail mailq newaliases list-unsubscribe; do
		page_of "$name"
	done
}

@test "mandoc finds nothing to say about any page" {
	run -0 mandoc -Tlint -Wwarning "$top"/man/*
	[ -z "$output" ]
}

@test "every page of a program says how it exits, and shows examples" {
	for program in "${programs[@]}"; do
		page_of "$program"
		pages+=("$page")
	done
	for section in 'EXIT STATUS' EXAMPLES; do
		[ -z "$(grep -Lx "\.Sh $section" "${pages[@]}")" ]
	done
}

@test "a page that another names is there, or the system's" {
	ours=" $(cd "$top/man" && echo *) "
	for reference in $(sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1.\2/p' "$top"/man/* | sort -u); do
		case $ours in *" $reference "*) continue ;; esac
		name=${reference%.*}
		case " ${programs[*]} " in *" $name "*) echo "$reference: wrong section"; return 1 ;; esac
		[[ $name != pennypost* ]] || { echo "$reference: no such page"; return 1; }
	done
}

@test "pages show the options that programs take, and no others" {
	for program in "${programs[@]}"; do
		usage=$("$program" -'?' 2>&1 </dev/null) || true
		page_of "$program"
		for option in $(sed -nE 's/^\.It Fl ([A-Za-z0-9]+).*/\1/p' "$page"); do
			case $program in mail-inject) continue ;; esac # the options of sendmail(8)
			[[ $usage =~ -[A-Za-z0-9]*${option} ]] || { echo "$program: -$option is not in: $usage"; return 1; }
		done
	done
}
