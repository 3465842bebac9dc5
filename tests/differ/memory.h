// SPDX-License-Identifier: MIT
// Memory: mappings, their protection, moves, advice and locks, and what touching them does.
//
// All of it in one arena at a fixed place, with nothing near: places are printed as pages from its begin. What the kernel puts elsewhere is
// unmapped at once.

#ifndef MEMORY_H
#define MEMORY_H

#include "differ.h"

#include <setjmp.h>

#define ARENA	    ((char *)0x1000000000)
#define ARENA_PAGES 48
#define ARENA_PAGE  4096l
#define FILE_PAGES  8

static sigjmp_buf memory_escape;
static volatile int memory_signal, memory_code;
static volatile long memory_at;
static int memory_memfd;

static void memory_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	memory_signal = number;
	memory_code = info->si_code;
	memory_at = ((char *)info->si_addr - ARENA) / ARENA_PAGE;
	siglongjmp(memory_escape, 1);
}

// What every seed has: two files of which one ends within a page, and one memfd that can be sealed.
static void memory_begin(void)
{
	struct sigaction action = {.sa_sigaction = memory_fault, .sa_flags = SA_SIGINFO};
	static char page[ARENA_PAGE];

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){8l << 20, 8l << 20});
	setrlimit(RLIMIT_AS, &(struct rlimit){1l << 31, 1l << 31});
	setrlimit(RLIMIT_DATA, &(struct rlimit){1l << 30, 1l << 30});
	for (int i = 0; i < 4; i++) {
		int fd = i < 2	 ? open(i ? "f" : "e", O_RDWR | O_CREAT, 0666)
			 : i < 3 ? (int)syscall(SYS_memfd_create, "m", 2 /* MFD_ALLOW_SEALING */)
				 : open("f", O_RDONLY);

		for (int at = 0; i < 3 && at < FILE_PAGES; at++) {
			memset(page, 'a' + at, sizeof(page));
			if (write(fd, page, at == FILE_PAGES - 1 && i != 1 ? 100 : sizeof(page)) <
			    0)
				_exit(3);
		}
		keep_fd(fd);
		if (i == 2)
			memory_memfd = fd;
	}
	chmod("e", 0666);
	chmod("f", 0666);
}

// What is the machine's: riscv64's user space has no fixed end, and its Linux copies up to a hole in larger steps than others, and
// does not come to an end when it copies in from one.
#ifdef __riscv
#define HOLES_ARE_EXACT 0
#define LAST_USER_PAGE	0
#else
#define HOLES_ARE_EXACT 1
#define LAST_USER_PAGE	0x7ffffffff000
#endif

static long a_page(void)
{
	return (long)random_below(random_below(3) ? 16 : ARENA_PAGES);
}

// Bytes: mostly some pages. Nothing that is longer than all of user space and yet does not wrap: madvise would come to the
// memory of this program itself, which lies above the arena.
static unsigned long some_pages(void)
{
	if (random_below(12))
		return (1 + random_below(random_below(2) ? 4 : 16)) * ARENA_PAGE;
	return (unsigned long)ONE_OF(0, 1, 100, 4097, 8191, -1, -4096, -8192, 1LL << 46, 1LL << 33,
				     5 * ARENA_PAGE + 1);
}

// A place: mostly a page's begin.
static char *an_address(void)
{
	if (random_below(25))
		return ARENA + a_page() * ARENA_PAGE;
	return (char *)(uintptr_t)ONE_OF(0, 1, (long)ARENA + 1, (long)ARENA + 4095, -4096,
					 1LL << 62, LAST_USER_PAGE);
}

static long page_of(const char *at)
{
	if (at >= ARENA && at < ARENA + ARENA_PAGES * ARENA_PAGE && (at - ARENA) % ARENA_PAGE == 0)
		return (at - ARENA) / ARENA_PAGE;
	return (at - ARENA) % ARENA_PAGE ? 2000 + (at - ARENA) % ARENA_PAGE
	       : at < ARENA		 ? 1000
					 : 1001;
}

static void show_in_arena(const char *at)
{
	if (at >= ARENA && at < ARENA + ARENA_PAGES * ARENA_PAGE)
		note("%ld", (long)(at - ARENA) / ARENA_PAGE);
	else
		note("elsewhere");
	if ((uintptr_t)at % ARENA_PAGE)
		note("+%ld", (long)((uintptr_t)at % ARENA_PAGE));
}

