/*
 * floor FOLDER: standard input to a file there, safe on the disk under its final name. The least that an injector
 * which keeps its promise can do; what ours takes beyond it is what it does for the letter.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[65536];
	char name[64], temporary[64];
	ssize_t got;
	int folder, fd;

	if (argc != 2 || (folder = open(argv[1], O_RDONLY | O_DIRECTORY)) < 0)
		return 64;
	snprintf(name, sizeof name, "letter.%ld", (long)getpid());
	snprintf(temporary, sizeof temporary, "new.%ld", (long)getpid());
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return 73;
	while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		if (write(fd, bytes, (size_t)got) != got)
			return 74;
	if (got < 0 || fsync(fd) || renameat(folder, temporary, folder, name) || fsync(folder))
		return 74;
	return 0;
}
