// SPDX-License-Identifier: MIT
// Covers: PROC-16. The auxiliary vector is complete and true, and /proc/self/auxv shows the same.
#include "contract.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

extern char **environ;

CONTRACT
{
	static const unsigned long wanted[] = {
		AT_PHDR,     AT_PHENT,	AT_PHNUM,	 AT_PAGESZ, AT_ENTRY,  AT_UID,
		AT_EUID,     AT_GID,	AT_EGID,	 AT_SECURE, AT_RANDOM, AT_EXECFN,
		AT_PLATFORM, AT_CLKTCK, AT_SYSINFO_EHDR, AT_HWCAP,  AT_FLAGS,  AT_BASE};
	char **end = environ;
	const Elf64_auxv_t *vector, *file;
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	const Elf64_Ehdr *vdso = (const Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
	int sum = 0;

	while (*end)
		end++;
	vector = (const Elf64_auxv_t *)(end + 1);
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const Elf64_auxv_t *entry = vector;

		while (entry->a_type != AT_NULL && entry->a_type != wanted[i])
			entry++;
#ifdef __riscv
		if (wanted[i] == AT_PLATFORM)
			continue;
#endif
		if (entry->a_type == AT_NULL)
			say("AT type %lu", wanted[i]);
		CHECK(entry->a_type != AT_NULL);
	}
	CHECK_EQ(getauxval(AT_PAGESZ), 4096);
	CHECK_EQ(getauxval(AT_CLKTCK), 100);
	CHECK_EQ(getauxval(AT_PHENT), sizeof(Elf64_Phdr));
	CHECK_EQ(getauxval(AT_UID), getuid());
	CHECK_EQ(getauxval(AT_EGID), getegid());
	CHECK(strncmp((char *)getauxval(AT_EXECFN), "/", 1) == 0);
	CHECK(((const Elf64_Phdr *)getauxval(AT_PHDR))->p_type != 0);
	for (int i = 0; i < 16; i++)
		sum |= random[i];
	CHECK(sum != 0);
	CHECK_EQ(memcmp(vdso->e_ident, ELFMAG, SELFMAG), 0);
	CHECK_EQ(vdso->e_type, ET_DYN);
#if defined(__x86_64__)
	CHECK_TEXT((char *)getauxval(AT_PLATFORM), "x86_64");
#elif defined(__aarch64__)
	CHECK_TEXT((char *)getauxval(AT_PLATFORM), "aarch64");
#endif
	file = (const Elf64_auxv_t *)get_file("/proc/self/auxv");
	for (;; file++, vector++) {
		CHECK_EQ(file->a_type, vector->a_type);
		if (file->a_type == AT_NULL)
			break;
		CHECK_EQ(file->a_un.a_val, vector->a_un.a_val);
	}
}
