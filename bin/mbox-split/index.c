/* -n and -i: how many messages there are, and what they are. */
#include "addr.h"
#include "clock.h"
#include "date.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "split.h"
#include "words.h"

static long long messages;

static void nothing(void)
{
}

static void begin(const struct message *m)
{
	(void)m;
}

static void text(slice bytes)
{
	(void)bytes;
}

static void count(const struct message *m)
{
	messages = m->number;
}

static int print_count(void)
{
	writer_print(&io_out, "%lld\n", messages);
	return EX_OK;
}

bool message_date(const struct message *m, time_t *date)
{
	struct field f;

	if (m->dated)
		*date = m->from.date;
	return m->dated || (head_find(buf_slice(&m->head), "Date", &f) && date_read(f.body, date));
}

/* By its separator, else the first address of its From field. */
static void add_sender(buf *line, const struct message *m)
{
	struct addr a = { .bare = false };
	struct addr_list list;
	struct field f;

	if (m->dated) {
		buf_addfield(line, m->from.sender);
	} else if (head_find(buf_slice(&m->head), "From", &f)) {
		list = addr_list(f.body);
		if (addr_next(&list, &a) > 0)
			buf_addfield(line, buf_slice(&a.address));
		addr_free(&a);
	}
}

static void print(const struct message *m)
{
	buf line = { NULL, 0, 0 }, subject = { NULL, 0, 0 };
	struct field f;
	time_t date;

	buf_print(&line, "%lld\t%lld\t", m->at, m->end - m->at);
	add_sender(&line, m);
	buf_addchar(&line, '\t');
	if (message_date(m, &date))
		clock_add_stamp(&line, date);
	buf_addchar(&line, '\t');
	if (head_find(buf_slice(&m->head), "Subject", &f))
		words_decode(&subject, f.body);
	buf_addfield(&line, buf_slice(&subject));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
	buf_free(&subject);
}

static int done(void)
{
	return EX_OK;
}

const struct outlet count_outlet = { .begin = begin, .text = text, .settle = nothing, .end = count, .finish = print_count, .abandon = nothing };
const struct outlet index_outlet = { .wants_head = true, .begin = begin, .text = text, .settle = nothing, .end = print,
	.finish = done, .abandon = nothing };
