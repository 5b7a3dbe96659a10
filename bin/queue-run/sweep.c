#include "queue-run.h"

void sweep(struct manager *m)
{
	(void)m;
}
