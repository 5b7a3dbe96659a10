#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "deliver.h"

void outcome_set(struct outcome *o, int code, const char *enhanced, const char *format, ...)
{
	va_list args;

	o->code = code;
	memset(o->enhanced, 0, sizeof o->enhanced);
	strncpy(o->enhanced, enhanced, sizeof o->enhanced - 1);
	o->stop = false;
	buf_clear(&o->text);
	va_start(args, format);
	buf_vprint(&o->text, format, args);
	va_end(args);
}

void outcome_errno(struct outcome *o, const char *what)
{
	int error = errno;

	switch (error) {
	case ENOSPC:
		outcome_set(o, 452, "4.3.1", "%s: %s", what, strerror(error));
		break;
	case EDQUOT: case EFBIG:
		outcome_set(o, 452, "4.2.2", "%s: %s", what, strerror(error));
		break;
	case ELOOP: case EMLINK: case EINVAL: case EISDIR:
		outcome_set(o, 550, "5.2.0", "%s: not a plain file with one name", what);
		break;
	case ENOENT: case ENOTDIR: case EACCES: case EPERM: case EROFS: case ETIMEDOUT:
		outcome_set(o, 450, "4.2.0", "%s: %s", what, strerror(error));
		break;
	default:
		outcome_set(o, 451, "4.3.0", "%s: %s", what, strerror(error));
	}
}

int outcome_status(const struct outcome *o)
{
	static const struct { const char *enhanced; int status; } statuses[] = {
		{ "5.1.1", EX_NOUSER }, { "5.1.3", EX_NOUSER }, { "5.4.6", EX_DATAERR }, { "5.6.0", EX_DATAERR },
		{ "5.2.0", EX_CANTCREAT }, { "5.7.0", EX_NOPERM }, { "5.3.5", EX_CONFIG },
	};

	if (o->code < 300)
		return EX_OK;
	if (o->code < 500)
		return EX_TEMPFAIL;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (strcmp(o->enhanced, statuses[i].enhanced) == 0)
			return statuses[i].status;
	return EX_UNAVAILABLE;
}
