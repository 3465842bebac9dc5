// SPDX-License-Identifier: MIT
// Covers: SIG-28. A handler returns to SA_RESTORER (x86_64) or into the vDSO; the stack and its
// frame are never executable.
#include "contract.h"

static void *volatile back;
static volatile uintptr_t frame;
static volatile uint64_t restorer;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	back = __builtin_extract_return_addr(__builtin_return_address(0));
	frame = (uintptr_t)info;
}

// The permissions and the name of the mapping that holds an address.
static bool mapping(uintptr_t address, char *permissions, char *name)
{
	for (const char *line = get_file("/proc/self/maps"); line && *line;
	     line = strchr(line, '\n') + 1) {
		unsigned long start, end;

		name[0] = 0;
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s%*[ ]%63[^\n]", &start, &end, permissions,
			   name) >= 3 &&
		    address >= start && address < end)
			return true;
	}
	return false;
}

CONTRACT
{
	struct rlimit none = {0, 0};
	char permissions[8], name[64];

	catch_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	CHECK(mapping((uintptr_t)back, permissions, name));
	CHECK_TEXT(permissions, "r-xp");
#ifdef __x86_64__
	struct {
		uint64_t handler, flags, restorer, mask;
	} now;
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &now, 8));
	CHECK_EQ(now.restorer, (uintptr_t)back);
	CHECK_EQ(now.flags & 0x4000000, 0x4000000);
#elif defined(__riscv)
	CHECK_TEXT(name, "[vdso]");
#else
	// musl gives a restorer on arm64, and it is honoured.
	CHECK(strcmp(name, "[vdso]") != 0);
	struct {
		uint64_t handler, flags, restorer, mask;
	} action;
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &action, 8));
	CHECK_EQ(action.restorer, (uintptr_t)back);
	action.flags &= ~0x4000000UL;
	MUST(syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8));
	raise(SIGUSR1);
	CHECK(mapping((uintptr_t)back, permissions, name));
	CHECK_TEXT(name, "[vdso]");
#endif
	CHECK(mapping(frame, permissions, name));
	CHECK_TEXT(permissions, "rw-p");
	CHECK_TEXT(name, "[stack]");
	MUST(setrlimit(RLIMIT_CORE, &none));
	CHECK_KILLED(CHILD(unsigned char code[64]; memset(code, 0, 64);
			   ((void (*)(void))(uintptr_t)code)()),
		     SIGSEGV);
}
