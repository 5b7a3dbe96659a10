/*
 * mx-loop SERVER:PORT ATONCE: for each domain of its input the first exchange and its address, by c-ares and nothing
 * else, so many at once: the least that looking up exchanges costs with that library.
 */
#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

static ares_channel channel;
static int running;

static void on_address(void *name, int status, int timeouts, struct hostent *host)
{
	char text[INET_ADDRSTRLEN];

	(void)timeouts;
	if (status == ARES_SUCCESS)
		printf("%s\t%s\n", (char *)name, inet_ntop(AF_INET, host->h_addr_list[0], text, sizeof text));
	free(name);
	running--;
}

static void on_exchange(void *unused, int status, int timeouts, unsigned char *answer, int length)
{
	struct ares_mx_reply *mx;

	(void)unused;
	(void)timeouts;
	if (status != ARES_SUCCESS || ares_parse_mx_reply(answer, length, &mx) != ARES_SUCCESS) {
		running--;
		return;
	}
	ares_gethostbyname(channel, mx->host, AF_INET, on_address, strdup(mx->host));
	ares_free_data(mx);
}

static void wait_for_answers(void)
{
	struct timeval most = { 1, 0 };
	fd_set in, out;
	int fds;

	FD_ZERO(&in);
	FD_ZERO(&out);
	fds = ares_fds(channel, &in, &out);
	if (fds && select(fds, &in, &out, NULL, &most) >= 0)
		ares_process(channel, &in, &out);
}

int main(int argc, char **argv)
{
	struct ares_options options = { .lookups = "b" };
	char domain[300];
	int most = argc == 3 ? atoi(argv[2]) : 0, over = 0;

	if (most < 1 || ares_library_init(ARES_LIB_INIT_ALL) || ares_init_options(&channel, &options, ARES_OPT_LOOKUPS)
	    || ares_set_servers_ports_csv(channel, argv[1]))
		return 64;
	while (!over || running) {
		while (!over && running < most) {
			over = scanf("%299s", domain) != 1;
			if (!over) {
				running++;
				ares_query(channel, domain, 1, 15, on_exchange, NULL);
			}
		}
		wait_for_answers();
	}
	ares_destroy(channel);
	return fflush(stdout) != 0;
}
