#include "roles.h"
#include "run.h"

/* A program with what goes before the name of the list, or a file of the list. */
static const struct { const char *suffix, *program, *option, *members; } roles[] = {
	{ "", "list-explode", "", NULL },
	{ "-subscribe", "list-subscribe", "-m ", NULL },
	{ "-unsubscribe", "list-unsubscribe", "-m ", NULL },
	{ "-help", "list-help", "", NULL },
	{ "-accept", "list-moderate", "-m accept ", NULL },
	{ "-reject", "list-moderate", "-m reject ", NULL },
	{ "-bounce", "list-bounce", "", NULL },
	{ "-probe", "list-bounce", "-p ", NULL },
	{ "-owner", NULL, NULL, "owners" },
};

const char *roles_suffix(size_t i)
{
	return i < sizeof roles / sizeof *roles ? roles[i].suffix : NULL;
}

void roles_add_member(buf *to, const struct list *l, size_t i)
{
	buf program = { NULL, 0, 0 };

	if (roles[i].members) {
		buf_print(to, ":include:%s/%s", l->folder, roles[i].members);
	} else {
		run_path(&program, roles[i].program);
		buf_print(to, "\"|%s %s%s\"", program.p, roles[i].option, l->name);
	}
	buf_free(&program);
}
