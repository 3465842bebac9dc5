// SPDX-License-Identifier: MIT
// snprintf for the kernel: C's integer, string and pointer conversions, and %pS (symbol of an
// address). No floating point, no %n.

#include <core/lib/string.h>
#include <core/printk.h>

struct out {
	char *at, *end;
	size_t wanted;
};

struct spec {
	bool left, zero, plus, space, alternate, upper;
	int width, precision; /* precision -1: none */
};

static void put(struct out *out, char c)
{
	if (out->at < out->end)
		*out->at++ = c;
	out->wanted++;
}

static void pad(struct out *out, char c, int n)
{
	while (n-- > 0)
		put(out, c);
}

static void put_string(struct out *out, const struct spec *spec, const char *s)
{
	if (!s)
		s = "(null)";
	int n = (int)(spec->precision >= 0 ? strnlen(s, (size_t)spec->precision) : strlen(s));

	if (!spec->left)
		pad(out, ' ', spec->width - n);
	for (int i = 0; i < n; i++)
		put(out, s[i]);
	if (spec->left)
		pad(out, ' ', spec->width - n);
}

static void put_number(struct out *out, const struct spec *spec, unsigned long long v,
		       unsigned int base, bool negative)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
	char text[24];
	int n = 0;

	if (spec->alternate && base == 16 && v)
		prefix = spec->upper ? "0X" : "0x";
	do {
		text[n++] = digits[v % base];
		v /= base;
	} while (v);
	if (spec->alternate && base == 8 && text[n - 1] != '0')
		text[n++] = '0';
	if (spec->precision == 0 && n == 1 && text[0] == '0')
		n = 0;

	int zeroes = MAX(spec->precision - n, 0);
	int prefix_length = (int)strlen(prefix);
	int rest = spec->width - prefix_length - zeroes - n;

	if (spec->zero && !spec->left && spec->precision < 0) {
		zeroes += MAX(rest, 0);
		rest = 0;
	}
	if (!spec->left)
		pad(out, ' ', rest);
	while (*prefix)
		put(out, *prefix++);
	pad(out, '0', zeroes);
	while (n)
		put(out, text[--n]);
	if (spec->left)
		pad(out, ' ', rest);
}

static const char *parse_spec(struct spec *spec, const char *f, va_list *ap)
{
	*spec = (struct spec){.precision = -1};
	for (;; f++) {
		if (*f == '-')
			spec->left = true;
		else if (*f == '0')
			spec->zero = true;
		else if (*f == '+')
			spec->plus = true;
		else if (*f == ' ')
			spec->space = true;
		else if (*f == '#')
			spec->alternate = true;
		else
			break;
	}
	if (*f == '*') {
		spec->width = va_arg(*ap, int);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
		f++;
	} else {
		while (*f >= '0' && *f <= '9')
			spec->width = spec->width * 10 + (*f++ - '0');
	}
	if (*f == '.') {
		spec->precision = 0;
		if (*++f == '*') {
			spec->precision = va_arg(*ap, int);
			f++;
		} else {
			while (*f >= '0' && *f <= '9')
				spec->precision = spec->precision * 10 + (*f++ - '0');
		}
	}
	return f;
}

static unsigned long long take_integer(va_list *ap, int longs, bool size, bool is_signed)
{
	if (size || longs == 1)
		return is_signed ? (unsigned long long)va_arg(*ap, long)
				 : va_arg(*ap, unsigned long);
	if (longs >= 2)
		return va_arg(*ap, unsigned long long);
	if (is_signed)
		return (unsigned long long)va_arg(*ap, int);
	return va_arg(*ap, unsigned int);
}

static const char *put_pointer(struct out *out, struct spec *spec, const char *f, const void *p)
{
	if (f[1] == 'S') {
		char name[96];

		if (symbol_name((vaddr_t)p, name, sizeof(name))) {
			put_string(out, spec, name);
			return f + 1;
		}
		f++;
	}
	spec->alternate = true;
	put_number(out, spec, (unsigned long long)p, 16, false);
	return f;
}

int vsnprintf(char *buf, size_t n, const char *f, va_list original)
{
	struct out out = {.at = buf, .end = n ? buf + n - 1 : buf};
	va_list ap;

	va_copy(ap, original);
	for (; *f; f++) {
		struct spec spec;
		int longs = 0;
		bool size = false;

		if (*f != '%') {
			put(&out, *f);
			continue;
		}
		f = parse_spec(&spec, f + 1, &ap);
		for (;; f++) {
			if (*f == 'l')
				longs++;
			else if (*f == 'z' || *f == 't')
				size = true;
			else if (*f == 'j')
				longs = 2;
			else if (*f != 'h')
				break;
		}
		switch (*f) {
		case 'd':
		case 'i': {
			long long v = (long long)take_integer(&ap, longs, size, true);

			put_number(&out, &spec,
				   v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v, 10,
				   v < 0);
			break;
		}
		case 'u':
			spec.plus = spec.space = false;
			put_number(&out, &spec, take_integer(&ap, longs, size, false), 10, false);
			break;
		case 'X':
			spec.upper = true;
			__attribute__((fallthrough));
		case 'x':
			spec.plus = spec.space = false;
			put_number(&out, &spec, take_integer(&ap, longs, size, false), 16, false);
			break;
		case 'o':
			spec.plus = spec.space = false;
			put_number(&out, &spec, take_integer(&ap, longs, size, false), 8, false);
			break;
		case 'c': {
			char text[2] = {(char)va_arg(ap, int), 0};

			if (!spec.left)
				pad(&out, ' ', spec.width - 1);
			put(&out, text[0]);
			if (spec.left)
				pad(&out, ' ', spec.width - 1);
			break;
		}
		case 's':
			put_string(&out, &spec, va_arg(ap, const char *));
			break;
		case 'p':
			f = put_pointer(&out, &spec, f, va_arg(ap, void *));
			break;
		case '%':
			put(&out, '%');
			break;
		default: /* an unknown conversion shows itself */
			put(&out, '%');
			if (!*f)
				f--;
			else
				put(&out, *f);
		}
	}
	va_end(ap);
	if (n)
		*out.at = '\0';
	return (int)out.wanted;
}

int snprintf(char *buf, size_t n, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int wanted = vsnprintf(buf, n, format, ap);
	va_end(ap);
	return wanted;
}

int scnprintf(char *buf, size_t n, const char *format, ...)
{
	va_list ap;

	if (n == 0)
		return 0;
	va_start(ap, format);
	int wanted = vsnprintf(buf, n, format, ap);
	va_end(ap);
	return wanted < (int)n ? wanted : (int)n - 1;
}
