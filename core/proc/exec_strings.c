// SPDX-License-Identifier: MIT
// Arguments and environment on their way into a new program, and the stack it finds them on.
//
// The strings are collected from the old memory into page-sized pieces and written to the new stack
// in one pass once the new memory is the thread's. From the top of the stack downwards: a zero
// word, the file's name, the strings (environment above arguments), the platform's name, 16 random
// bytes, the auxiliary vector, the environment pointers, the argument pointers, argc.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/proc.h>
#include <core/random.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/uio.h>
#include <hal/abi.h>
#include <hal/signal.h>

#include "exec.h"

#define STRING_MAX  131072u	       /* MAX_ARG_STRLEN: one string with its NUL */
#define STRINGS_MAX (6u * 1024 * 1024) /* three quarters of Linux's 8 MiB */
#define STRINGS_MIN 131072u	       /* ARG_MAX: always allowed */

/* ---- collecting ---- */

void exec_strings_free(struct exec_strings *s)
{
	struct exec_chunk *next;

	for (struct exec_chunk *c = s->first; c; c = next) {
		next = c->next;
		kfree(c);
	}
	kfree(s->prefix);
	*s = (struct exec_strings){0};
}

static int set_limit(struct exec_strings *s)
{
	size_t limit = MIN(process_limit(current->process, RLIMIT_STACK) / 4, STRINGS_MAX);
	size_t pointers = ((size_t)MAX(s->argc, 1u) + s->envc) * sizeof(uint64_t);

	limit = MAX(limit, STRINGS_MIN);
	if (pointers >= limit)
		return -E2BIG;
	s->limit = limit - pointers;
	return 0;
}

/* Room for at least a byte in the last chunk: its free part, or NULL. */
static char *room(struct exec_strings *s, size_t *n)
{
	struct exec_chunk *c = s->last;

	if (!c || c->used == sizeof(c->data)) {
		c = kmalloc(sizeof(*c), GFP_KERNEL);
		if (!c)
			return NULL;
		c->next = NULL;
		c->used = 0;
		if (s->last)
			s->last->next = c;
		else
			s->first = c;
		s->last = c;
	}
	*n = sizeof(c->data) - c->used;
	return c->data + c->used;
}

static int added(struct exec_strings *s, size_t n)
{
	s->last->used += n;
	s->bytes += n;
	return s->bytes > s->limit ? -E2BIG : 0;
}

static int add_user(struct exec_strings *s, unsigned long string)
{
	size_t total = 0, n;

	for (;;) {
		char *to = room(s, &n);
		long length;
		int error;

		if (!to)
			return -ENOMEM;
		length = hal_string_from_user(to, hal_user_ptr(const char, string + total), n);
		if (length < 0)
			return (int)length;
		if ((size_t)length < n) {
			total += (size_t)length + 1;
			return total > STRING_MAX ? -E2BIG : added(s, (size_t)length + 1);
		}
		total += n;
		error = total > STRING_MAX ? -E2BIG : added(s, n);
		if (error)
			return error;
	}
}

static int add_kernel(struct exec_strings *s, const char *string)
{
	size_t left = strlen(string) + 1;

	while (left) {
		size_t n;
		char *to = room(s, &n);
		int error;

		if (!to)
			return -ENOMEM;
		n = MIN(n, left);
		memcpy(to, string, n);
		error = added(s, n);
		if (error)
			return error;
		string += n;
		left -= n;
	}
	return 0;
}

static int count_user(unsigned long vector, unsigned int *count)
{
	uint64_t pointer;

	for (*count = 0; vector; (*count)++) {
		if (hal_get_user64(&pointer,
				   hal_user_ptr(const void, vector + *count * sizeof(pointer))))
			return -EFAULT;
		if (!pointer)
			break;
		if (*count >= STRINGS_MAX / sizeof(pointer))
			return -E2BIG;
		if ((*count & 1023) == 1023) {
			if (signal_fatal_pending())
				return -ERESTARTNOHAND;
			resched_point();
		}
	}
	return 0;
}

static int add_vector_user(struct exec_strings *s, unsigned long vector, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t pointer;
		int error;

		if (hal_get_user64(&pointer,
				   hal_user_ptr(const void, vector + i * sizeof(pointer))))
			return -EFAULT;
		error = add_user(s, pointer);
		if (error)
			return error;
		if (signal_fatal_pending())
			return -ERESTARTNOHAND;
	}
	return 0;
}

