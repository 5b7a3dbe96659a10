load helper
load dns

setup_file() {
	load helper
	load dns
	dns_zone example.test signed <<-END
		@ MX 20 mx2
		@ MX 10 mx1
		mx1 A 127.0.0.2
		mx1 AAAA ::1
		mx2 A 127.0.0.3
	END
	dns_start
}

teardown_file() {
	load dns
	peers_stop
}

setup() { pennypost "resolver $dns"; }

@test "one line an address, in the order to try them" {
	diff <(mx-lookup example.test) - <<-END
		example.test	10	mx1.example.test	::1	secure
		example.test	10	mx1.example.test	127.0.0.2	secure
		example.test	20	mx2.example.test	127.0.0.3	secure
	END
}
