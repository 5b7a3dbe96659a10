#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "limit.h"
#include "queue-run.h"

/* A file name takes 255 bytes; a longer destination is told apart by its end being cut: both are then spared. */
#define LONGEST_NAME 240

/*
 * queue/down/NAME holds one line: until when, for how many seconds it was last
 * given up, and the reply that said so. It stays after that time, so that the
 * next failure doubles the seconds, until the destination answers.
 */
static void file_name(buf *name, const struct destination *d)
{
	for (const char *p = d->name; *p && name->n < LONGEST_NAME; p++)
		if (ascii_control(*p) || *p == '/' || *p == '%')
			buf_print(name, "%%%02x", (unsigned char)*p);
		else
			buf_addchar(name, *p);
}

bool is_down(const struct destination *d)
{
	return d->down_until && d->down_until > clock_now();
}

static void take_line(struct destination *d, slice line)
{
	slice until = { "", 0 }, seconds = { "", 0 };
	long long length;
	time_t when;

	slice_cut(&line, '\t', &until);
	slice_cut(&line, '\t', &seconds);
	when = clock_read_stamp(until);
	length = slice_number(seconds);
	if (when < 0 || length <= 0 || !line.p)
		return;
	d->down_until = when;
	d->down_for = length;
	buf_clear(&d->reason);
	buf_addunescaped(&d->reason, slice_trim(line));
}

void down_read(struct manager *m, struct destination *d)
{
	buf path = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	buf_addtext(&path, "down/");
	file_name(&path, d);
	d->down_filed = io_file(m->queue.fd, path.p, LIMIT_SETTING_LINE, &text) == 0;
	if (d->down_filed)
		take_line(d, buf_slice(&text));
	if (m->forced)
		d->down_until = 0;
	buf_free(&path);
	buf_free(&text);
}

/* Not synced: after a power cut it costs a time-out to find out again. */
static int write_file(int folder, const char *name, slice line)
{
	char temporary[32];
	int fd, status;

	snprintf(temporary, sizeof temporary, ".%ld", (long)getpid());
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -1;
	status = io_pwrite(fd, line, 0);
	close(fd);
	if (status == 0)
		status = renameat(folder, temporary, folder, name);
	if (status)
		unlinkat(folder, temporary, 0);
	return status;
}

static void file_it(struct manager *m, struct destination *d)
{
	buf name = { NULL, 0, 0 }, line = { NULL, 0, 0 };
	int folder = queue_folder(&m->queue, "down");

	file_name(&name, d);
	clock_add_stamp(&line, d->down_until);
	buf_print(&line, "\t%lld\t", d->down_for);
	buf_addfield(&line, buf_slice(&d->reason));
	buf_addchar(&line, '\n');
	if (folder >= 0 && write_file(folder, name.p, buf_slice(&line)) == 0)
		d->down_filed = true;
	if (folder >= 0)
		close(folder);
	buf_free(&name);
	buf_free(&line);
}

static void set_down(struct manager *m, struct destination *d, slice reply)
{
	d->down_for = d->down_for ? d->down_for * 2 : m->conf.retry_first;
	if (d->down_for > m->conf.retry_most)
		d->down_for = m->conf.retry_most;
	d->down_until = clock_now() + d->down_for;
	buf_clear(&d->reason);
	buf_addslice(&d->reason, reply);
	file_it(m, d);
	log_line("relay=%s status=down seconds=%lld reply=\"%s\"", d->name, d->down_for, d->reason.p);
	destination_ready(m, d);
}

void down_notice(struct manager *m, struct destination *d, slice reply)
{
	d->failures++;
	if (!is_down(d) && d->failures >= (d->worked ? FAILURES : 1))
		set_down(m, d, reply);
}

void down_broken(struct manager *m, struct destination *d, slice reply)
{
	d->deaths++;
	if (!is_down(d) && d->deaths >= DEATHS)
		set_down(m, d, reply);
}

void down_clear(struct manager *m, struct destination *d)
{
	buf path = { NULL, 0, 0 };

	d->worked = true;
	d->failures = 0;
	if (d->down_filed) {
		buf_addtext(&path, "down/");
		file_name(&path, d);
		unlinkat(m->queue.fd, path.p, 0);
		log_line("relay=%s status=up", d->name);
	}
	d->down_filed = false;
	d->down_until = 0;
	d->down_for = 0;
	buf_free(&path);
}

void down_forget(struct manager *m, struct destination *d)
{
	(void)m;
	d->down_until = 0;
	d->down_filed = false;
	d->failures = d->deaths = 0;
}
