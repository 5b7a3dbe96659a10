#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "queue-run.h"

/* How many a process may close itself before it is worth having others do it, and how many others. */
enum { WORTH_IT = 16, CLOSERS = 4 };

static int closers = -1;                /* a socket that all of them read */
static pid_t pids[CLOSERS];
static unsigned closed;

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static struct msghdr message_with(union control *control, struct iovec *byte)
{
	static char nothing;

	*byte = (struct iovec){ &nothing, 1 };
	return (struct msghdr){ .msg_iov = byte, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof *control };
}

/* In the child, until all ends of the socket are closed but those of its like. */
static _Noreturn void close_all(int from)
{
	union control control;
	struct iovec byte;

	if (dup2(from, STDIN_FILENO) < 0)
		_exit(EX_OSERR);
	closefrom(STDERR_FILENO + 1);
	for (;;) {
		struct msghdr message = message_with(&control, &byte);
		struct cmsghdr *part;
		int fd;

		if (recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC) <= 0)
			_exit(EX_OK);
		part = CMSG_FIRSTHDR(&message);
		if (part && part->cmsg_type == SCM_RIGHTS) {
			memcpy(&fd, CMSG_DATA(part), sizeof fd);
			close(fd);
		}
	}
}

static void begin(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return;
	for (int i = 0; i < CLOSERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			close_all(ends[1]);
	}
	close(ends[1]);
	closers = ends[0];
}

/* Where the socket is full, the caller's close is the last. */
static void hand_over(int fd)
{
	union control control = { .bytes = "" };
	struct iovec byte;
	struct msghdr message = message_with(&control, &byte);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(part), &fd, sizeof fd);
	(void)sendmsg(closers, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void closer_close(int fd)
{
	if (++closed == WORTH_IT)
		begin();
	if (closers >= 0)
		hand_over(fd);
	close(fd);
}

void closer_end(void)
{
	if (closers < 0)
		return;
	close(closers);
	for (int i = 0; i < CLOSERS; i++)
		if (pids[i] > 0)
			waitpid(pids[i], NULL, 0);
}
