/* write-loop FOLDER FILES BYTES: the least that writing so many files can cost. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int folder = argc == 4 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

	if (folder < 0) {
		fprintf(stderr, "usage: write-loop folder files bytes\n");
		return 64;
	}

	size_t size = (size_t)atol(argv[3]);
	char *bytes = calloc(1, size), name[32];

	for (int i = 0; i < atoi(argv[2]); i++) {
		snprintf(name, sizeof name, "%d", i);
		int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
		if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd))
			return 74;
	}
	return 0;
}