int exec_strings_user(struct exec_strings *s, unsigned long argv, unsigned long envp)
{
	int error = count_user(argv, &s->argc);

	if (!error)
		error = count_user(envp, &s->envc);
	if (!error)
		error = set_limit(s);
	if (!error)
		error = add_vector_user(s, argv, s->argc);
	if (!error && s->argc == 0) { /* programs rely on argv[0]; Linux gives them an empty one */
		s->argc = 1;
		error = add_kernel(s, "");
	}
	s->arg_bytes = s->bytes;
	if (!error)
		error = add_vector_user(s, envp, s->envc);
	return error;
}

int exec_strings_kernel(struct exec_strings *s, const char *const *argv, const char *const *envp)
{
	int error;

	while (argv[s->argc])
		s->argc++;
	while (envp[s->envc])
		s->envc++;
	error = set_limit(s);
	for (unsigned int i = 0; i < s->argc && !error; i++)
		error = add_kernel(s, argv[i]);
	s->arg_bytes = s->bytes;
	for (unsigned int i = 0; i < s->envc && !error; i++)
		error = add_kernel(s, envp[i]);
	return error;
}

/* Length with NUL of the string at the very beginning of the chunks. */
static size_t first_in_chunks(const struct exec_strings *s)
{
	size_t length = 0;

	for (const struct exec_chunk *c = s->first; c; c = c->next) {
		const char *end = memchr(c->data, 0, c->used);

		if (end)
			return length + (size_t)(end - c->data) + 1;
		length += c->used;
	}
	return length;
}

int exec_strings_replace_first(struct exec_strings *s, const char *const *strings, unsigned int n)
{
	size_t drop = s->prefix ? strlen(s->prefix) + 1 : 0, add = 0, at = 0;
	char *prefix;

	for (unsigned int i = 0; i < n; i++)
		add += strlen(strings[i]) + 1;
	prefix = kmalloc(add + s->prefix_size - drop, GFP_KERNEL);
	if (!prefix)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		memcpy(prefix + at, strings[i], strlen(strings[i]) + 1);
		at += strlen(strings[i]) + 1;
	}
	if (s->prefix) {
		memcpy(prefix + at, s->prefix + drop, s->prefix_size - drop);
		s->bytes -= drop;
		s->arg_bytes -= drop;
	} else {
		s->skip = first_in_chunks(s);
		s->bytes -= s->skip;
		s->arg_bytes -= s->skip;
	}
	kfree(s->prefix);
	s->prefix = prefix;
	s->prefix_size = add + s->prefix_size - drop;
	s->bytes += add;
	s->arg_bytes += add;
	s->argc += n - 1;
	return s->bytes > s->limit ? -E2BIG : 0;
}

/* ---- the stack ---- */

/* Writes pointers to the strings as they go by. */
struct pointer_writer {
	vaddr_t slots;		/* where the next pointers go */
	unsigned int args_left; /* strings before the NULL that ends argv */
	unsigned int buffered;
	bool at_start; /* the next byte begins a string */
	uint64_t buffer[32];
};

static int pointer_flush(struct pointer_writer *w)
{
	int error = copy_to_user(w->slots, w->buffer, w->buffered * sizeof(uint64_t));

	w->slots += w->buffered * sizeof(uint64_t);
	w->buffered = 0;
	return error;
}

static int pointer_add(struct pointer_writer *w, uint64_t value)
{
	w->buffer[w->buffered++] = value;
	return w->buffered == ARRAY_SIZE(w->buffer) ? pointer_flush(w) : 0;
}

/* Copy a piece of the strings to `to` and note where strings begin. */
static int put_piece(struct pointer_writer *w, vaddr_t to, const char *data, size_t n)
{
	int error = copy_to_user(to, data, n);

	for (size_t at = 0; at < n && !error;) {
		const char *end = memchr(data + at, 0, n - at);

		if (w->at_start) {
			error = pointer_add(w, to + at);
			if (!error && w->args_left && --w->args_left == 0)
				error = pointer_add(w, 0);
		}
		w->at_start = end != NULL;
		at = end ? (size_t)(end - data) + 1 : n;
	}
	return error;
}

static int put_strings(const struct exec_strings *s, vaddr_t strings, vaddr_t slots)
{
	struct pointer_writer *w = kzalloc(sizeof(*w), GFP_KERNEL);
	size_t skip = s->skip;
	vaddr_t to = strings;
	int error = 0;

	if (!w)
		return -ENOMEM;
	w->slots = slots;
	w->args_left = s->argc;
	w->at_start = true;
	if (s->prefix) {
		error = put_piece(w, to, s->prefix, s->prefix_size);
		to += s->prefix_size;
	}
	for (const struct exec_chunk *c = s->first; c && !error; c = c->next) {
		size_t drop = MIN(skip, c->used);

		skip -= drop;
		error = put_piece(w, to, c->data + drop, c->used - drop);
		to += c->used - drop;
	}
	if (!error)
		error = pointer_add(w, 0); /* ends envp */
	if (!error)
		error = pointer_flush(w);
	kfree(w);
	return error;
}

