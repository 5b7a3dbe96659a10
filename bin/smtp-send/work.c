#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domain.h"
#include "fail.h"
#include "head.h"
#include "io.h"
#include "limit.h"
#include "queue.h"
#include "routes.h"
#include "work.h"

struct work *works;
static struct work **last = &works;
static size_t work_count;
static bool over;
static bool bad_jobs;
static int worst = EX_OK;

slice place_host(slice server)
{
	return slice_starts(server, ROUTE_IMPLICIT_TLS) ? slice_from(server, strlen(ROUTE_IMPLICIT_TLS)) : server;
}

/* `TLS-Required: No': the sender had rather be overheard than not be heard (RFC 8689 §3). */
static bool waives_tls(const struct job *job, int fd)
{
	static struct content c;
	struct content_head h = { .text = { NULL, 0, 0 } };
	buf value = { NULL, 0, 0 };
	struct field f;
	bool waives;

	if (content_open(&c, job->path, fd, job->offset) == 0 && content_read_head(&c, &h) > 0
	    && head_find(h.fields, "TLS-Required", &f))
		head_unfold(&value, f.body);
	waives = slice_case_is(buf_slice(&value), "no");
	content_close(&c);
	buf_free(&h.text);
	buf_free(&value);
	return waives;
}

/* -s goes before `route=` in the job's options. What an administrator or REQUIRETLS asks for goes before what the sender waives. */
static struct place place_of(const struct job *job, int fd, buf *labels)
{
	struct route route = { .tls = ROUTE_TLS_OFFERED };
	struct place place = { .server = settings.server };

	if (!place.server.n && route_parse(option_value(job->options, "route"), &route) == 0 && route.kind == ROUTE_SMTP)
		place.server = route.target;
	if (!place.server.n)
		place.domain = domain_plain(addr_domain(rcpt_address(job->recipients[0])), labels);
	else if (slice_starts(place.server, ROUTE_IMPLICIT_TLS))
		route.tls = ROUTE_TLS_VERIFY;
	route_parse_tls(option_value(job->options, "tls"), &route.tls);
	place.requiretls = option_value(job->options, "requiretls").p;
	if (place.domain.n && route.tls == ROUTE_TLS_OFFERED && !place.requiretls && waives_tls(job, fd))
		route.tls = ROUTE_TLS_MAY;
	place.tls = route.tls;
	return place;
}

void work_add(struct job *job, int fd)
{
	struct work *w = mem_alloc(sizeof *w);

	*w = (struct work){ .job = *job, .fd = fd, .to_do = job->recipient_count, .unanswered = job->recipient_count };
	w->state = mem_alloc(job->recipient_count);
	memset(w->state, TO_DO, job->recipient_count);
	w->place = place_of(job, fd, &w->labels);
	*last = w;
	last = &w->next;
	work_count++;
}

static void work_free(struct work *w)
{
	struct work **at = &works;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (last == &w->next)
		last = at;
	work_count--;
	job_free(&w->job);
	buf_free(&w->labels);
	free(w->state);
	free(w);
}

struct work *work_find(struct place place)
{
	for (struct work *w = works; w; w = w->next)
		if (w->to_do && w->place.tls == place.tls && w->place.requiretls == place.requiretls
		    && slice_case_same(w->place.server, place.server) && slice_case_same(w->place.domain, place.domain))
			return w;
	return NULL;
}

struct work *work_any(void)
{
	for (struct work *w = works; w; w = w->next)
		if (w->to_do)
			return w;
	return NULL;
}

void work_hold(struct work *w)
{
	w->references++;
}

void work_release(struct work *w)
{
	w->references--;
	if (w->references == 0 && w->unanswered == 0)
		work_free(w);
}

void work_sent(struct work *w, size_t i)
{
	w->state[i] = SENT;
	w->to_do--;
	while (w->first_to_do < w->job.recipient_count && w->state[w->first_to_do] != TO_DO)
		w->first_to_do++;
}

void work_again(struct work *w, size_t i)
{
	w->state[i] = TO_DO;
	w->to_do++;
	if (i < w->first_to_do)
		w->first_to_do = i;
}

/* Of several results the one that asks for another attempt counts, then the first failure. */
static void count_result(const struct verdict *v)
{
	int status = EX_UNAVAILABLE;

	if (v->code < 300 || worst == EX_TEMPFAIL)
		return;
	if (v->code < 500)
		status = EX_TEMPFAIL;
	else if (slice_is(v->enhanced, "5.1.1"))
		status = EX_NOUSER;
	else if (slice_is(v->enhanced, "5.1.2"))
		status = EX_NOHOST;
	else if (slice_starts(v->enhanced, "5.6.") || slice_is(v->enhanced, "5.1.3"))
		status = EX_DATAERR;
	else if (slice_starts(v->enhanced, "5.7."))
		status = EX_NOPERM;
	if (worst == EX_OK || status == EX_TEMPFAIL)
		worst = status;
}

int work_status(void)
{
	return worst;
}

void work_answer(struct work *w, size_t i, const struct verdict *v)
{
	slice both = w->job.recipients[i];
	struct result result = {
		.id = w->job.id, .recipient = rcpt_address(both),
		.code = v->code, .enhanced = v->enhanced, .text = v->text, .host = v->host,
		.dsn = v->dsn && v->code < 300 && option_value(rcpt_options(both), "notify").n,
		.tls = v->tls,
	};
	buf line = { NULL, 0, 0 };

	if (w->state[i] == TO_DO)
		work_sent(w, i);
	w->state[i] = ANSWERED;
	w->unanswered--;
	count_result(v);
	transport_add_result(&line, &result);
	writer_put(&io_out, buf_slice(&line));
	buf_free(&line);
}

void work_answer_rest(struct work *w, const struct verdict *v)
{
	work_hold(w);
	for (size_t i = w->first_to_do; w->to_do && i < w->job.recipient_count; i++)
		if (w->state[i] == TO_DO)
			work_answer(w, i, v);
	work_release(w);
}

static void take_job(slice line)
{
	struct job job;

	if (transport_read_job(line, &job) || slice_find(line, '\0') < line.n) {
		warn("standard input: not a job");
		bad_jobs = true;
		job_free(&job);
		return;
	}
	work_add(&job, -1);
}

/* Lines of any length: recipients make them long. */
static void take_lines(void)
{
	static buf partial;
	slice piece;

	while (reader_buffered(&io_in, &piece)) {
		buf_addslice(&partial, piece);
		if (piece.p[piece.n - 1] != '\n')
			continue;
		take_job(buf_slice(&partial));
		buf_clear(&partial);
	}
	if (over && io_in.start < io_in.end)
		buf_add(&partial, io_in.p + io_in.start, io_in.end - io_in.start);
	if (over && partial.n)
		take_job(buf_slice(&partial));
	if (over)
		buf_free(&partial);
}

bool jobs_wanted(void)
{
	return !over && work_count < 2 * LIMIT_IN_FLIGHT;
}

bool jobs_over(void)
{
	return over;
}

int jobs_status(void)
{
	return bad_jobs ? EX_DATAERR : EX_OK;
}

void jobs_end(void)
{
	over = true;
}

void jobs_take(void)
{
	while (jobs_wanted() && io_wait(io_in.fd, POLLIN, 1) > 0) {
		int got = reader_fill(&io_in);

		if (got < 0)
			warn("standard input: %s", strerror(errno));
		over = got < 0 || io_in.eof;
		take_lines();
	}
}
