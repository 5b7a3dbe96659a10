/* files-loop FOLDER COUNT BYTES: the least that so many files cost: made, written, and on the disk at the end. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count, bytes;
	char name[32], *p;
	int folder, fd;

	if (argc != 4)
		return 64;
	folder = open(argv[1], O_RDONLY | O_DIRECTORY);
	count = atol(argv[2]);
	bytes = atol(argv[3]);
	p = malloc((size_t)bytes);
	if (folder < 0 || !p)
		return 71;
	memset(p, 'x', (size_t)bytes);
	for (long i = 1; i <= count; i++) {
		snprintf(name, sizeof name, "%010ld", i);
		fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0 || write(fd, p, (size_t)bytes) != bytes || close(fd))
			return 74;
	}
	return syncfs(folder) ? 74 : 0;
}
