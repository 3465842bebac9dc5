// SPDX-License-Identifier: MIT
// Covers: PROC-25. A core file holds the registers of every thread as they were, the one that died
// first; what the signal said; the process's names, auxiliary vector and files; and its memory.
#include "core_helpers.h"

#include <sys/auxv.h>

#define BAD_ADDRESS 0x123450ul
#define BIG	    ((size_t)16 << 20)

// What the child tells, and its memory that is shared.
static struct told {
	pid_t crasher, waiter;
	char *big, *secret;
	pthread_t tls;
	uintptr_t sp;
	int word;
} *told;

static volatile int changed = 1;
static const char unchanged[] = "what the file has already";

// Registers with known values, one of floating point, and a store that faults.
static __attribute__((noinline)) void crash(void)
{
	told->sp = (uintptr_t)__builtin_frame_address(0);
#if defined(__x86_64__)
	__asm__ volatile("movq %0, %%rbx; movq %1, %%r12; movq %2, %%r15; movq %%r12, %%xmm5; "
			 ".globl core_fault; core_fault: movq %%rbx, (%3)"
			 :
			 : "r"(0x1111222233334444ul), "r"(0x5555666677778888ul),
			   "r"(0x99990000aaaabbbbul), "a"(BAD_ADDRESS)
			 : "rbx", "r12", "r15", "xmm5", "memory");
#elif defined(__aarch64__)
	__asm__ volatile("mov x19, %0; mov x20, %1; mov x28, %2; fmov d9, x20; mov x3, %3; .globl "
			 "core_fault; core_fault: str x19, [x3]"
			 :
			 : "r"(0x1111222233334444ul), "r"(0x5555666677778888ul),
			   "r"(0x99990000aaaabbbbul), "r"(BAD_ADDRESS)
			 : "x3", "x19", "x20", "x28", "d9", "memory");
#else
	__asm__ volatile(
		"mv s2, %0; mv s3, %1; mv s11, %2; fmv.d.x fs3, s3; mv a5, %3; .option push; "
		".option norvc; .globl core_fault; core_fault: sd s2, (a5); .option pop"
		:
		: "r"(0x1111222233334444ul), "r"(0x5555666677778888ul), "r"(0x99990000aaaabbbbul),
		  "r"(BAD_ADDRESS)
		: "a5", "s2", "s3", "s11", "fs3", "memory");
#endif
}
extern char core_fault[];

#if defined(__x86_64__)
enum { FIRST = 5, SECOND = 3, THIRD = 0, PC = 16, SP = 19, FP_AT = 160 + 5 * 16 };
#elif defined(__aarch64__)
enum { FIRST = 19, SECOND = 20, THIRD = 28, PC = 32, SP = 31, FP_AT = 9 * 16 };
#else
enum { FIRST = 18, SECOND = 19, THIRD = 27, PC = 0, SP = 2, FP_AT = 19 * 8 };
#endif

static void *waiter(void *unused)
{
	told->waiter = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return unused;
}

static void *crasher(void *unused)
{
	told->crasher = (pid_t)syscall(SYS_gettid);
	told->tls = pthread_self();
	MUST(prctl(PR_SET_NAME, "crasher"));
	crash();
	return unused;
}

