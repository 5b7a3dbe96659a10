/*
 * store-loop FOLDER LETTERS BYTES PROCESSES: the least that storing letters durably can cost. Each process
 * writes its share: a file of this size, fsync, link into place, fsync of the folder.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int store(int folder, const char *message, size_t size, int process, int number)
{
	int fd = openat(folder, ".", O_TMPFILE | O_WRONLY, 0600), status;
	char path[64], name[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	snprintf(name, sizeof name, "%d.%d", process, number);
	status = fd < 0 || write(fd, message, size) != (ssize_t)size || fsync(fd)
	    || linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) || fsync(folder);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	int folder = argc == 5 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1, status, failed = 0;

	if (folder < 0) {
		fprintf(stderr, "usage: store-loop folder letters bytes processes\n");
		return 64;
	}

	int letters = atoi(argv[2]), processes = atoi(argv[4]);
	size_t size = (size_t)atol(argv[3]);
	char *message = calloc(1, size);

	for (int p = 0; p < processes; p++)
		if (fork() == 0) {
			for (int i = p; i < letters; i += processes)
				if (store(folder, message, size, p, i))
					_exit(1);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
