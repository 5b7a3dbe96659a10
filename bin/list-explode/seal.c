/* A message once it is whole, on its way through arc-seal. */
#include <errno.h>
#include <unistd.h>

#include "addr.h"
#include "explode.h"
#include "fail.h"
#include "limit.h"
#include "run.h"

int seal_begin(struct writer *spool)
{
	int fd = io_spool();

	if (fd >= 0)
		writer_open(spool, fd);
	return fd < 0 ? -1 : 0;
}

static int copy_into(struct letter *letter, int fd)
{
	struct reader in;
	slice bytes;
	int got;

	reader_open(&in, fd);
	while ((got = reader_some(&in, LIMIT_STREAM, &bytes)) > 0 && letter_write(letter, bytes) == 0)
		;
	reader_close(&in);
	return got ? -1 : 0;
}

static pid_t start(const struct list *list, int in, int *out)
{
	buf program = { NULL, 0, 0 }, domain = { NULL, 0, 0 };
	pid_t child;

	run_path(&program, "arc-seal");
	buf_addslice(&domain, addr_domain(slice_of(list->address)));
	child = run_reading((char *[]){ program.p, "-d", domain.p, NULL }, in, out);
	buf_free(&program);
	buf_free(&domain);
	return child;
}

/* Where we do not take what arc-seal writes, that it could not write is no reason. */
int seal_end(struct writer *spool, const struct list *list, struct letter *letter, int *status)
{
	int sealed, copied, error, ended;
	pid_t child;

	*status = EX_OK;
	if (writer_flush(spool) || lseek(spool->fd, 0, SEEK_SET) < 0)
		return -1;
	child = start(list, spool->fd, &sealed);
	if (child < 0)
		return -1;
	copied = copy_into(letter, sealed);
	error = errno;
	close(sealed);
	ended = run_wait(child);
	if (copied == 0)
		*status = ended;
	close(spool->fd);
	writer_close(spool);
	errno = error;
	return copied;
}