enum {
	AT_NULL = 0,
	AT_PHDR = 3,
	AT_PHENT,
	AT_PHNUM,
	AT_PAGESZ,
	AT_BASE,
	AT_FLAGS,
	AT_ENTRY,
	AT_UID = 11,
	AT_EUID,
	AT_GID,
	AT_EGID,
	AT_PLATFORM,
	AT_HWCAP,
	AT_CLKTCK,
	AT_SECURE = 23,
	AT_RANDOM = 25,
	AT_HWCAP2,
	AT_RSEQ_FEATURE_SIZE,
	AT_RSEQ_ALIGN,
	AT_EXECFN = 31,
	AT_SYSINFO_EHDR = 33,
	AT_MINSIGSTKSZ = 51,
};

static void auxv_fill(const struct exec *e, struct mm *mm, vaddr_t name, vaddr_t platform,
		      vaddr_t random)
{
	const struct cred *cred = current->cred;
	unsigned int n = 0;

#define ENTRY(tag, value)                \
	do {                             \
		mm->auxv[n++] = (tag);   \
		mm->auxv[n++] = (value); \
	} while (0)
	ENTRY(AT_SYSINFO_EHDR, mm->vdso);
	HAL_ABI_PRIVATE_AUXV(ENTRY)
	ENTRY(AT_MINSIGSTKSZ, hal_signal_min_stack());
	ENTRY(AT_HWCAP, hal_hwcap(0));
	ENTRY(AT_PAGESZ, PAGE_SIZE);
	ENTRY(AT_CLKTCK, 100);
	ENTRY(AT_PHDR, e->phdr);
	ENTRY(AT_PHENT, 56);
	ENTRY(AT_PHNUM, e->phnum);
	ENTRY(AT_BASE, e->interp_base);
	ENTRY(AT_FLAGS, 0);
	ENTRY(AT_ENTRY, e->program_entry);
	ENTRY(AT_UID, cred->uid);
	ENTRY(AT_EUID, cred->euid);
	ENTRY(AT_GID, cred->gid);
	ENTRY(AT_EGID, cred->egid);
	ENTRY(AT_SECURE, e->secure);
	ENTRY(AT_RANDOM, random);
	if (HAL_ABI_HWCAP_COUNT > 1)
		ENTRY(AT_HWCAP2, hal_hwcap(1));
	ENTRY(AT_EXECFN, name);
	if (platform)
		ENTRY(AT_PLATFORM, platform);
	ENTRY(AT_RSEQ_FEATURE_SIZE, 28);
	ENTRY(AT_RSEQ_ALIGN, 32);
	ENTRY(AT_NULL, 0);
#undef ENTRY
	mm->auxv_words = n;
}

int exec_build_stack(struct exec *e, struct mm *mm, vaddr_t *sp)
{
	const struct exec_strings *s = &e->strings;
	const char *platform = hal_platform();
	vaddr_t at = e->stack_top - sizeof(uint64_t), strings, name, platform_at = 0;
	bool randomize = !(current->personality & ADDR_NO_RANDOMIZE);
	uint8_t random[16];
	uint64_t argc = s->argc;
	int error;

	at -= strlen(e->name) + 1;
	name = at;
	error = copy_to_user(name, e->name, strlen(e->name) + 1);
	if (error)
		return error;
	at -= s->bytes;
	strings = at;
	mm->arg_start = strings;
	mm->arg_end = mm->env_start = strings + s->arg_bytes;
	mm->env_end = strings + s->bytes;

	if (randomize)
		at -= random_u64() % 8192;
	at = ALIGN_DOWN(at, 16);
	if (platform) {
		at -= strlen(platform) + 1;
		platform_at = at;
		error = copy_to_user(at, platform, strlen(platform) + 1);
		if (error)
			return error;
	}
	at -= sizeof(random);
	random_bytes(random, sizeof(random));
	error = copy_to_user(at, random, sizeof(random));
	if (error)
		return error;
	auxv_fill(e, mm, name, platform_at, at);

	at = ALIGN_DOWN(at, 16);
	at -= (1 + (size_t)s->argc + 1 + s->envc + 1 + mm->auxv_words) * sizeof(uint64_t);
	at = ALIGN_DOWN(at, 16);
	*sp = mm->stack_start = at;
	error = copy_to_user(at, &argc, sizeof(argc));
	if (!error)
		error = put_strings(s, strings, at + sizeof(argc));
	if (!error)
		error = copy_to_user(at + (1 + (size_t)s->argc + 1 + s->envc + 1) *
						     sizeof(uint64_t),
				     mm->auxv, mm->auxv_words * sizeof(mm->auxv[0]));
	return error;
}
