/* Lines in any cuts, deadlines that are kept, and two peers that both write first. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "io.h"
#include "limit.h"
#include "tap.h"

/* Writes the text in pieces of this size from a child, so that reads come back cut. */
static int cut_into(const char *text, size_t length, size_t piece)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		return -1;
	if (fork() == 0) {
		for (size_t i = 0; i < length; i += piece)
			if (write(ends[1], text + i, i + piece < length ? piece : length - i) < 0)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static void lines(size_t piece)
{
	static const char text[] = "one\n\ntwo\0\r\nlast";
	static const size_t lengths[] = { 4, 1, 6, 4 };
	struct reader in;
	slice line;
	bool good = true;

	reader_open(&in, cut_into(text, sizeof text - 1, piece));
	for (size_t i = 0; i < 4; i++)
		good = good && reader_line(&in, &line) == 1 && line.n == lengths[i];
	ok(good, "lines come whole, whatever the cuts");
	ok(reader_line(&in, &line) == 0, "and then the end");
	close(in.fd);
	reader_close(&in);
	wait(NULL);
}

static void long_line(void)
{
	static char text[3 * LIMIT_STREAM];
	struct reader in;
	size_t total = 0;
	slice line;

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\n';
	reader_open(&in, cut_into(text, sizeof text, LIMIT_STREAM / 2));
	while (reader_line(&in, &line) > 0) {
		total += line.n;
		if (line.p[line.n - 1] == '\n')
			break;
	}
	ok(total == sizeof text && in.cap == LIMIT_STREAM, "a line longer than the buffer comes in pieces");
	close(in.fd);
	reader_close(&in);
	wait(NULL);
}

/* What is set before its first use stays. */
static void first_use(void)
{
	int fd = open("/dev/null", O_RDWR);
	struct reader in = { .fd = fd, .nonblocking = true };
	struct writer out = { .fd = fd, .nonblocking = true };

	reader_fill(&in);
	writer_char(&out, 'x');
	ok(in.nonblocking && out.nonblocking, "a stream that is first used keeps its settings");
	reader_close(&in);
	writer_close(&out);
	close(fd);
}

static void deadlines(void)
{
	static char block[1 << 20];
	struct reader in;
	struct writer out;
	int ends[2];
	slice line;
	int64_t before;

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a silent peer");
	reader_open(&in, ends[0]);
	before = clock_ms();
	in.deadline = before + 50;
	ok(reader_line(&in, &line) == -1 && errno == ETIMEDOUT, "a read ends at its deadline");
	writer_open(&out, ends[0]);
	out.deadline = clock_ms() + 50;
	ok(writer_put(&out, (slice){ block, sizeof block }) == -1 && errno == ETIMEDOUT, "so does a write");
	ok(writer_flush(&out) == -1 && out.error == ETIMEDOUT, "whose failure stays");
	ok(clock_ms() - before < 2000, "in time");
	close(ends[0]);
	close(ends[1]);
	reader_close(&in);
	writer_close(&out);
}

/* A peer that writes half a megabyte before it reads a byte. */
static void both_write_first(void)
{
	static char block[512 * 1024];
	struct reader in;
	struct writer out;
	size_t got = 0;
	int ends[2];
	slice bytes;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return;
	if (fork() == 0) {
		size_t left = sizeof block;
		ssize_t n = write(ends[1], block, sizeof block);

		while (n > 0 && left > 0 && (n = read(ends[1], block, sizeof block)) > 0)
			left -= (size_t)n;
		_exit(left != 0);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	reader_open(&in, ends[0]);
	writer_open(&out, ends[0]);
	out.nonblocking = true;
	out.answers = &in;
	out.deadline = in.deadline = clock_ms() + 5000;
	ok(writer_put(&out, (slice){ block, sizeof block }) == 0, "answers are taken in while we write");
	while (reader_some(&in, LIMIT_STREAM, &bytes) > 0)
		got += bytes.n;
	ok(got == sizeof block, "and none is lost");
	close(ends[0]);
	reader_close(&in);
	writer_close(&out);
	wait(NULL);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t piece = 1; piece <= 16; piece += 5)
		lines(piece);
	long_line();
	first_use();
	deadlines();
	both_write_first();
	return tap_done();
}
