#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deliver.h"
#include "head.h"

void message_open(struct message *m, int fd, off_t start)
{
	struct stat st;

	*m = (struct message){ .fd = fd, .start = start };
	m->plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (m->plain && start < 0)
		m->start = lseek(fd, 0, SEEK_CUR);
	reader_open(&m->in, fd);
}

void message_close(struct message *m)
{
	close(m->fd);
	reader_close(&m->in);
	buf_free(&m->header);
}

int message_read_header(struct message *m)
{
	if (message_rewind(m))
		return -1;
	m->in_header = !m->plain;
	return head_read(&m->in, &m->header);
}

int message_rewind(struct message *m)
{
	if (!m->plain)
		return 0;
	reader_restart(&m->in);
	return lseek(m->fd, m->start, SEEK_SET) < 0 ? -1 : 0;
}

int message_some(struct message *m, slice *bytes)
{
	if (m->in_header) {
		m->in_header = false;
		*bytes = buf_slice(&m->header);
		if (bytes->n)
			return 1;
	}
	return reader_some(&m->in, SIZE_MAX, bytes);
}

static int copy_to(struct message *m, FILE *file)
{
	slice bytes;
	int got;

	while ((got = message_some(m, &bytes)) > 0)
		if (fwrite(bytes.p, 1, bytes.n, file) != bytes.n)
			return -1;
	return got < 0 || fflush(file) ? -1 : 0;
}

int message_keep(struct message *m)
{
	FILE *file;
	int status;

	if (m->plain)
		return 0;
	file = tmpfile();
	if (!file)
		return -1;
	status = copy_to(m, file) || dup2(fileno(file), m->fd) < 0 ? -1 : 0;
	fclose(file);
	m->start = 0;
	m->plain = status == 0;
	return status;
}
