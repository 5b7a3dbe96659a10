#include <gsasl.h>
#include <stdlib.h>

#include "base64.h"
#include "fail.h"
#include "limit.h"
#include "sasl.h"

struct sasl {
	enum sasl_status (*step)(struct sasl *, slice in, buf *out);
	unsigned steps;         /* taken */
	buf user, secret, host;
	unsigned short port;
	const struct sasl_judge *judge;
	buf binding;
	Gsasl *library;
	Gsasl_session *session;
	bool finished;          /* the library has nothing more to say */
	bool unavailable;       /* the judge cannot tell */
};

static enum sasl_status plain_client(struct sasl *s, slice in, buf *out)
{
	(void)in;
	if (s->steps)
		return SASL_REFUSED;
	buf_addchar(out, '\0');
	buf_addslice(out, buf_slice(&s->user));
	buf_addchar(out, '\0');
	buf_addslice(out, buf_slice(&s->secret));
	return SASL_DONE;
}

/* Never an RFC; whatever the server asks, it is the name first and then the password. */
static enum sasl_status login_client(struct sasl *s, slice in, buf *out)
{
	(void)in;
	if (s->steps > 1)
		return SASL_REFUSED;
	buf_addslice(out, buf_slice(s->steps ? &s->secret : &s->user));
	return s->steps ? SASL_DONE : SASL_GOES_ON;
}

/* A refusal comes as a challenge with the reason, and has to be answered before it becomes one. */
static enum sasl_status xoauth2_client(struct sasl *s, slice in, buf *out)
{
	(void)in;
	if (s->steps == 0)
		buf_print(out, "user=%s\1auth=Bearer %s\1\1", s->user.p, s->secret.p);
	return s->steps < 2 ? SASL_DONE : SASL_REFUSED;
}

/* RFC 5801 §4: a name in the header that SCRAM has, too. */
static void add_saslname(buf *to, slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ',' || name.p[i] == '=')
			buf_addtext(to, name.p[i] == ',' ? "=2C" : "=3D");
		else
			buf_addchar(to, name.p[i]);
}

/* RFC 7628 §3.1, §3.2.3 */
static enum sasl_status oauthbearer_client(struct sasl *s, slice in, buf *out)
{
	(void)in;
	if (s->steps) {
		buf_addchar(out, '\1');
		return s->steps < 2 ? SASL_DONE : SASL_REFUSED;
	}
	buf_addtext(out, "n,a=");
	add_saslname(out, buf_slice(&s->user));
	buf_print(out, ",\1host=%s\1", s->host.p);
	if (s->port)
		buf_print(out, "port=%u\1", s->port);
	buf_print(out, "auth=Bearer %s\1\1", s->secret.p);
	return SASL_DONE;
}

static enum sasl_status library_step(struct sasl *s, slice in, buf *out)
{
	char *said = NULL;
	size_t size = 0;
	int status = gsasl_step(s->session, in.p, in.n, &said, &size);

	if (status == GSASL_OK || status == GSASL_NEEDS_MORE)
		buf_add(out, said, size);
	gsasl_free(said);
	switch (status) {
	case GSASL_OK: s->finished = true; return SASL_DONE;
	case GSASL_NEEDS_MORE: return SASL_GOES_ON;
	case GSASL_MECHANISM_PARSE_ERROR: return SASL_MALFORMED;
	default: return s->unavailable ? SASL_LATER : SASL_REFUSED;
	}
}

/* The work that a SCRAM server asks for is bounded by us. */
static bool asks_too_much(slice challenge)
{
	slice attribute;

	while (slice_cut(&challenge, ',', &attribute))
		if (slice_starts(attribute, "i=")) {
			long long iterations = slice_number(slice_from(attribute, 2));

			return iterations < 1 || iterations > LIMIT_ITERATIONS;
		}
	return false;
}

static enum sasl_status library_client(struct sasl *s, slice in, buf *out)
{
	bool empty = in.p && in.n == 0; /* the library would wait for another, for ever */

	return s->finished || empty || asks_too_much(in) ? SASL_REFUSED : library_step(s, in, out);
}

static void add_property(struct sasl *s, Gsasl_property property, slice value)
{
	if (gsasl_property_set_raw(s->session, property, value.p, value.n) != GSASL_OK)
		mem_grow(NULL, (size_t)-1, (size_t)-1);
}

static void add_encoded(struct sasl *s, Gsasl_property property, const void *bytes, size_t n)
{
	buf text = { NULL, 0, 0 };

	base64_add(&text, (slice){ bytes, n });
	add_property(s, property, buf_slice(&text));
	buf_free(&text);
}