static void child(void)
{
	pthread_t thread;

	core_limit(RLIM_INFINITY);
	told->word = 4711;
	changed = 2;
	told->big = MAP(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	strcpy(told->big + BIG / 2, "in the middle of nothing");
	// Written and made unreadable: it is dumped all the same.
	MUST(mprotect(told->big + BIG / 2, PAGE, PROT_NONE));
	told->secret =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	strcpy(told->secret, "not for anybody");
	MUST(madvise(told->secret, 2 * PAGE, MADV_DONTDUMP));
	if (pthread_create(&thread, NULL, waiter, NULL))
		_exit(1);
	wait_threads_asleep(1);
	if (pthread_create(&thread, NULL, crasher, NULL))
		_exit(1);
	for (;;)
		pause();
}

static const struct elf_prstatus *status_of(const struct core *core, int nth)
{
	size_t size = 0;
	const struct elf_prstatus *status = core_note(core, "CORE", NT_PRSTATUS, nth, &size);

	if (status)
		CHECK_EQ(size, sizeof(*status));
	return status;
}

static void check_registers(const struct core *core)
{
	const struct elf_prstatus *status = status_of(core, 0);
	const uint64_t *regs = (const void *)&status->pr_reg;
	const unsigned char *fp;
	uint64_t value;
	size_t size;

	CHECK_EQ(status->pr_pid, told->crasher);
	CHECK_EQ(status->pr_cursig, SIGSEGV);
	CHECK_EQ(status->pr_info.si_signo, SIGSEGV);
	CHECK_EQ(status->pr_ppid, getpid());
	CHECK_EQ(status->pr_fpvalid, 1);
	CHECK_EQ(regs[FIRST], 0x1111222233334444);
	CHECK_EQ(regs[SECOND], 0x5555666677778888);
	CHECK(regs[THIRD] == 0x99990000aaaabbbb);
	CHECK(regs[PC] == (uintptr_t)core_fault);
	CHECK(regs[SP] <= told->sp && regs[SP] + 1024 > told->sp);
	fp = core_note(core, "CORE", NT_PRFPREG, 0, &size);
	CHECK(fp && size >= FP_AT + 8);
	memcpy(&value, fp + FP_AT, 8);
	CHECK_EQ(value, 0x5555666677778888);
#if defined(__x86_64__)
	CHECK(regs[21] == (uintptr_t)told->tls); // fs_base
	fp = core_note(core, "LINUX", NT_X86_XSTATE, 0, &size);
	CHECK(fp && size >= 576);
	memcpy(&value, fp + FP_AT, 8);
	CHECK_EQ(value, 0x5555666677778888);
	memcpy(&value, fp + 464, 8);
	CHECK_EQ(value & 3, 3); // which parts there are: x87 and SSE always
#elif defined(__aarch64__)
	fp = core_note(core, "LINUX", NT_ARM_TLS, 0, &size);
	CHECK(fp && size >= 8);
	memcpy(&value, fp, 8);
	CHECK(value - (uintptr_t)told->tls < 512); // behind the thread's block
#endif
}

static void check_threads(const struct core *core, pid_t leader)
{
	int seen_leader = 0, seen_waiter = 0, n = 1;
	const struct elf_prstatus *status;
	size_t size;

	for (; (status = status_of(core, n)); n++) {
		const uint64_t *regs = (const void *)&status->pr_reg;

		seen_leader += status->pr_pid == leader;
		seen_waiter += status->pr_pid == told->waiter;
		CHECK(core_memory(core, (void *)(uintptr_t)regs[SP]) != NULL);
		CHECK(core_note(core, "CORE", NT_PRFPREG, n, &size) != NULL);
	}
	CHECK_EQ(n, 3);
	CHECK_EQ(seen_leader, 1);
	CHECK_EQ(seen_waiter, 1);
}

static void check_process(const struct core *core, pid_t leader)
{
	const struct elf_prpsinfo *process;
	const Elf64_auxv_t *aux;
	const siginfo_t *info;
	unsigned long entry = 0;
	char name[16];
	size_t size;

	process = core_note(core, "CORE", NT_PRPSINFO, 0, &size);
	CHECK_EQ(size, sizeof(*process));
	MUST(prctl(PR_GET_NAME, name));
	CHECK_TEXT(process->pr_fname, name); // the leader's
	CHECK_EQ(process->pr_pid, leader);
	CHECK_EQ(process->pr_ppid, getpid());
	CHECK_EQ(process->pr_uid, 0);
	CHECK(strlen(process->pr_psargs) > 0);
	info = core_note(core, "CORE", 0x53494749, 0, &size);
	CHECK_EQ(size, sizeof(*info));
	CHECK_EQ(info->si_signo, SIGSEGV);
	CHECK_EQ(info->si_code, SEGV_MAPERR);
	CHECK(info->si_addr == (void *)BAD_ADDRESS);
	aux = core_note(core, "CORE", NT_AUXV, 0, &size);
	for (; aux->a_type != AT_NULL; aux++)
		if (aux->a_type == AT_ENTRY)
			entry = aux->a_un.a_val;
	CHECK(entry == getauxval(AT_ENTRY));
}

// Our own code is in the list of files, by the name of the program.
static void check_files(const struct core *core)
{
	size_t size;
	const uint64_t *note = core_note(core, "CORE", 0x46494c45, 0, &size);
	const char *name = (const char *)(note + 2 + note[0] * 3);
	char program[PATH_MAX] = "";

	MUST(readlink("/proc/self/exe", program, sizeof(program) - 1));
	CHECK_EQ(note[1], PAGE);
	for (uint64_t i = 0; i < note[0]; i++, name += strlen(name) + 1)
		if ((uintptr_t)core_fault >= note[2 + i * 3] &&
		    (uintptr_t)core_fault < note[3 + i * 3])
			break;
	CHECK_TEXT(name, program);
}

static void check_memory(const struct core *core)
{
	const Elf64_Phdr *s = core_segment(core, told->big);
	const struct told *copy = core_memory(core, told);
	const int *word = core_memory(core, &changed);
	struct stat st;

	CHECK(word && *word == 2);
	CHECK(copy && copy->word == 4711);
	CHECK_TEXT((const char *)core_memory(core, told->big + BIG / 2),
		   "in the middle of nothing");
	CHECK_EQ(core_segment(core, told->big + BIG / 2)->p_flags, 0);
	CHECK_EQ(s->p_flags, PF_R | PF_W);
	CHECK_EQ(s->p_filesz, s->p_memsz);
	CHECK_EQ(*(const char *)core_memory(core, told->big), 0);
	CHECK_EQ(core_segment(core, told->secret)->p_filesz, 0);
	CHECK_EQ(core_segment(core, told->secret)->p_memsz, 2 * PAGE);
	// Of a program's unchanged parts there is but the header, and of an untouched page nothing.
	CHECK(core_memory(core, unchanged) == NULL ||
	      core_segment(core, unchanged)->p_filesz == PAGE);
	CHECK(core_memory(core, (const void *)getauxval(AT_SYSINFO_EHDR)) == NULL ||
	      !memcmp(core_memory(core, (const void *)getauxval(AT_SYSINFO_EHDR)), ELFMAG,
		      SELFMAG));
	MUST(stat("core", &st));
	CHECK((size_t)st.st_size > BIG);
	CHECK((size_t)st.st_blocks * 512 < BIG / 2);
}

CONTRACT
{
	struct core core;
	pid_t leader;

	told = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	leader = CHILD(child());
	CHECK_EQ(child_wait(leader), SIGSEGV | CORE_FLAG);
	core = core_read("core");
	CHECK(!memcmp(core.header->e_ident, ELFMAG, SELFMAG));
	CHECK_EQ(core.header->e_type, ET_CORE);
	CHECK_EQ(core.header->e_ident[EI_CLASS], ELFCLASS64);
	CHECK_EQ(core.header->e_phentsize, sizeof(Elf64_Phdr));
	CHECK_EQ(core.segments[0].p_type, PT_NOTE);
	check_registers(&core);
	check_threads(&core, leader);
	check_process(&core, leader);
	check_files(&core);
	check_memory(&core);
	MUST(unlink("core"));
}
