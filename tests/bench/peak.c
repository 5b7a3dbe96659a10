/* peak FILE COMMAND...: runs it, and writes the most memory that it had, in KiB, as a line to the end of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage use;
	int status = 0;
	FILE *out;
	pid_t child;

	if (argc < 3)
		return 64;
	child = vfork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(69);
	}
	if (child < 0 || wait4(child, &status, 0, &use) < 0 || !(out = fopen(argv[1], "a")))
		return 71;
	fprintf(out, "%ld\n", use.ru_maxrss);
	return fclose(out) || !WIFEXITED(status) ? 71 : WEXITSTATUS(status);
}
