// SPDX-License-Identifier: MIT
// Covers: MEM-02 MEM-04 PROC-17. prctl(PR_SET_MDWE): from then on no memory is both writable and
// executable, and none becomes executable that was not; for good, and for children and programs
// that are executed, unless it said otherwise.
#include "contract.h"

#include <sys/prctl.h>

#define SET_MDWE   65
#define GET_MDWE   66
#define REFUSE	   1
#define NO_INHERIT 2

#define R  PROT_READ
#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)
#define WX (PROT_READ | PROT_WRITE | PROT_EXEC)

static int set(unsigned long bits)
{
	return prctl(SET_MDWE, bits, 0L, 0L, 0L);
}

static int get(void)
{
	return prctl(GET_MDWE, 0L, 0L, 0L, 0L);
}

static void *mapped(int rights)
{
	return mmap(NULL, PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void refused(void)
{
	void *both = MAP(NULL, PAGE, WX, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *code, *data;

	CHECK_EQ(set(REFUSE), 0);
	CHECK_EQ(get(), REFUSE);
	CHECK_ERRNO(mapped(WX), EACCES);
	CHECK_ERRNO(mapped(PROT_WRITE | PROT_EXEC), EACCES);
	code = mapped(RX);
	CHECK(code != MAP_FAILED);
	data = mapped(RW);
	CHECK(data != MAP_FAILED);
	CHECK_ERRNO(mprotect(data, PAGE, RX), EACCES);
	CHECK_ERRNO(mprotect(data, PAGE, WX), EACCES);
	CHECK_EQ(mprotect(data, PAGE, R), 0);
	CHECK_ERRNO(mprotect(data, PAGE, RX), EACCES);
	CHECK_EQ(mprotect(code, PAGE, RX), 0);
	CHECK_ERRNO(mprotect(code, PAGE, WX), EACCES);
	CHECK_EQ(mprotect(code, PAGE, R), 0);
	CHECK_ERRNO(mprotect(code, PAGE, RX), EACCES);
	// What was so before stays, but cannot be asked for again.
	*(volatile int *)both = 1;
	CHECK_ERRNO(mprotect(both, PAGE, WX), EACCES);
	CHECK_EQ(mprotect(both, PAGE, RX), 0);
	CHECK_EQ(set(REFUSE), 0);
	CHECK_ERRNO(set(0), EPERM);
	CHECK_ERRNO(set(REFUSE | NO_INHERIT), EPERM);
}

static void alone(void)
{
	CHECK_EQ(set(REFUSE | NO_INHERIT), 0);
	CHECK_EQ(get(), REFUSE | NO_INHERIT);
	CHECK_ERRNO(mapped(WX), EACCES);
	CHECK_EXIT(CHILD(_exit(get())), 0);
}

// The program, executed again: its exit status says what it has inherited.
static void execute_again(void)
{
	MUST(setenv("AGAIN", "1", 1));
	execl("/proc/self/exe", "again", (char *)NULL);
	_exit(99);
}

CONTRACT
{
	if (getenv("AGAIN"))
		_exit(get());
	CHECK_EQ(get(), 0);
	CHECK_ERRNO(set(NO_INHERIT), EINVAL);
	CHECK_ERRNO(set(4), EINVAL);
	CHECK_ERRNO(prctl(SET_MDWE, REFUSE, 1L, 0L, 0L), EINVAL);
	CHECK_ERRNO(prctl(GET_MDWE, 1L, 0L, 0L, 0L), EINVAL);
	CHECK_EQ(get(), 0);
	CHECK_EXIT(CHILD(refused()), 0);
	CHECK_EXIT(CHILD(alone()), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(set(REFUSE), 0); _exit(child_wait(CHILD(_exit(get()))) >> 8)),
		   REFUSE);
	CHECK_EXIT(CHILD(CHECK_EQ(set(REFUSE), 0); execute_again()), REFUSE);
	CHECK_EXIT(CHILD(CHECK_EQ(set(REFUSE | NO_INHERIT), 0); execute_again()), 0);
}
