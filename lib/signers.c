#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "domain.h"
#include "io.h"
#include "limit.h"
#include "signers.h"

/* Whether the three words of a line are a signer; an empty line is none, and no error. */
static bool read_line(struct signers *s, const struct conf *c, slice line, buf *why)
{
	struct dkim_signer *signer;
	slice domain, selector, file;
	const char *wrong;
	char *name, *path;
	bool good;

	if (!slice_word(&line, &domain) || domain.p[0] == '#')
		return true;
	if (!slice_word(&line, &selector) || !slice_word(&line, &file) || slice_trim(line).n) {
		buf_addtext(why, "not a domain, a selector and the file of a key");
		return false;
	}
	s->list = mem_grow(s->list, s->count + 1, sizeof *s->list);
	signer = &s->list[s->count++];
	wrong = dkim_signer_names(signer, domain, selector);
	if (wrong) {
		buf_addtext(why, wrong);
		return false;
	}
	name = mem_text(file);
	path = conf_path(c, name);
	good = dkim_signer_key(signer, path, why);
	free(name), free(path);
	return good;
}

static int read_lines(struct signers *s, const struct conf *c, const char *path, slice text, buf *why)
{
	buf wrong = { NULL, 0, 0 };
	size_t number = 0;
	bool good = true;
	slice line;

	while (good && slice_cut(&text, '\n', &line)) {
		number++;
		good = read_line(s, c, slice_trim(line), &wrong);
	}
	if (!good)
		buf_print(why, "%s: line %zu: %s", path, number, wrong.p);
	buf_free(&wrong);
	return good ? 0 : -1;
}

int signers_read(struct signers *s, const struct conf *c, buf *why)
{
	char *path = conf_path(c, "dkim");
	buf text = { NULL, 0, 0 };
	int status = io_file(AT_FDCWD, path, LIMIT_ALIASES, &text);

	*s = (struct signers){ .count = 0 };
	if (status == 0)
		status = read_lines(s, c, path, buf_slice(&text), why);
	else if (errno == ENOENT)
		status = 0;
	else
		buf_print(why, "%s: %s", path, strerror(errno));
	buf_free(&text);
	free(path);
	return status;
}

void signers_free(struct signers *s)
{
	for (size_t i = 0; i < s->count; i++)
		dkim_signer_free(&s->list[i]);
	free(s->list);
	*s = (struct signers){ .count = 0 };
}

const char *signers_domain(const struct signers *s, slice domain)
{
	const char *found = NULL;
	buf ascii = { NULL, 0, 0 };
	slice rest, label;

	if (domain_ascii(domain, &ascii) == 0)
		for (rest = buf_slice(&ascii); !found && rest.n; slice_cut(&rest, '.', &label))
			for (size_t i = 0; !found && i < s->count; i++)
				if (slice_is(rest, s->list[i].domain))
					found = s->list[i].domain;
	buf_free(&ascii);
	return found;
}
