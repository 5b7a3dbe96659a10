/* verdict: what is a status, and what words say against one. */
#include "tap.h"
#include "verdict.h"

static void vector(const char *status, const char *said, const char *want)
{
	static const char *const names[] = { "hard", "soft", "policy" };
	struct verdict_of v = verdict_of(slice_of(status), slice_of(said));
	buf got = { NULL, 0, 0 };

	buf_print(&got, "%s %s%s", names[v.verdict], v.status, v.sure ? "" : " unsure");
	same(buf_slice(&got), want, *said ? said : status);
	buf_free(&got);
}

int main(void)
{
	vector("", "", "hard  unsure");
	vector("5.1.1", "", "hard 5.1.1");
	vector("5.0.0", "", "hard 5.0.0 unsure");
	vector("5.1.1.1", "", "hard  unsure");
	vector("5.1234.1", "", "hard  unsure");
	vector("", "said: 550-5.1.1 nobody", "hard 5.1.1");
	vector("", "(#5.1.1)", "hard 5.1.1");
	vector("", "host 5.1.1.10 is at home", "hard  unsure");
	vector("", "mx.example.com[192.0.2.5]: 552 no", "hard 5.0.0");
	vector("", "452 later", "soft 4.0.0");
	vector("", "User unknown", "hard 5.1.1");
	vector("", "450 User unknown", "hard 4.1.1");
	vector("", "the MAILBOX\nis  full", "soft 5.2.2");
	vector("", "a@spam.example and spam.example", "hard  unsure");
	vector("", "This is spam.", "policy ");
	vector("", "blacklisted", "policy ");
	vector("", "\xe5\xae\x9b\xe5\x85\x88\xe4\xb8\x8d\xe6\x98\x8e\xe3\x81\xae\xe3\x81\x9f\xe3\x82\x81", "hard 5.1.1");
	vector("4.7.1", "", "policy 4.7.1");
	vector("5.1.10", "", "hard 5.1.10");
	vector("5.7.170", "", "policy 5.7.170");
	return tap_done();
}
