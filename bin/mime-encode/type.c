/*
 * What a file is: by its name, then by its first bytes; as shared-mime-info has it (its specification: "Shared MIME-info
 * Database", files globs2 and magic) where that is installed, else by small tables of our own.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "io.h"
#include "limit.h"
#include "magic.h"
#include "media.h"

/* Reads this file of the data base from the first folder that has it: whether there is one. */
static bool read_database(const char *file, buf *text)
{
	const char *folders = getenv("XDG_DATA_DIRS");
	slice rest = slice_of(folders && folders[0] ? folders : "/usr/local/share:/usr/share"), folder;
	buf path = { NULL, 0, 0 };
	bool found = false;

	while (!found && slice_cut(&rest, ':', &folder)) {
		buf_clear(&path);
		buf_print(&path, "%.*s/mime/%s", (int)folder.n, folder.p, file);
		buf_clear(text);
		found = io_file(AT_FDCWD, path.p, LIMIT_MEDIA_TYPES, text) == 0;
	}
	buf_free(&path);
	return found;
}

/* A line `weight:type:pattern[:flags]`. */
struct glob {
	long long weight;
	slice type, pattern, flags;
};

static bool read_glob(slice line, struct glob *g)
{
	slice weight;

	g->flags = (slice){ NULL, 0 };
	if (!slice_cut(&line, ':', &weight) || !slice_cut(&line, ':', &g->type) || !slice_cut(&line, ':', &g->pattern))
		return false;
	slice_cut(&line, ':', &g->flags);
	g->weight = slice_number(weight);
	return g->weight >= 0;
}

static bool glob_matches(const struct glob *g, const char *name)
{
	char *pattern = mem_text(g->pattern);
	bool match = fnmatch(pattern, name, slice_is(g->flags, "cs") ? 0 : FNM_CASEFOLD) == 0;

	free(pattern);
	return match;
}

/* Of several the weightiest, and of these the longest. */
static const char *type_by_glob(slice globs, const char *name)
{
	struct glob best = { .weight = -1 }, g;
	slice line;

	while (slice_cut(&globs, '\n', &line))
		if (read_glob(line, &g) && (g.weight > best.weight ||
		    (g.weight == best.weight && g.pattern.n > best.pattern.n)) && glob_matches(&g, name))
			best = g;
	return best.weight < 0 ? NULL : mem_text(best.type);
}

const char *type_by_name(const char *path)
{
	static buf globs;
	static int installed = -1;
	const char *name = base_name(path);

	if (!name)
		return NULL;
	if (installed < 0)
		installed = read_database("globs2", &globs);
	return installed ? type_by_glob(buf_slice(&globs), name) : media_type(slice_of(name));
}

static const char *type_by_table(slice bytes)
{
	static const struct { slice start; const char *type; } table[] = {
		{ { "%PDF-", 5 }, "application/pdf" },
		{ { "\x89PNG\r\n\x1a\n", 8 }, "image/png" },
		{ { "\xff\xd8\xff", 3 }, "image/jpeg" },
		{ { "GIF8", 4 }, "image/gif" },
		{ { "PK\3\4", 4 }, "application/zip" },
		{ { "\x1f\x8b", 2 }, "application/gzip" },
		{ { "OggS", 4 }, "audio/ogg" },
		{ { "ID3", 3 }, "audio/mpeg" },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (slice_same(slice_upto(bytes, table[i].start.n), table[i].start))
			return table[i].type;
	return NULL;
}

/* Without controls, as far as one looks. */
static bool looks_like_text(slice bytes)
{
	static const char white[] = "\t\n\r\f\x1b";

	bytes = slice_upto(bytes, 4096);
	for (size_t i = 0; i < bytes.n; i++)
		if (ascii_control(bytes.p[i]) && !(bytes.p[i] && strchr(white, bytes.p[i])))
			return false;
	return true;
}

const char *type_by_content(slice bytes)
{
	static buf magic;
	static int installed = -1;
	bool text = looks_like_text(bytes);
	const char *type = NULL;

	if (installed < 0)
		installed = read_database("magic", &magic);
	if (installed)
		type = magic_type(buf_slice(&magic), bytes, text);
	else if (!text)
		type = type_by_table(bytes);
	return type ? type : text ? "text/plain" : "application/octet-stream";
}
