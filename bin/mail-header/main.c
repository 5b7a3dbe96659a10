/* mail-header: prints fields of messages, or edits those of one. See mail-header(1). */
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "header.h"
#include "messages.h"

static const char usage[] = "usage: mail-header [-AADlr] [name ...] [--] [message ...]\n"
	"       mail-header [-hm] [-a field] [-d names] [-i field] [-k names] [-s field] [message]";

static bool is_name(const char *operand)
{
	size_t n = 0;

	while (ascii_letter(operand[n]) || ascii_digit(operand[n]) || operand[n] == '_' || (n && operand[n] == '-'))
		n++;
	return n && !operand[n];
}

/* Names up to the first operand that cannot be one, or to `--`; behind them the messages. */
static char *const *take_names(struct request *r, char *const *operands)
{
	r->names = operands;
	while (operands[r->count] && is_name(operands[r->count]))
		r->count++;
	operands += r->count;
	return operands + (*operands && strcmp(*operands, "--") == 0);
}

/* The fields that are meant where none is named. */
static void take_usual_names(struct request *r)
{
	static char *const addresses[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc" };
	static char *const date[] = { "Date" };

	if (!r->addresses && !r->dates)
		fail_usage();
	r->names = r->addresses ? addresses : date;
	r->count = r->addresses ? sizeof addresses / sizeof *addresses : 1;
}

static int print_all(struct request *r, bool columns, char *const *operands)
{
	operands = take_names(r, operands);
	if (r->count == 0)
		take_usual_names(r);
	if ((r->raw && (r->addresses || r->dates)) || (columns && r->addresses > 1))
		fail_usage();
	if (columns)
		r->columns = mem_alloc(r->count * sizeof *r->columns);
	r->several = messages_several(operands);
	return messages_each(operands, print_fields, r);
}

static int edit_one(struct edits *e, char *const *operands)
{
	if (messages_several(operands) || (e->without_header && e->without_body))
		fail_usage();
	return messages_each(operands, edit_message, e);
}

int main(int argc, char **argv)
{
	struct request request = { .count = 0 };
	struct edits edits = { .count = 0 };
	bool columns = false, prints = false, changes = false;
	int ch;

	fail_name("mail-header", usage);
	while ((ch = getopt(argc, argv, "+a:Ad:Dhi:k:lmrs:")) != -1) {
		prints |= ch && strchr("ADlr", ch);
		changes |= ch && strchr("adhikms", ch);
		switch (ch) {
		case 'A': request.addresses++; break;
		case 'D': request.dates = true; break;
		case 'l': columns = true; break;
		case 'r': request.raw = true; break;
		case 'h': edits.without_body = true; break;
		case 'm': edits.without_header = true; break;
		case '?': fail_usage();
		default: edits_add(&edits, (char)ch, optarg);
		}
	}
	if (prints && changes)
		fail_usage();
	return io_finish(changes ? edit_one(&edits, argv + optind) : print_all(&request, columns, argv + optind));
}