// A call that answers with a place. True: it is in the arena.
static bool in_arena(long result)
{
	if (result == -1) {
		ended(-1);
		return false;
	}
	note(" = ");
	show_in_arena((char *)result);
	return (char *)result >= ARENA && (char *)result < ARENA + ARENA_PAGES * ARENA_PAGE;
}

// Never PROT_EXEC alone: whether that can be read is the machine's, on x86_64 protection keys'. 64 is no bit anywhere; 16 is arm64's.
static int a_prot(void)
{
	return (int)ONE_OF(0, 1, 2, 3, 3, 3, 3, 1, 5, 7, 6, 8, 64, 0x1000003, 0x2000003, 0x1000000,
			   0x3000003, -1);
}

static void op_mmap(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	int prot = (int)ONE_OF(0, 1, 2, 3, 3, 3, 3, 1, 5, 7, 6, 0x1000003, 64);
	int flags =
		(int)(ONE_OF(MAP_PRIVATE, MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED, MAP_SHARED,
			     MAP_SHARED_VALIDATE, 0, 4, 15) |
		      ONE_OF(MAP_FIXED, MAP_FIXED, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE, 0) |
		      ONE_OF(MAP_ANONYMOUS, MAP_ANONYMOUS, 0));
	int more = (int)SOME_OF(0, 0, 0, MAP_NORESERVE, MAP_POPULATE, MAP_NONBLOCK, MAP_LOCKED,
				MAP_STACK, 0x800 /* DENYWRITE */, 0x1000 /* EXECUTABLE */, 1 << 24,
				1 << 30, 0x200);
	int fd = a_fd();
	// None below 0: riscv64's Linux divides it with its sign, the others without.
	long long offset = ONE_OF(0, 0, 0, ARENA_PAGE, 2 * ARENA_PAGE, 6 * ARENA_PAGE,
				  20 * ARENA_PAGE, 1, 1LL << 50, 0x7ffffffffffff000);
	long got;

	if (length >= 1ul << 30 && !(flags & MAP_FIXED))
		length = 0;
	note("(");
	show_in_arena(at);
	note(", %#lx, %#x, %#x, %d, %lld)", length, prot, flags | more, fd, offset);
	got = syscall(SYS_mmap, at, length, prot, flags | more, fd, offset);
	if (!in_arena(got) && got != -1)
		munmap((void *)got, length);
}

static void op_munmap(void)
{
	char *at = an_address();
	unsigned long length = some_pages();

	note("(");
	show_in_arena(at);
	if (at < ARENA || at > ARENA + ARENA_PAGES * ARENA_PAGE || length > 1l << 40)
		length = (unsigned long)ONE_OF(0, -1, 1LL << 63);
	DO(munmap(at, length), ", %#lx)", length);
}

static void op_mprotect(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	int prot = a_prot();

	if (!random_below(12)) // beyond user space: it ends at the first hole
		length = 1ul << 62;
	note("(");
	show_in_arena(at);
	DO(syscall(SYS_mprotect, at, length, prot), ", %#lx, %#x)", length, prot);
}

static void op_mremap(void)
{
	char *at = an_address(), *to = an_address();
	unsigned long old = some_pages(), new = some_pages();
	int flags = (int)ONE_OF(0, 1, 1, 3, 3, 3, 5, 7, 7, 2, 4, 8, 9);
	long got;

	if (random_below(4) == 0)
		old = new;
	if (random_below(16) == 0)
		old = 0;
	note("(");
	show_in_arena(at);
	note(", %#lx, %#lx, %d, ", old, new, flags);
	show_in_arena(to);
	note(")");
	got = syscall(SYS_mremap, at, old, new, flags, to);
	if (!in_arena(got) && got != -1)
		munmap((void *)got, new);
}

static void op_madvise(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	// Not MADV_FREE (8) and MADV_PAGEOUT (21): when and whether pages go is left to the kernel.
	int advice = (int)ONE_OF(0, 1, 2, 3, 4, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24,
				 4, 9, 4, 22, 23, 26, 5, -1);

	note("(");
	show_in_arena(at);
	DO(syscall(SYS_madvise, at, length, advice), ", %#lx, %d)", length, advice);
}

