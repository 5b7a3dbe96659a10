/* mime-decode -x: parts as files. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "fail.h"
#include "filename.h"

struct output {
	struct writer to;
	buf name;               /* of the file, in the folder */
	bool open;
};

struct extraction {
	struct request *request;
	const char *message;
	int status;
	buf number;                     /* of the part that becomes a file */
	const struct part *whole;       /* a message that becomes a file as it is, with what is in it */
	bool in_leaf;
	struct copy copy;
	struct output part;
	struct block block;             /* uuencoded, in the leaf */
	struct output inner;            /* that the block becomes */
};

static void trouble(struct extraction *x, const struct output *o, int error)
{
	warn("%s/%s: %s", x->request->target, o->name.p, strerror(error));
	if (x->status == EX_OK)
		x->status = fail_status(error);
}

static void print(struct extraction *x, const struct output *o)
{
	buf line = { NULL, 0, 0 };

	if (x->request->several) {
		buf_addfield(&line, messages_operand(x->message));
		buf_addchar(&line, '\t');
	}
	buf_addslice(&line, buf_slice(&x->number));
	buf_addchar(&line, '\t');
	buf_addfield(&line, slice_of(x->request->target));
	buf_addchar(&line, '/');
	buf_addfield(&line, buf_slice(&o->name));
	buf_addchar(&line, '\n');
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

static void open_output(struct extraction *x, struct output *o, slice wanted)
{
	o->to.fd = file_create(&x->request->files, wanted, &o->name);
	o->to.error = 0;
	o->open = o->to.fd >= 0;
	if (!o->open)
		trouble(x, o, errno);
}

/* What could not be written whole is not left behind as if it were. */
static void close_output(struct extraction *x, struct output *o)
{
	int error;

	if (!o->open)
		return;
	error = writer_flush(&o->to) ? o->to.error : 0;
	if (close(o->to.fd) && !error)
		error = errno;
	if (error) {
		trouble(x, o, error);
		unlinkat(x->request->files.folder, o->name.p, 0);
	} else {
		print(x, o);
	}
	o->open = false;
}

static bool is_wanted(const struct extraction *x, const struct part *p)
{
	return x->status == EX_OK && !x->whole && p->kind != PART_MULTIPART
	    && (part_is_attachment(p) || !x->request->attachments);
}

static void open_part(struct extraction *x, const struct part *p)
{
	buf wanted = { NULL, 0, 0 };

	buf_clear(&x->number);
	part_number(&x->number, p);
	filename_of_part(&wanted, p);
	open_output(x, &x->part, buf_slice(&wanted));
	buf_free(&wanted);
}

static void begin(void *context, const struct part *p)
{
	struct extraction *x = context;

	if (!is_wanted(x, p))
		return;
	open_part(x, p);
	if (!x->part.open)
		return;
	x->in_leaf = p->kind == PART_LEAF;
	if (x->in_leaf)
		copy_begin(&x->copy, p, x->request, &x->part.to);
	else
		x->whole = p;
	block_begin(&x->block, x->in_leaf && is_plain_text(p));
}

static void put_block(struct extraction *x, slice text)
{
	slice name, data;

	while (text.n && x->block.wanted) {
		data = block_decode(&x->block, &text, &name);
		if (data.n && !x->inner.open) {
			buf wanted = { NULL, 0, 0 };

			filename_make_safe(&wanted, name);
			if (wanted.n == 0)
				buf_print(&wanted, "part-%s.bin", x->number.p);
			open_output(x, &x->inner, buf_slice(&wanted));
			buf_free(&wanted);
		}
		if (x->inner.open)
			writer_put(&x->inner.to, data);
		if (!x->block.inside)
			close_output(x, &x->inner);
	}
}

static void bytes(void *context, const struct part *p, enum part_bytes what, slice bytes)
{
	struct extraction *x = context;

	if (x->in_leaf && what == PART_BODY) {
		copy_more(&x->copy, bytes);
		put_block(x, bytes);
	} else if (x->whole && part_holds(x->whole, p, what)) {
		writer_put(&x->part.to, bytes);
	}
}

static void end(void *context, const struct part *p)
{
	struct extraction *x = context;

	if (x->in_leaf) {
		copy_end(&x->copy);
		close_output(x, &x->inner);
		block_end(&x->block);
	}
	if (x->in_leaf || x->whole == p)
		close_output(x, &x->part);
	if (x->whole == p)
		x->whole = NULL;
	x->in_leaf = false;
}

int extract(void *context, const char *name, struct reader *in)
{
	static const struct part_events events = { begin, bytes, end };
	struct extraction x = { .request = context, .message = name, .status = EX_OK };
	int status = walk(&events, &x, name, in);

	writer_close(&x.part.to);
	writer_close(&x.inner.to);
	buf_free(&x.part.name);
	buf_free(&x.inner.name);
	buf_free(&x.number);
	return status == EX_OK ? x.status : status;
}