/* The verifier of whom the client says it is; asked for the first of its parts. */
static int give_verifier(struct sasl *s, Gsasl_session *session)
{
	const char *user = gsasl_property_fast(session, GSASL_AUTHID);
	struct sasl_verifier v;
	char number[12];

	if (!user || s->user.n)
		return GSASL_NO_CALLBACK;
	buf_addtext(&s->user, user);
	if (s->judge->verifier(s->judge->of, buf_slice(&s->user), &v)) {
		s->unavailable = true;
		return GSASL_NO_CALLBACK;
	}
	snprintf(number, sizeof number, "%u", v.iterations);
	add_property(s, GSASL_SCRAM_ITER, slice_of(number));
	add_encoded(s, GSASL_SCRAM_SALT, v.salt, v.salt_size);
	add_encoded(s, GSASL_SCRAM_STOREDKEY, v.stored_key, sizeof v.stored_key);
	add_encoded(s, GSASL_SCRAM_SERVERKEY, v.server_key, sizeof v.server_key);
	explicit_bzero(&v, sizeof v);
	return GSASL_OK;
}

static int called_back(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct sasl *s = gsasl_callback_hook_get(library);

	if (s->judge && (property == GSASL_SCRAM_ITER || property == GSASL_SCRAM_SALT || property == GSASL_SCRAM_STOREDKEY))
		return give_verifier(s, session);
	return GSASL_NO_CALLBACK;
}

static bool is_plus(unsigned mechanism)
{
	return mechanism == SASL_SCRAM_SHA_1_PLUS || mechanism == SASL_SCRAM_SHA_256_PLUS;
}

static void use_library(struct sasl *s, unsigned mechanism, int (*start)(Gsasl *, const char *, Gsasl_session **))
{
	if (gsasl_init(&s->library) != GSASL_OK)
		fail(EX_OSERR, "libgsasl cannot be used");
	gsasl_callback_set(s->library, called_back);
	gsasl_callback_hook_set(s->library, s);
	if (start(s->library, sasl_name(mechanism), &s->session) != GSASL_OK)
		fail(EX_OSERR, "libgsasl does not know %s", sasl_name(mechanism));
	if (s->binding.n && (s->judge || is_plus(mechanism))) /* it gives up where the client could bind, and the server does not */
		add_property(s, GSASL_CB_TLS_EXPORTER, buf_slice(&s->binding));
}

static bool has_control(slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_control(s.p[i]))
			return true;
	return false;
}

static bool sayable(const struct sasl_credentials *c)
{
	return !has_control(c->user) && slice_find(c->secret, '\0') == c->secret.n && (!c->oauth || !has_control(c->secret));
}

struct sasl *sasl_client(unsigned mechanism, const struct sasl_credentials *c)
{
	struct sasl *s;

	if (!sayable(c))
		return NULL;
	s = mem_alloc(sizeof *s);
	*s = (struct sasl){ .port = c->port };
	buf_reserve(&s->secret, c->secret.n);
	buf_addslice(&s->user, c->user);
	buf_addslice(&s->secret, c->secret);
	buf_addslice(&s->host, c->host);
	buf_addslice(&s->binding, c->binding);
	switch (mechanism) {
	case SASL_PLAIN: s->step = plain_client; break;
	case SASL_LOGIN: s->step = login_client; break;
	case SASL_XOAUTH2: s->step = xoauth2_client; break;
	case SASL_OAUTHBEARER: s->step = oauthbearer_client; break;
	default:
		s->step = library_client;
		use_library(s, mechanism, gsasl_client_start);
		add_property(s, GSASL_AUTHID, c->user);
		add_property(s, GSASL_PASSWORD, c->secret);
	}
	return s;
}

static enum sasl_status judge(struct sasl *s, slice password)
{
	int right;

	if (s->user.n == 0 || has_control(buf_slice(&s->user)) || slice_find(password, '\0') < password.n)
		return SASL_REFUSED;
	right = s->judge->password(s->judge->of, buf_slice(&s->user), password);
	return right < 0 ? SASL_LATER : right ? SASL_DONE : SASL_REFUSED;
}

/* `on-behalf NUL user NUL password` (RFC 4616): nobody acts for another. */
static enum sasl_status plain_server(struct sasl *s, slice in, buf *out)
{
	slice behalf, user;

	(void)out;
	if (!in.p)
		return SASL_GOES_ON;
	slice_cut(&in, '\0', &behalf);
	if (!slice_cut(&in, '\0', &user) || !in.p)
		return SASL_MALFORMED;
	buf_clear(&s->user);
	buf_addslice(&s->user, user);
	if (behalf.n && !slice_same(behalf, user))
		return SASL_REFUSED;
	return judge(s, in);
}

static enum sasl_status login_server(struct sasl *s, slice in, buf *out)
{
	if (!in.p) {
		buf_addtext(out, "Username:");
		return SASL_GOES_ON;
	}
	if (s->user.n)
		return judge(s, in);
	buf_addslice(&s->user, in);
	buf_addtext(out, "Password:");
	return in.n ? SASL_GOES_ON : SASL_MALFORMED;
}

/* What the server says last stands in a challenge, which the client answers by nothing. */
static enum sasl_status scram_server(struct sasl *s, slice in, buf *out)
{
	enum sasl_status status;
	const char *behalf;