static void op_mincore(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	static unsigned char vector[64];
	unsigned char *to = (unsigned char *)(random_below(12) ? (uintptr_t)vector
							       : (uintptr_t)ONE_OF(0, 8, -4096));

	if (length > 64 * ARENA_PAGE && length < 1ul << 47)
		length = ARENA_PAGE;
	note("(");
	show_in_arena(at);
	memset(vector, 9, sizeof(vector));
	if (DO(syscall(SYS_mincore, at, length, to), ", %#lx)", length) == 0) {
		note(" ");
		for (unsigned long i = 0; i < (length + ARENA_PAGE - 1) / ARENA_PAGE && i < 64; i++)
			note("%d", vector[i]);
	}
}

static void op_msync(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	int flags = (int)ONE_OF(0, 1, 2, 4, 5, 6, 3, 8, 2, 4);

	note("(");
	show_in_arena(at);
	DO(syscall(SYS_msync, at, length, flags), ", %#lx, %d)", length, flags);
}

static void op_mlock(void)
{
	char *at = an_address();
	unsigned long length = some_pages();
	int flags = (int)ONE_OF(0, 1, 1, 2);

	switch (random_below(6)) {
	case 0:
		note("(");
		show_in_arena(at);
		DO(syscall(SYS_mlock, at, length), ", %#lx)", length);
		break;
	case 1:
	case 2:
		note("2(");
		show_in_arena(at);
		DO(syscall(SYS_mlock2, at, length, flags), ", %#lx, %d)", length, flags);
		break;
	case 3:
		note(" munlock(");
		show_in_arena(at);
		DO(syscall(SYS_munlock, at, length), ", %#lx)", length);
		break;
	case 4:
		flags = (int)ONE_OF(0, 8, 4, 2, 2, 6);
		DO(syscall(SYS_mlockall, flags), "all(%d)", flags);
		break;
	default:
		DO(syscall(SYS_munlockall), " munlockall()");
	}
}

static void op_brk(void)
{
	static long begin;
	long by = ONE_OF(0, 1, ARENA_PAGE, 3 * ARENA_PAGE, 100 * ARENA_PAGE, -1, 1LL << 40,
			 -(1LL << 30), 5 * ARENA_PAGE + 7);
	long got;

	if (!begin)
		begin = syscall(SYS_brk, 0);
	got = syscall(SYS_brk, begin + by);
	note("(%ld) = %ld", by, got - begin);
	if (got > begin && random_below(2))
		*(volatile char *)(got - 1) = 1;
}

// Read or write one byte of a page.
static void touch_byte(char *at, int write)
{
	volatile char value = 0;

	memory_signal = 0;
	if (sigsetjmp(memory_escape, 1) == 0) {
		if (write)
			*(volatile char *)at = (char)write;
		else
			value = *(volatile char *)at;
	}
	if (memory_signal)
		note(" %s code %d page %ld", memory_signal == SIGSEGV ? "SEGV" : "BUS", memory_code,
		     memory_at);
	else
		note(" %d", value);
}

static void op_touch(void)
{
	char *at = ARENA + a_page() * ARENA_PAGE;
	int count = 1 + (int)random_below(4), write = (int)random_below(2);

	note("(%ld, %d, %s)", page_of(at), count, write ? "write" : "read");
	for (int i = 0; i < count; i++)
		touch_byte(at + i * ARENA_PAGE + random_below(2) * 4000,
			   write * (int)(1 + random_below(100)));
}

// The kernel's own accesses: what it copies in and out.
static void op_through(void)
{
	char *at = ARENA + a_page() * ARENA_PAGE + ONE_OF(0, 100, 4000) * HOLES_ARE_EXACT;
	unsigned long length = (unsigned long)ONE_OF(1, 4096, 8192, 12288, 5000);
	int fd = a_fd();
	long long offset = ONE_OF(0, 4096, 100, 30000) * HOLES_ARE_EXACT;

	if (random_below(2) || !HOLES_ARE_EXACT)
		DO(pread(fd, at, length, offset), " pread(%d, %ld, %lu, %lld)", fd,
		   (long)(at - ARENA), length, offset);
	else
		DO(pwrite(fd, at, length, offset), " pwrite(%d, %ld, %lu, %lld)", fd,
		   (long)(at - ARENA), length, offset);
}

static void op_truncate_file(void)
{
	int fd = a_fd();
	long long to = ONE_OF(0, 1, 4096, 10000, FILE_PAGES * ARENA_PAGE, 12 * ARENA_PAGE, 5000);

	DO(ftruncate(fd, to), "(%d, %lld)", fd, to);
}

