#include <inttypes.h>
#include <sys/random.h>

#include "chance.h"
#include "clock.h"

void chance_add(buf *to)
{
	uint64_t chance[2];

	if (getrandom(chance, sizeof chance, 0) != sizeof chance)
		chance[0] = chance[1] = (uint64_t)clock_ms();
	buf_print(to, "%016" PRIx64 "%016" PRIx64, chance[0], chance[1]);
}
