#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fail.h"

/* Every question that is not to be seen is for the password; PAM frees the answers. */
static int converse(int count, const struct pam_message **messages, struct pam_response **answers, void *password)
{
	struct pam_response *all = calloc((size_t)count, sizeof *all);

	if (!all)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			all[i].resp = strdup(password);
	*answers = all;
	return PAM_SUCCESS;
}

/* Who asked makes the client wait, and must not wait itself. */
static void no_delay(int status, unsigned microseconds, void *data)
{
	(void)status;
	(void)microseconds;
	(void)data;
}

static int verdict(int status)
{
	switch (status) {
	case PAM_SUCCESS:
		return 1;
	case PAM_AUTH_ERR: case PAM_USER_UNKNOWN: case PAM_MAXTRIES: case PAM_ACCT_EXPIRED: case PAM_PERM_DENIED:
	case PAM_NEW_AUTHTOK_REQD: case PAM_CRED_INSUFFICIENT: case PAM_AUTHTOK_EXPIRED:
		return 0;
	default:
		return -1;
	}
}

int pam_password(const char *service, slice user, slice password, const char *host)
{
	char *name = mem_text(user), *text = mem_text(password);
	struct pam_conv conversation = { .conv = converse, .appdata_ptr = text };
	union { void (*function)(int, unsigned, void *); const void *item; } delay = { .function = no_delay };
	pam_handle_t *pam = NULL;
	int status = pam_start(service, name, &conversation, &pam);

	if (status == PAM_SUCCESS)
		status = pam_set_item(pam, PAM_FAIL_DELAY, delay.item);
	if (status == PAM_SUCCESS && host[0])
		status = pam_set_item(pam, PAM_RHOST, host);
	if (status == PAM_SUCCESS)
		status = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	if (status == PAM_SUCCESS)
		status = pam_acct_mgmt(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	if (verdict(status) < 0)
		warn("PAM service %s: %s", service, pam_strerror(pam, status));
	if (pam)
		pam_end(pam, status);
	explicit_bzero(text, password.n);
	free(text);
	free(name);
	return verdict(status);
}
