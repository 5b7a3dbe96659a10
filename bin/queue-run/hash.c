#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "queue-run.h"

static uint64_t rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

static const uint64_t *secret(void)
{
	static uint64_t key[2];

	while (key[0] == 0)
		if (getrandom(key, sizeof key, 0) != sizeof key)
			key[0] = (uint64_t)clock_ms() << 16 ^ (uint64_t)getpid();
	return key;
}

uint64_t hash_more(uint64_t seed, slice bytes)
{
	const uint64_t *key = secret();
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575 ^ seed, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573 };
	uint64_t last = (uint64_t)bytes.n << 56, word;

	for (; bytes.n >= sizeof word; bytes = slice_from(bytes, sizeof word)) {
		memcpy(&word, bytes.p, sizeof word);
		take_word(v, word);
	}
	for (size_t i = 0; i < bytes.n; i++)
		last |= (uint64_t)(unsigned char)bytes.p[i] << (8 * i);
	take_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(slice bytes)
{
	return hash_more(0, bytes);
}
