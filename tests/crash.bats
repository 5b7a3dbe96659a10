# The short form of `make check-crash`: some of its points. No program may lose what it acknowledged, whatever
# system call is its last or fails, and whatever the disk holds when the power goes.
load helper

crash() {
	run -0 "$top/tests/crash.sh" -s "${2:-29}" "$1"
	[[ $output =~ $1\ +[0-9]+\ points\ +0\ violations ]]
}

@test "queue_add" { crash queue_add; }
@test "mail_inject" { crash mail_inject; }
@test "smtp_serve" { crash smtp_serve; }
@test "mail_deliver" { crash mail_deliver; }
@test "mail_deliver_mbox" { crash mail_deliver_mbox; }
@test "mail_deliver_forward" { crash mail_deliver_forward; }
@test "list_explode" { crash list_explode 41; }
@test "queue_run" { crash queue_run; }
@test "smtp_serve_bdat" { crash smtp_serve_bdat; }
@test "bounce" { crash bounce; }
@test "smtp_send" { crash smtp_send; }
@test "list_digest" { crash list_digest 97; }
