#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "limit.h"
#include "listen.h"

/*
 * The parent accepts, and hands each connection over to a child that was forked before it came, through one
 * end of a socket pair: a client waits neither for exec nor for fork. When its client has left, the child says so with a
 * byte, and waits for the next connection. A child that finds its pair closed ends: so do all that wait when the
 * parent does, however that ends.
 */
struct child {
	pid_t pid;
	bool waiting;           /* for a connection */
	bool outdated;          /* it has the settings of before SIGHUP */
	int sessions;           /* so far */
	bool known;             /* the address of its client is */
	struct address client;
};

static struct {
	struct pollfd *polled;  /* the sockets: standard input, and what systemd passes; then our end of each child's pair */
	nfds_t sockets;
	struct child *children;
	size_t n, waiting;
	int pair, null;         /* in a child: its own end, and /dev/null */
} our;

static volatile sig_atomic_t to_end, to_reread;
static sigset_t usual;

static bool is_listening(int fd)
{
	int yes = 0;
	socklen_t size = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes;
}

static void add_socket(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (fd > STDERR_FILENO)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	our.polled[our.sockets++].fd = fd;
}

static long long number_in(const char *variable)
{
	const char *text = getenv(variable);

	return text ? slice_number(slice_of(text)) : -1;
}

bool listen_find(void)
{
	long long passed = number_in("LISTEN_PID") == getpid() ? number_in("LISTEN_FDS") : 0;

	if (passed > LIMIT_SOCKETS)
		fail(EX_USAGE, "more than %d sockets", LIMIT_SOCKETS);
	our.polled = mem_grow(NULL, 1 + LIMIT_SOCKETS, sizeof *our.polled);
	if (is_listening(STDIN_FILENO))
		add_socket(STDIN_FILENO);
	for (int fd = STDERR_FILENO + 1; fd <= STDERR_FILENO + passed; fd++)
		if (is_listening(fd))
			add_socket(fd);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return our.sockets > 0;
}

static void on_signal(int number)
{
	if (number == SIGTERM)
		to_end = 1;
	if (number == SIGHUP)
		to_reread = 1;
}

/* They are seen while we wait, and at no other moment. */
static void catch_signals(void)
{
	static const int caught[] = { SIGTERM, SIGHUP, SIGCHLD };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
		sigaddset(&blocked, caught[i]);
		sigaction(caught[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &usual);
}

static void forget_signals(void)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &usual, NULL);
}

/* For what will not be better at once: no process, no descriptor, no memory. */
static void rest(const char *what)
{
	static const struct timespec second = { .tv_sec = 1 };

	warn("%s: %s", what, strerror(errno));
	ppoll(NULL, 0, &second, &usual);
}

static int hand_over(int pair, int connection)
{
	union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { .room = { 0 } };
	char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control.room, .msg_controllen = sizeof control.room };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof connection);
	memcpy(CMSG_DATA(c), &connection, sizeof connection);
	return sendmsg(pair, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* Or the end of the process: nobody will send us one any more. */
void listen_receive(void)
{
	union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
	char byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control.room, .msg_controllen = sizeof control.room };
	int connection;

	if (recvmsg(our.pair, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message))
		_exit(EX_OK);
	memcpy(&connection, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof connection);
	dup2(connection, STDIN_FILENO);
	dup2(connection, STDOUT_FILENO);
	close(connection);
	io_out.nonblocking = true; /* no other program writes to it: answers need not be waited for */
}

void listen_again(void)
{
	char byte = 0;

	if (dup2(our.null, STDIN_FILENO) < 0 || dup2(our.null, STDOUT_FILENO) < 0)
		_exit(EX_OSERR); /* which closes it as well */
	send(our.pair, &byte, 1, MSG_NOSIGNAL);
}

static struct pollfd *pair_of(size_t child)
{
	return &our.polled[our.sockets + child];
}

/* A session keeps neither the sockets, on which nobody would accept any more after the parent's end, nor the others' pairs. */
static void become_session(int pair)
{
	our.pair = pair;
	our.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	forget_signals();
	for (nfds_t i = 0; i < our.sockets; i++)
		if (our.polled[i].fd != STDIN_FILENO)
			close(our.polled[i].fd);
	for (size_t i = 0; i < our.n; i++)
		if (pair_of(i)->fd >= 0)
			close(pair_of(i)->fd);
}

static pid_t add_child(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		rest("socketpair");
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		become_session(pair[1]);
		return 0;
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		rest("fork");
		return -1;
	}
	*pair_of(our.n) = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	our.children[our.n++] = (struct child){ .pid = pid, .waiting = true };
	our.waiting++;
	return pid;
}

