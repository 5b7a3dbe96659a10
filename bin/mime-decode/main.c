/* mime-decode: what is in a message, decoded. See mime-decode(1). */
#include <getopt.h>

#include "decode.h"
#include "fail.h"

static const char usage[] = "usage: mime-decode [-Fr] -p part | -t type [file | folder ...]\n"
    "       mime-decode [-aFr] -x folder [file | folder ...]\n"
    "       mime-decode -c [file | folder ...]\n"
    "       mime-decode [-e] -d encoding";

int main(int argc, char **argv)
{
	struct request request = { .target = NULL };
	message_each *way = NULL;
	const char *stream = NULL;
	bool strict = false;
	unsigned ways = 0;
	int ch;

	fail_name("mime-decode", usage);
	while ((ch = getopt(argc, argv, "acd:eFp:rt:x:")) != -1) {
		ways += ch == 'c' || ch == 'd' || ch == 'p' || ch == 't' || ch == 'x';
		switch (ch) {
		case 'a': request.attachments = true; break;
		case 'c': way = recode; break;
		case 'd': stream = optarg; break;
		case 'e': strict = true; break;
		case 'F': request.unflow = true; break;
		case 'p': way = print_part; request.target = optarg; break;
		case 'r': request.raw = true; break;
		case 't': way = print_best; request.target = optarg; break;
		case 'x': way = extract; request.target = optarg; break;
		default: fail_usage();
		}
	}
	if (ways != 1 || (request.attachments && way != extract) || (strict && !stream) || (stream && optind < argc))
		fail_usage();
	if (stream)
		return io_finish(decode_stream(stream, strict));
	request.several = messages_several(argv + optind);
	if (way == extract)
		files_open(&request.files, request.target);
	return io_finish(messages_each(argv + optind, way, &request));
}
