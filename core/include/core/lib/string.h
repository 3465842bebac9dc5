/* SPDX-License-Identifier: MIT */
/* core/lib/string.h - the memory and string functions of C that the kernel supplies; the compiler
 * calls the first four by itself. */
#ifndef CORE_LIB_STRING_H
#define CORE_LIB_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
/* Copy at most n-1 bytes and a NUL; returns the length copied, or -E2BIG when it was cut (the copy
 * is NUL-terminated all the same). n > 0. */
long strscpy(char *to, const char *from, size_t n);
/* strtoull for the kernel: base 0, 8, 10 or 16; 0, -EINVAL (no digits or rest) or -ERANGE. */
int parse_u64(const char *s, int base, unsigned long long *value);

#endif