/* It ends, when its session does if it has one. */
static void let_go(size_t i)
{
	our.waiting -= our.children[i].waiting;
	our.children[i].waiting = false;
	if (pair_of(i)->fd >= 0)
		close(pair_of(i)->fd);
	pair_of(i)->fd = -1;
}

/* It says that its session is over, or its end shows; nobody speaks who waits. */
static void take_back(size_t i)
{
	struct child *c = &our.children[i];
	char byte;

	if (recv(pair_of(i)->fd, &byte, 1, MSG_DONTWAIT) != 1 || c->waiting || c->outdated
	    || c->sessions >= LIMIT_SESSIONS_OF_CHILD || our.waiting >= LIMIT_WAITING) {
		let_go(i);
		return;
	}
	c->known = false;
	c->waiting = true;
	our.waiting++;
}

static void reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < our.n; i++)
			if (our.children[i].pid == pid) {
				let_go(i);
				our.children[i] = our.children[--our.n];
				*pair_of(i) = *pair_of(our.n);
				break;
			}
}

/* A mistake in a list that no session could be served with; conf_read does not know what it lists. */
static bool networks_known(const struct conf *conf, buf *why)
{
	static const struct address any;
	slice word;
	bool known = network_listed(conf->relay_from, &any, &word) >= 0;

	if (!known)
		buf_print(why, "relay-from: `%.*s': not a network", (int)word.n, word.p);
	return known;
}

static void reread(struct conf *conf)
{
	struct conf fresh;
	buf why = { NULL, 0, 0 };

	to_reread = 0;
	if (conf_read(&fresh, &why) || !networks_known(&fresh, &why) || tls_prepare(&fresh, &why)) {
		warn("%s", why.p);
	} else {
		*conf = fresh;
		log_open(conf->log);
		for (size_t i = 0; i < our.n; i++) {
			our.children[i].outdated = true;
			if (our.children[i].waiting)
				let_go(i);
		}
	}
	buf_free(&why);
}

static size_t connections_of(const struct address *client)
{
	size_t n = 0;

	for (size_t i = 0; i < our.n; i++)
		n += our.children[i].known && memcmp(&our.children[i].client, client, sizeof *client) == 0;
	return n;
}

static void turn_away(int connection, const struct address *client)
{
	static const char why[] = "421 4.7.0 Too many connections from your address\r\n";
	char text[NETWORK_TEXT];

	address_text(client, text);
	log_line("client=%s status=refused reply=\"%.*s\"", text, (int)sizeof why - 3, why);
	send(connection, why, sizeof why - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void give(int connection, const struct conf *conf, long long each)
{
	struct address client;
	bool known = client_address(connection, &client);
	slice word;

	if (known && network_listed(conf->relay_from, &client, &word) <= 0 && connections_of(&client) >= (size_t)each) {
		turn_away(connection, &client);
		return;
	}
	for (size_t i = 0; our.waiting > 0; i++) {
		struct child *c = &our.children[i];

		if (!c->waiting)
			continue;
		if (hand_over(pair_of(i)->fd, connection)) {
			let_go(i);
			continue;
		}
		c->waiting = false;
		our.waiting--;
		c->sessions++;
		c->known = known;
		c->client = client;
		return;
	}
}

static void take(int socket, const struct conf *conf, long long each)
{
	int connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (connection >= 0) {
		give(connection, conf, each);
		close(connection);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		rest("accept");
	}
}

/* Those who are ready again come first: a client that left and comes back at once has its place. */
static void serve_ready(const struct conf *conf, long long each)
{
	for (size_t i = 0; i < our.n; i++)
		if (pair_of(i)->revents)
			take_back(i);
	for (nfds_t i = 0; i < our.sockets; i++)
		if (our.polled[i].revents && our.waiting)
			take(our.polled[i].fd, conf, each);
}

/* Connections wait in the sockets while nobody could serve them. */
static int await(bool lacking)
{
	static const struct timespec now = { .tv_sec = 0 };

	for (nfds_t i = 0; i < our.sockets; i++)
		our.polled[i].events = our.waiting ? POLLIN : 0;
	return ppoll(our.polled, our.sockets + our.n, lacking ? &now : NULL, &usual);
}

void listen_serve(struct conf *conf, long long most, long long each)
{
	buf why = { NULL, 0, 0 };

	if (!networks_known(conf, &why))
		fail(EX_CONFIG, "%s", why.p);
	our.children = mem_grow(NULL, (size_t)most, sizeof *our.children);
	our.polled = mem_grow(our.polled, our.sockets + (size_t)most, sizeof *our.polled);
	catch_signals();
	while (!to_end) {
		int ready = await(our.waiting < LIMIT_SPARE && our.n < (size_t)most);

		if (ready > 0)
			serve_ready(conf, each);
		if (ready == 0 && add_child() == 0)
			return;
		reap();
		if (to_reread)
			reread(conf);
	}
	exit(EX_OK);
}
