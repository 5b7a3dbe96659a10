/* list-help: answers who writes to the address of a mailing list for help. See list-help(1). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"
#include "notify.h"
#include "replies.h"
#include "request.h"

static const char usage[] = "usage: list-help list <message";

int main(int argc, char **argv)
{
	buf why = { NULL, 0, 0 };
	struct conf conf;
	struct list list;
	struct request request;
	int allowed;

	fail_name("list-help", usage);
	if (getopt(argc, argv, "") != -1 || optind + 1 != argc)
		fail_usage();
	conf_load(&conf);
	list_load(&list, &conf, argv[optind]);
	if (request_read(&request, &io_in, &why))
		fail(EX_DATAERR, "%s", why.p);
	allowed = replies_allow(&conf, &list, &request);
	if (allowed < 0 || (allowed && notify(&conf, &list, &(struct notification){ .text = "help", .to = request.sender,
	    .answered = buf_slice(&request.fields), .enclosed = -1 })))
		fail(fail_status(errno), "%s: %s", list.name, strerror(errno));
	return io_finish(EX_OK);
}
