// SPDX-License-Identifier: MIT
// The name of a core file: core_pattern with its %-words replaced. Pure; host-tested.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/printk.h>

#include "coredump.h"

struct name {
	char *out;
	size_t length, size;
	bool too_long;
};

static void put_char(struct name *name, char c)
{
	if (name->length + 1 >= name->size)
		name->too_long = true;
	else
		name->out[name->length++] = c;
}

// A word of somebody else's choice: it must not lead to another folder.
static void put_word(struct name *name, const char *word)
{
	if (!*word || !strcmp(word, ".") || !strcmp(word, ".."))
		put_char(name, '!');
	for (; *word; word++)
		put_char(name, *word == '/' ? '!' : *word);
}

static void put_number(struct name *name, long long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", number);
	for (const char *c = text; *c; c++)
		put_char(name, *c);
}

static void put_unsigned(struct name *name, unsigned long long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", number);
	for (const char *c = text; *c; c++)
		put_char(name, *c);
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_value(struct name *name, char what, const struct core_name_facts *facts)
{
	switch (what) {
	case '%':
		put_char(name, '%');
		break;
	case 'p':
	case 'P':
		put_number(name, facts->process);
		break;
	case 'i':
	case 'I':
		put_number(name, facts->thread);
		break;
	case 'u':
		put_unsigned(name, facts->uid);
		break;
	case 'g':
		put_unsigned(name, facts->gid);
		break;
	case 'd':
		put_number(name, facts->dumpable);
		break;
	case 's':
		put_number(name, facts->signal);
		break;
	case 't':
		put_number(name, facts->time);
		break;
	case 'c':
		put_unsigned(name, facts->limit);
		break;
	case 'C':
		put_unsigned(name, facts->cpu);
		break;
	case 'h':
		put_word(name, facts->host);
		break;
	case 'e':
		put_word(name, facts->thread_name);
		break;
	case 'f':
		put_word(name, last_component(facts->program));
		break;
	case 'E':
		put_word(name, facts->program);
		break;
	default: // an unknown word stands for nothing
		break;
	}
}

int core_name(const char *pattern, const struct core_name_facts *facts, char *out, size_t n)
{
	struct name name = {.out = out, .size = n};
	bool has_pid = false;

	for (; *pattern; pattern++) {
		if (*pattern != '%') {
			put_char(&name, *pattern);
			continue;
		}
		if (!*++pattern)
			break; // a lone % at the end
		has_pid |= *pattern == 'p';
		put_value(&name, *pattern, facts);
	}
	if (facts->uses_pid && !has_pid) {
		put_char(&name, '.');
		put_number(&name, facts->process);
	}
	out[name.length] = '\0';
	return name.too_long ? -ENAMETOOLONG : 0;
}