static void op_seal(void)
{
	int seals = (int)ONE_OF(2, 4, 8, 16, 1, 32, 64), fd = memory_memfd;

	switch (random_below(4)) {
	case 0:
		keep_fd(memory_memfd =
				(int)DO(syscall(SYS_memfd_create, "m", ONE_OF(2, 2, 0, 8, 16, 1)),
					" memfd()"));
		break;
	case 1:
		DO(fcntl(fd, 1033 /* F_ADD_SEALS */, seals), "(%d, %d)", fd, seals);
		break;
	default:
		DO(fcntl(fd, 1034 /* F_GET_SEALS */), " get(%d)", fd);
	}
}

// A child sees and changes its own copy of what is private, and what is shared.
static void op_fork(void)
{
	char *at = ARENA + a_page() * ARENA_PAGE;
	int status;
	pid_t child = fork();

	if (child == 0) {
		int seen = 0;

		for (int i = 0; i < 4; i++) {
			touch_byte(at + i * ARENA_PAGE, 0);
			seen = seen * 3 +
			       (memory_signal ? memory_signal + memory_code : at[i * ARENA_PAGE]);
			touch_byte(at + i * ARENA_PAGE, i & 1 ? 50 + i : 0);
		}
		_exit(seen & 255);
	}
	if (child < 0) {
		note(" failed: %s", error_name(errno));
		return;
	}
	// On a host that stands still the alarm of blocking calls may come first.
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	note("(%ld) status %#x, then:", page_of(at), status);
	for (int i = 0; i < 4; i++)
		touch_byte(at + i * ARENA_PAGE, 0);
}

struct mapped_piece {
	unsigned long start, end, offset;
	char rights[8], name[64];
};

static void show_mapped_piece(const struct mapped_piece *piece)
{
	if (piece->end)
		note(" %lu-%lu:%s:%lu%s", (piece->start - (unsigned long)ARENA) / ARENA_PAGE,
		     (piece->end - (unsigned long)ARENA) / ARENA_PAGE, piece->rights,
		     piece->offset / ARENA_PAGE, piece->name);
}

// The arena's lines of /proc/self/maps. In how many pieces one mapping is kept is the kernel's own matter.
// Without stdio: it would allocate from the break, which op_brk moves.
static void op_maps(void)
{
	static char lines[65536];
	struct mapped_piece whole = {0};
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t length = 0;
	long n;

	while ((n = read(fd, lines + length, sizeof(lines) - 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	lines[length] = 0;
	for (char *line = lines, *end; (end = strchr(line, '\n')); line = end + 1) {
		struct mapped_piece piece = {0};

		*end = 0;
		if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %63[^\n]", &piece.start, &piece.end,
			   piece.rights, &piece.offset, piece.name) < 4 ||
		    piece.start < (unsigned long)ARENA ||
		    piece.start >= (unsigned long)(ARENA + 1024 * ARENA_PAGE))
			continue;
		if (piece.start == whole.end && !strcmp(piece.rights, whole.rights) &&
		    !strcmp(piece.name, whole.name) &&
		    (!piece.name[0] || piece.offset == whole.offset + (whole.end - whole.start))) {
			whole.end = piece.end;
			continue;
		}
		show_mapped_piece(&whole);
		whole = piece;
	}
	show_mapped_piece(&whole);
}

static const struct op memory_ops[] = {
	{"mmap", op_mmap},	   {"mmap", op_mmap},
	{"mmap", op_mmap},	   {"mmap", op_mmap},
	{"mmap", op_mmap},	   {"munmap", op_munmap},
	{"mprotect", op_mprotect}, {"mprotect", op_mprotect},
	{"mprotect", op_mprotect}, {"mremap", op_mremap},
	{"mremap", op_mremap},	   {"mremap", op_mremap},
	{"madvise", op_madvise},   {"madvise", op_madvise},
	{"madvise", op_madvise},   {"mincore", op_mincore},
	{"msync", op_msync},	   {"mlock", op_mlock},
	{"mlock", op_mlock},	   {"brk", op_brk},
	{"touch", op_touch},	   {"touch", op_touch},
	{"touch", op_touch},	   {"touch", op_touch},
	{"through", op_through},   {"truncate", op_truncate_file},
	{"seal", op_seal},	   {"fork", op_fork},
	{"maps", op_maps},	   {"maps", op_maps},
};

static const struct area memory_area = {"memory", memory_begin, memory_ops, COUNT(memory_ops)};

#endif
