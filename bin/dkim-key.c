/* dkim-key: keys for signatures, and the records that publish them. See dkim-key(1). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base64.h"
#include "dkim-sign.h"
#include "fail.h"
#include "io.h"

static const char usage[] = "usage: dkim-key [-g rsa | ed25519] -d domain -s selector -k key";

enum { STRING = 255 };          /* RFC 1035 §3.3 */

/* The file is there with all that is in it, or not at all, and nobody else can read it. */
static void store(const char *file, slice pem)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		fail(EX_CANTCREAT, "%s: %s", file, strerror(errno));
	if (io_pwrite(fd, pem, 0) || fsync(fd) || close(fd) || io_sync_folder_of(file)) {
		int error = errno;

		unlink(file);
		fail(fail_status(error), "%s: %s", file, strerror(error));
	}
}

static void generate(const char *kind, const char *file)
{
	buf pem = { NULL, 0, 0 };
	struct key key;

	key_generate(&key, strcmp(kind, key_kinds[KEY_RSA]) == 0 ? KEY_RSA : KEY_ED25519);
	key_add_private(&key, &pem);
	store(file, buf_slice(&pem));
	buf_wipe(&pem);
	key_free(&key);
}

/* A line of a zone: the text is in strings that are one for whoever reads it (RFC 6376 §3.6.2.2). */
static void print_record(const struct dkim_signer *s)
{
	buf bytes = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	key_add_public(&s->key, &bytes);
	buf_print(&text, "v=DKIM1; k=%s; p=", key_kinds[s->key.kind]);
	base64_add(&text, buf_slice(&bytes));
	writer_print(&io_out, "%s._domainkey.%s. IN TXT (", s->selector, s->domain);
	for (slice rest = buf_slice(&text); rest.n; rest = slice_from(rest, STRING))
		writer_print(&io_out, " \"%.*s\"", (int)slice_upto(rest, STRING).n, rest.p);
	writer_text(&io_out, " )\n");
	buf_free(&bytes), buf_free(&text);
}

int main(int argc, char **argv)
{
	const char *kind = NULL, *domain = NULL, *selector = NULL, *file = NULL, *wrong;
	struct dkim_signer signer;
	buf why = { NULL, 0, 0 };
	int ch;

	fail_name("dkim-key", usage);
	while ((ch = getopt(argc, argv, "d:g:k:s:")) != -1)
		switch (ch) {
		case 'd': domain = optarg; break;
		case 'g': kind = optarg; break;
		case 'k': file = optarg; break;
		case 's': selector = optarg; break;
		default: fail_usage();
		}
	if (argv[optind] || !domain || !selector || !file
	    || (kind && strcmp(kind, key_kinds[KEY_RSA]) != 0 && strcmp(kind, key_kinds[KEY_ED25519]) != 0))
		fail_usage();
	wrong = dkim_signer_names(&signer, slice_of(domain), slice_of(selector));
	if (wrong)
		fail(EX_USAGE, "-d %s -s %s: %s", domain, selector, wrong);
	if (kind)
		generate(kind, file);
	if (!dkim_signer_key(&signer, file, &why))
		fail(EX_CONFIG, "%s", why.p);
	print_record(&signer);
	dkim_signer_free(&signer);
	return io_finish(EX_OK);
}
