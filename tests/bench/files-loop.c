/*
 * files-loop FOLDER COUNT BYTES [SOURCE]: the least that so many files cost: made, written, and on the disk at the end;
 * with a source, read along: a file in equal shares, a folder of files at equal distances.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *bytes;
static size_t size;

static void fail(const char *what)
{
	perror(what);
	exit(74);
}

static void write_one(int folder, long number)
{
	char name[32];
	int fd;

	snprintf(name, sizeof name, "%010ld", number);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd))
		fail(name);
}

static void read_next(DIR *source)
{
	static char message[1 << 20];
	struct dirent *d;
	int fd;

	do
		d = readdir(source);
	while (d && d->d_name[0] == '.');
	if (!d)
		return;
	fd = openat(dirfd(source), d->d_name, O_RDONLY);
	if (fd < 0 || read(fd, message, sizeof message) < 0 || close(fd))
		fail(d->d_name);
}

static long files_in(DIR *source)
{
	long count = 0;

	for (struct dirent *d; (d = readdir(source));)
		count += d->d_name[0] != '.';
	rewinddir(source);
	return count;
}

int main(int argc, char **argv)
{
	int folder = argc > 3 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	int file = argc > 4 ? open(argv[4], O_RDONLY) : -1;
	DIR *source = argc > 4 ? opendir(argv[4]) : NULL;
	long count, each;

	if (folder < 0 || (argc > 4 && file < 0))
		return 64;
	count = atol(argv[2]);
	size = (size_t)atol(argv[3]);
	bytes = calloc(1, size);
	each = source ? count / files_in(source) : 1;
	for (long i = 0; i < count; i++) {
		if (source && i % each == 0)
			read_next(source);
		else if (file >= 0 && !source && read(file, bytes, size) < 0)
			fail(argv[4]);
		write_one(folder, i + 1);
	}
	return syncfs(folder) ? 74 : 0;
}
