// SPDX-License-Identifier: MIT
// Random bytes: ChaCha20 (RFC 8439) with fast key erasure: each request first replaces the key by
// output, so that what was given out cannot be computed from a later state.

#include <core/lib/string.h>
#include <core/random.h>
#include <core/spinlock.h>
#include <hal/time.h>

static struct spinlock lock = SPINLOCK_INIT("random");
static uint32_t key[8];	   /* [lock] */
static uint8_t ready[32];  /* [lock] output for small requests, erased as it is given out */
static size_t ready_count; /* [lock] */
static bool seeded, good;

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b, *d = ROTATE(*d ^ *a, 16);
	*c += *d, *b = ROTATE(*b ^ *c, 12);
	*a += *b, *d = ROTATE(*d ^ *a, 8);
	*c += *d, *b = ROTATE(*b ^ *c, 7);
}

static void block(const uint32_t k[8], uint64_t counter, uint32_t out[16])
{
	uint32_t in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	uint32_t x[16];

	memcpy(in + 4, k, 32);
	in[12] = (uint32_t)counter;
	in[13] = (uint32_t)(counter >> 32);
	memcpy(x, in, sizeof(x));
	for (unsigned int i = 0; i < 10; i++) {
		for (unsigned int j = 0; j < 4; j++)
			quarter(&x[j], &x[4 + j], &x[8 + j], &x[12 + j]);
		for (unsigned int j = 0; j < 4; j++)
			quarter(&x[j], &x[4 + (j + 1) % 4], &x[8 + (j + 2) % 4],
				&x[12 + (j + 3) % 4]);
	}
	for (unsigned int i = 0; i < 16; i++)
		out[i] = x[i] + in[i];
}

/* lock held: the key becomes a function of itself and data. */
static void absorb(const void *data, size_t n)
{
	uint32_t out[16];

	while (n) {
		uint8_t piece[32] = {0};
		size_t take = MIN(n, sizeof(piece));

		memcpy(piece, data, take);
		for (unsigned int i = 0; i < 32; i++)
			((uint8_t *)key)[i] ^= piece[i];
		block(key, UINT64_MAX, out);
		memcpy(key, out, sizeof(key));
		data = (const char *)data + take;
		n -= take;
	}
}

static void seed(void)
{
	uint64_t pool[6];
	size_t had = hal_entropy(pool, 32);

	pool[4] = hal_time_ns();
	pool[5] = (uint64_t)(uintptr_t)&pool;
	absorb(pool, sizeof(pool));
	good = had >= 16;
	seeded = true;
}

void random_stir(const void *data, size_t n)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	uint64_t now = hal_time_ns();

	absorb(data, n);
	absorb(&now, sizeof(now));
	ready_count = 0;
	spin_unlock_irqrestore(&lock, flags);
}

bool random_ready(void)
{
	return READ_ONCE(good);
}

void random_bytes(void *buf, size_t n)
{
	uint32_t mine[8], out[16];
	unsigned long flags = spin_lock_irqsave(&lock);
	size_t take;

	if (!seeded)
		seed();
	if (n <= sizeof(ready)) {
		if (n > ready_count) {
			block(key, 0, out);
			memcpy(key, out, sizeof(key));
			memcpy(ready, out + 8, sizeof(ready));
			ready_count = sizeof(ready);
		}
		ready_count -= n;
		memcpy(buf, ready + ready_count, n);
		memset(ready + ready_count, 0, n);
		spin_unlock_irqrestore(&lock, flags);
		return;
	}
	block(key, 0, out);
	memcpy(key, out, sizeof(key));
	memcpy(mine, out + 8, sizeof(mine));
	spin_unlock_irqrestore(&lock, flags);

	for (uint64_t counter = 1; n; counter++) {
		block(mine, counter, out);
		take = MIN(n, sizeof(out));
		memcpy(buf, out, take);
		buf = (char *)buf + take;
		n -= take;
	}
}
