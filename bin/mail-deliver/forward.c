#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "letter.h"
#include "personal.h"

static int by_bytes(const void *a, const void *b)
{
	return slice_order(*(const slice *)a, *(const slice *)b);
}

/* Sorted, so that each address gets one letter however often it was named. */
static slice *sorted(slice addresses, size_t *count)
{
	slice *list = NULL, line;

	*count = 0;
	while (slice_cut(&addresses, '\n', &line))
		if (line.n) {
			if ((*count & (*count - 1)) == 0)
				list = mem_grow(list, *count ? *count * 2 : 1, sizeof *list);
			list[(*count)++] = line;
		}
	if (list)
		qsort(list, *count, sizeof *list, by_bytes);
	return list;
}

/*
 * What of the letter's DSN wishes go on (RFC 3461 §5.2.7): all to whom an alias or .forward names, none to
 * the members of a list, whose sender is its owner. Success is reported here, once.
 */
static void add_wishes(const struct delivery *d, buf *line)
{
	slice rest = d->recipient_options, word;

	while (!d->owner.n && slice_word(&rest, &word)) {
		slice wishes = word, wish;
		const char *mark = "";

		if (!slice_case_starts(word, "notify=")) {
			buf_print(line, " %.*s", (int)word.n, word.p);
			continue;
		}
		wishes = slice_from(word, strlen("notify="));
		buf_addtext(line, " notify=");
		while (slice_cut(&wishes, ',', &wish))
			if (!slice_case_is(wish, "success")) {
				buf_print(line, "%s%.*s", mark, (int)wish.n, wish.p);
				mark = ",";
			}
		if (!mark[0])
			buf_addtext(line, "never");
	}
}

static void letter_options(const struct delivery *d, buf *options)
{
	slice rest = d->options, word;

	while (slice_word(&rest, &word))
		if (!d->owner.n || !(slice_starts(word, "ret=") || slice_starts(word, "envid=")))
			buf_print(options, " %.*s", (int)word.n, word.p);
}

static int put_recipients(struct delivery *d, struct letter *letter)
{
	buf line = { NULL, 0, 0 };
	size_t count;
	slice *list = sorted(buf_slice(&d->forwards), &count);
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		if (i && slice_same(list[i], list[i - 1]))
			continue;
		trace(d, "forward", list[i]);
		if (d->trace)
			continue;
		buf_clear(&line);
		buf_addslice(&line, list[i]);
		add_wishes(d, &line);
		status = letter_recipient(letter, buf_slice(&line));
	}
	free(list);
	buf_free(&line);
	return status;
}

static int put_message(struct delivery *d, struct letter *letter)
{
	buf above = { NULL, 0, 0 };
	slice bytes;
	int got;

	buf_print(&above, "Delivered-To: %.*s\n", (int)d->recipient.n, d->recipient.p);
	personal_add_above(&above, d->options);
	got = letter_write(letter, buf_slice(&above));
	buf_free(&above);
	if (got || message_rewind(d->message))
		return -1;
	while ((got = message_some(d->message, &bytes)) > 0)
		if (letter_write(letter, bytes))
			return -1;
	return got;
}

void to_queue(struct delivery *d)
{
	struct letter letter;
	buf options = { NULL, 0, 0 };
	char id[sizeof letter.id];
	bool too_large;

	if (d->trace) {
		put_recipients(d, NULL);
		return;
	}
	letter_options(d, &options);
	if (letter_begin(&letter, d->conf, delivery_sender(d), buf_slice(&options)) || put_recipients(d, &letter)
	    || put_message(d, &letter) || (memcpy(id, letter.id, sizeof id), letter_commit(&letter))) {
		too_large = errno == EFBIG && letter.out.error != EFBIG;        /* size-limit, not the system's */
		letter_abandon(&letter);
		if (errno == EINVAL)
			outcome_set(&d->outcome, 550, "5.1.3", "a member is not an address");
		else if (too_large)
			outcome_set(&d->outcome, 552, "5.3.4", "larger than size-limit");
		else
			outcome_errno(&d->outcome, d->conf->queue);
	} else {
		outcome_set(&d->outcome, 250, "2.0.0", "forwarded as %s", id);
		add_line(&d->lines, slice_of(id));
	}
	buf_free(&options);
}
