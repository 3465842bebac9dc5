// SPDX-License-Identifier: MIT
// The kernel's command line: options that rooms have registered, and what is left over for init.

#include <core/init.h>
#include <core/lib/string.h>
#include <core/options.h>
#include <core/printk.h>
#include <hal/boot.h>

extern const struct boot_option __start_core_options[], __stop_core_options[];

static char words[HAL_CMDLINE_MAX]; /* the command line, cut into words by NULs */
static size_t words_end;

/* Cut into words at spaces; double quotes keep spaces together, as Linux has it. */
static void split(void)
{
	const char *in = hal_boot_info()->cmdline;
	bool quoted = false;

	while (*in) {
		while (*in == ' ')
			in++;
		if (!*in)
			break;
		for (; *in && (quoted || *in != ' '); in++) {
			if (*in == '"')
				quoted = !quoted;
			else
				words[words_end++] = *in;
		}
		words[words_end++] = '\0';
	}
}

const char *cmdline_word(const char *previous)
{
	const char *next = previous ? previous + strlen(previous) + 1 : words;

	return next < words + words_end ? next : NULL;
}

const char *cmdline_value(const char *name)
{
	size_t n = strlen(name);
	const char *found = NULL;

	for (const char *w = cmdline_word(NULL); w; w = cmdline_word(w))
		if (!strncmp(w, name, n) && (w[n] == '=' || !w[n]))
			found = w[n] ? w + n + 1 : w + n;
	return found;
}

/* The option that word sets, or NULL. */
static const struct boot_option *option_of(const char *word, const char **value)
{
	for (const struct boot_option *o = __start_core_options; o < __stop_core_options; o++) {
		size_t n = strlen(o->name);

		if (!strncmp(word, o->name, n) && (!word[n] || word[n] == '=')) {
			*value = word[n] ? word + n + 1 : NULL;
			return o;
		}
	}
	return NULL;
}

bool cmdline_is_option(const char *word)
{
	const char *value;

	return option_of(word, &value) || strchr(word, '.');
}

/* Whoever gives an option wants its effect: going on without it would surprise later. */
static __noreturn void refuse(const char *word, const char *why)
{
	char text[128];

	snprintf(text, sizeof(text), "option \"%s\": %s", word, why);
	hal_boot_fail(text);
}

void options_parse(void)
{
	split();
	for (const char *w = cmdline_word(NULL); w; w = cmdline_word(w)) {
		const char *value;
		const struct boot_option *o;

		if (!strcmp(w, "--"))
			break;
		o = option_of(w, &value);
		if (o) {
			if (o->set(value))
				refuse(w, "bad value");
		} else if (!strncmp(w, "tern.", 5)) {
			refuse(w, "not known to this kernel");
		}
	}
}

static int accept(__attribute__((unused)) const char *value)
{
	return 0;
}
/* Read where they are needed by cmdline_value(); named here so that they do not become init's
 * arguments. */
BOOT_OPTION("console", accept);
BOOT_OPTION("rdinit", accept);
BOOT_OPTION("selftest", accept);
