#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"

static int stat_old(const char *path, struct stat *like)
{
	char *folder;
	int status;

	if (stat(path, like) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	folder = io_folder_of(path);
	status = stat(folder, like);
	free(folder);
	return status;
}

int replace_begin(struct replacement *r, const char *path)
{
	struct stat like;
	buf new = { NULL, 0, 0 };

	buf_print(&new, "%s.new", path);
	*r = (struct replacement){ .path = mem_text(slice_of(path)), .new = new.p };
	writer_open(&r->out, -1);
	if (stat_old(path, &like))
		return -1;
	r->out.fd = open(r->new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->out.fd < 0 || (S_ISREG(like.st_mode) && fchmod(r->out.fd, like.st_mode & 07777))
	    || (geteuid() == 0 && fchown(r->out.fd, like.st_uid, like.st_gid)))
		return -1;
	return 0;
}

static void release(struct replacement *r)
{
	if (r->out.fd >= 0)
		close(r->out.fd);
	writer_close(&r->out);
	free(r->path), free(r->new);
	*r = (struct replacement){ .out.fd = -1 };
}

int replace_commit(struct replacement *r)
{
	if (writer_flush(&r->out) || fsync(r->out.fd) || rename(r->new, r->path) || io_sync_folder_of(r->path))
		return -1;
	release(r);
	return 0;
}

void replace_abandon(struct replacement *r)
{
	int error = errno;

	if (r->out.fd >= 0)
		unlink(r->new);
	release(r);
	errno = error;
}