	if (!in.p)
		return SASL_GOES_ON;
	if (s->finished || in.n == 0)
		return !s->finished || in.n ? SASL_MALFORMED : SASL_DONE;
	status = library_step(s, in, out);
	if (status != SASL_DONE)
		return status;
	behalf = gsasl_property_fast(s->session, GSASL_AUTHZID);
	if (behalf && behalf[0] && !slice_is(buf_slice(&s->user), behalf))
		return SASL_REFUSED;
	return SASL_GOES_ON;
}

struct sasl *sasl_server(unsigned mechanism, const struct sasl_judge *j, slice binding)
{
	struct sasl *s = mem_alloc(sizeof *s);

	*s = (struct sasl){ .judge = j };
	buf_addslice(&s->binding, binding);
	switch (mechanism) {
	case SASL_PLAIN: s->step = plain_server; break;
	case SASL_LOGIN: s->step = login_server; break;
	case SASL_SCRAM_SHA_256:
	case SASL_SCRAM_SHA_256_PLUS:
		s->step = scram_server;
		use_library(s, mechanism, gsasl_server_start);
		break;
	default:
		sasl_free(s);
		return NULL;
	}
	return s;
}

/* Strictly, in one line: 0, -1. */
static int decode(slice text, buf *bytes)
{
	struct base64_decoder d = { .begun = false };

	if (text.n > LIMIT_SASL || slice_find(text, '\n') < text.n || slice_find(text, '\r') < text.n)
		return -1;
	buf_reserve(bytes, text.n + 64);
	base64_decode(&d, text, bytes);
	base64_decode_finish(&d, bytes);
	return d.wrong < 0 ? 0 : -1;
}

enum sasl_status sasl_step(struct sasl *s, slice text, buf *reply)
{
	buf in = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	enum sasl_status status = SASL_MALFORMED;

	buf_clear(reply);
	buf_reserve(&out, s->user.n + s->secret.n + s->host.n + 64);
	if (!text.p || decode(text, &in) == 0)
		status = s->step(s, text.p ? buf_slice(&in) : (slice){ NULL, 0 }, &out);
	if (text.p || s->judge == NULL)
		s->steps++;
	base64_add(reply, buf_slice(&out));
	buf_wipe(&in);
	buf_wipe(&out);
	return status;
}

slice sasl_user(const struct sasl *s)
{
	return buf_slice(&s->user);
}

void sasl_free(struct sasl *s)
{
	if (!s)
		return;
	if (s->session)
		gsasl_finish(s->session);
	if (s->library)
		gsasl_done(s->library);
	buf_free(&s->user);
	buf_wipe(&s->secret);
	buf_free(&s->host);
	buf_free(&s->binding);
	free(s);
}

int sasl_verifier_make(struct sasl_verifier *v, slice password)
{
	char salted[GSASL_HASH_MAX_SIZE], client[GSASL_HASH_MAX_SIZE], *text, *prepared = NULL;
	int status;

	if (slice_find(password, '\0') < password.n)
		return -1;
	text = mem_text(password);
	status = gsasl_saslprep(text, 0, &prepared, NULL);
	if (status == GSASL_OK)
		status = gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, prepared, v->iterations, (const char *)v->salt,
		    v->salt_size, salted, client, (char *)v->server_key, (char *)v->stored_key);
	explicit_bzero(text, password.n);
	explicit_bzero(salted, sizeof salted);
	explicit_bzero(client, sizeof client);
	if (prepared)
		explicit_bzero(prepared, strlen(prepared));
	gsasl_free(prepared);
	free(text);
	return status == GSASL_OK ? 0 : -1;
}

/* So many bytes, at least one, from base64: their number, or 0. */
static size_t read_bytes(slice text, unsigned char *to, size_t least, size_t most)
{
	buf bytes = { NULL, 0, 0 };
	size_t n = 0;

	if (decode(text, &bytes) == 0 && bytes.n >= least && bytes.n <= most) {
		n = bytes.n;
		memcpy(to, bytes.p, n);
	}
	buf_wipe(&bytes);
	return n;
}

bool sasl_verifier_read(slice text, struct sasl_verifier *v)
{
	slice iterations, salt, stored = { NULL, 0 };
	long long count;

	slice_cut(&text, ',', &iterations);
	count = slice_number(iterations);
	if (count < 1 || count > LIMIT_ITERATIONS || !slice_cut(&text, ',', &salt) || !slice_cut(&text, ',', &stored) || !text.p)
		return false;
	v->iterations = (unsigned)count;
	v->salt_size = read_bytes(salt, v->salt, 1, sizeof v->salt);
	return v->salt_size && read_bytes(stored, v->stored_key, sizeof v->stored_key, sizeof v->stored_key)
	    && read_bytes(text, v->server_key, sizeof v->server_key, sizeof v->server_key);
}

void sasl_verifier_add(buf *to, const struct sasl_verifier *v)
{
	buf_print(to, "%u,", v->iterations);
	base64_add(to, (slice){ (const char *)v->salt, v->salt_size });
	buf_addchar(to, ',');
	base64_add(to, (slice){ (const char *)v->stored_key, sizeof v->stored_key });
	buf_addchar(to, ',');
	base64_add(to, (slice){ (const char *)v->server_key, sizeof v->server_key });
}
