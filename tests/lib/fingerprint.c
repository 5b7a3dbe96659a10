/* fingerprint: how people write one, and what is none. */
#include "fingerprint.h"
#include "tap.h"

#define HALF "00112233445566778899aabbccddeeff"

static void listed(const char *list, int want)
{
	slice wrong;

	ok(fingerprint_listed(list, SLICE(HALF HALF), &wrong) == want, list);
}

int main(void)
{
	listed("", 0);
	listed(HALF HALF, 1);
	listed("00112233445566778899AABBCCDDEEFF00112233445566778899aaBBCCDDEEFF", 1);
	listed("00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:" "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff", 1);
	listed("10112233445566778899aabbccddeeff" HALF, 0);
	listed("10112233445566778899aabbccddeeff" HALF "  " HALF HALF, 1);
	listed(HALF, -1);
	listed(HALF HALF "00", -1);
	listed(HALF HALF ":", -1);
	listed(":" HALF HALF, -1);
	listed("00::11" HALF HALF, -1);
	listed("0:0112233445566778899aabbccddeeff" HALF, -1);
	listed(HALF "0011223344556677g899aabbccddeeff", -1);
	listed("192.0.2.1", -1);
	return tap_done();
}
