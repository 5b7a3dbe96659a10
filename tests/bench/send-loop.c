/*
 * send-loop PORT CONNECTIONS FILE...: the least that sending letters can cost. Each process reads its share of
 * the files, sends them over one kept connection, MAIL, RCPT and DATA in one write and the message in the next, and unlinks them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char replies[65536], message[1 << 20], wire[2 << 20];

/* Reads until this many lines have come that end a reply. */
static int take_replies(int fd, int count)
{
	static size_t have;

	for (;;) {
		char *line = replies, *end;

		while ((end = memchr(line, '\n', have - (size_t)(line - replies)))) {
			count -= line[3] == ' ';
			line = end + 1;
			if (count == 0)
				break;
		}
		have -= (size_t)(line - replies);
		memmove(replies, line, have);
		if (count == 0)
			return 0;
		ssize_t n = read(fd, replies + have, sizeof replies - have);
		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
}

static size_t to_wire(const char *text, size_t n)
{
	char *out = wire;

	for (const char *p = text, *end = text + n, *newline; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			newline = end;
		if (*p == '.')
			*out++ = '.';
		out = mempcpy(out, p, (size_t)(newline - p));
		*out++ = '\r';
		*out++ = '\n';
	}
	return (size_t)((char *)mempcpy(out, ".\r\n", 3) - wire);
}

static int send_one(int fd, const char *path)
{
	static const char envelope[] = "MAIL FROM:<s@bench.example>\r\nRCPT TO:<r@bench.example>\r\nDATA\r\n";
	int file = open(path, O_RDONLY);
	ssize_t n = read(file, message, sizeof message);
	size_t length;

	close(file);
	if (n < 0 || write(fd, envelope, sizeof envelope - 1) < 0 || take_replies(fd, 3))
		return -1;
	length = to_wire(message, (size_t)n);
	return write(fd, wire, length) != (ssize_t)length || take_replies(fd, 1) ? -1 : unlink(path);
}

static int send_share(int port, char **files, int count, int first, int step)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) || take_replies(fd, 1)
	    || write(fd, "EHLO bench.example\r\n", 20) != 20 || take_replies(fd, 1))
		return 1;
	for (int i = first; i < count; i += step)
		if (send_one(fd, files[i]))
			return 1;
	return write(fd, "QUIT\r\n", 6) != 6 || take_replies(fd, 1);
}

int main(int argc, char **argv)
{
	int connections = argc > 3 ? atoi(argv[2]) : 0, status, failed = 0;

	if (connections < 1) {
		fprintf(stderr, "usage: send-loop port connections file ...\n");
		return 64;
	}
	for (int c = 0; c < connections; c++)
		if (fork() == 0)
			_exit(send_share(atoi(argv[1]), argv + 3, argc - 3, c, connections));
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
