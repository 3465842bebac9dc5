// SPDX-License-Identifier: MIT
// Covers: SIG-02 SIG-17
// What x86_64 alone promises of exceptions and signal frames: codes and addresses of each
// exception, the frame's FP record, registers that a handler edits or destroys, a return to a bad
// address, single steps, FS and GS bases, FP state across switches.

#define _GNU_SOURCE
#include <stdio.h>

#ifndef __x86_64__
int main(void)
{
	printf("n/a: these are x86_64's exceptions\n");
	return 77;
}
#else

#include <asm/prctl.h>
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static int checks;

static void check(bool ok, const char *what)
{
	checks++;
	printf("%s %s\n", ok ? "ok" : "not ok:", what);
	if (!ok)
		exit(1);
}

enum { SKIP = 1, EDIT_RBX, STEP, EDIT_XMM, BAD_RIP, BAD_FLAGS };

static volatile int mode, got, code, steps;
static volatile uint64_t address, vector, error;
static volatile bool aligned, record_ok, mxcsr_ok, segments_ok;

#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u

static void look_at_frame(ucontext_t *uc)
{
	const char *fp = (const char *)uc->uc_mcontext.fpregs;
	uint32_t magic, extended, size, end, mxcsr;

	aligned = ((uintptr_t)__builtin_frame_address(0) & 15) == 0 && ((uintptr_t)fp & 63) == 0;
	segments_ok = (uc->uc_mcontext.gregs[REG_CSGSFS] & 0xffff) == 0x33 &&
		      (uint64_t)uc->uc_mcontext.gregs[REG_CSGSFS] >> 48 == 0x2b;
	record_ok = (uc->uc_flags & 6) == 6;
	if (uc->uc_flags & 1) {
		memcpy(&magic, fp + 464, 4);
		memcpy(&extended, fp + 468, 4);
		memcpy(&size, fp + 480, 4);
		memcpy(&end, fp + size, 4);
		record_ok = record_ok && magic == MAGIC1 && extended == size + 4 && end == MAGIC2;
	}
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	mxcsr_ok = mxcsr == 0x1f80;
}

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;

	got = sig;
	code = info->si_code;
	address = (uint64_t)info->si_addr;
	vector = regs[REG_TRAPNO];
	error = regs[REG_ERR];
	look_at_frame(uc);
	__asm__ volatile("pcmpeqb %%xmm5, %%xmm5; pcmpeqb %%xmm15, %%xmm15" ::: "xmm5", "xmm15");
	switch (mode) {
	case SKIP:
		regs[REG_RIP] = regs[REG_R15];
		break;
	case EDIT_RBX:
		regs[REG_RBX] = 0xabcdef;
		break;
	case STEP:
		if (++steps == 5)
			regs[REG_EFL] &= ~0x100l;
		break;
	case EDIT_XMM:
		memset((char *)uc->uc_mcontext.fpregs + 160 + 16 * 5, 0x55, 8);
		break;
	case BAD_RIP:
		regs[REG_RIP] = (greg_t)0x8000000000001234;
		mode = SKIP;
		break;
	case BAD_FLAGS:
		regs[REG_EFL] |= 0x3000 | 0x4000 | 0x20000; // IOPL, NT, VM
		break;
	}
}

// Run an instruction that faults; the handler goes on behind it.
#define FAULT(text)                                                                             \
	({                                                                                      \
		mode = SKIP;                                                                    \
		got = 0;                                                                        \
		__asm__ volatile("leaq 1f(%%rip), %%r15; " text "; 1: fnclex"                   \
				 :                                                              \
				 :                                                              \
				 : "r15", "rax", "rcx", "rdx", "memory", "cc", "xmm1", "xmm2"); \
		got;                                                                            \
	})

static void exceptions(void)
{
	check(FAULT("movq 0, %%rax") == SIGSEGV && code == SEGV_MAPERR && !address &&
		      vector == 14 && error == 4,
	      "null pointer: SEGV_MAPERR, address 0");
	check(FAULT("movabsq $0xffff800000000000, %%rax; movq (%%rax), %%rax") == SIGSEGV &&
		      code == SEGV_MAPERR && address == 0xffff800000000000 && error == 5,
	      "kernel address: SEGV_MAPERR with the address");
	check(FAULT("movq $0xffffffff80000000, %%rax; movb $0, (%%rax)") == SIGSEGV &&
		      address == 0xffffffff80000000 && error == 7,
	      "a protection fault is reported, whether the kernel has mapped it");
	check(FAULT("movabsq $0x7fffffffffff, %%rax; jmp *%%rax") == SIGSEGV && error == 0x15,
	      "or not");
	check(FAULT("movabsq $0x8000000000001234, %%rax; movq (%%rax), %%rax") == SIGSEGV &&
		      code == SI_KERNEL && !address && vector == 13,
	      "non-canonical address: SI_KERNEL, no address");
	check(FAULT("movabsq $0x8000000000001234, %%rax; jmp *%%rax") == SIGSEGV &&
		      code == SI_KERNEL,
	      "non-canonical jump: SI_KERNEL");
	check(FAULT("leaq 1f(%%rip), %%rax; movb $0, (%%rax)") == SIGSEGV && code == SEGV_ACCERR &&
		      error == 7,
	      "write to text: SEGV_ACCERR");
	check(FAULT("movq %%rsp, %%rax; jmp *%%rax") == SIGSEGV && code == SEGV_ACCERR &&
		      (error & 16),
	      "jump to the stack: SEGV_ACCERR, a fetch");
	check(FAULT("ud2") == SIGILL && code == ILL_ILLOPN && vector == 6, "ud2: ILL_ILLOPN");
	check(FAULT("int3") == SIGTRAP && code == SI_KERNEL && vector == 3,
	      "int3: SIGTRAP, SI_KERNEL");
	check(FAULT("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx") == SIGFPE &&
		      code == FPE_INTDIV && !vector,
	      "division by zero: FPE_INTDIV");
	check(FAULT("hlt") == SIGSEGV && code == SI_KERNEL && vector == 13,
	      "hlt: SIGSEGV, SI_KERNEL");
	check(FAULT("movq %%cr3, %%rax") == SIGSEGV, "control registers are the kernel's");
	check(FAULT("int $0x20") == SIGSEGV && code == SI_KERNEL,
	      "interrupt gates are the kernel's");
	check(FAULT("pushw $0x37b; fldcw (%%rsp); addq $2, %%rsp; fld1; fldz; fdivrp; fwait") ==
			      SIGFPE &&
		      code == FPE_FLTDIV && vector == 16,
	      "x87 division by zero: FPE_FLTDIV");
	__asm__ volatile("fninit");
	check(aligned && record_ok && mxcsr_ok && segments_ok,
	      "the frame is aligned, has its FP record and selectors, and the handler a fresh "
	      "MXCSR");
}

static long kill_self(uint64_t *rbx, uint64_t *xmm5, uint64_t *xmm15)
{
	long result;
	uint64_t b, x, y;

	got = 0;
	__asm__ volatile("movq %[v], %%xmm5; movq %[v], %%xmm15; movl $7, %%ebx; syscall; movq "
			 "%%rbx, %[b]; movq %%xmm5, %[x];"
			 "movq %%xmm15, %[y]"
			 : "=a"(result), [b] "=&r"(b), [x] "=&r"(x), [y] "=&r"(y)
			 : "a"(SYS_tgkill), "D"((long)getpid()), "S"(syscall(SYS_gettid)),
			   "d"((long)SIGUSR1), [v] "r"(0x123456789ul)
			 : "rbx", "rcx", "r11", "xmm5", "xmm15", "memory");
	*rbx = b;
	*xmm5 = x;
	*xmm15 = y;
	return result;
}

static void edits(void)
{
	uint64_t rbx, xmm5, xmm15, flags;

	mode = EDIT_RBX;
	check(!kill_self(&rbx, &xmm5, &xmm15) && got == SIGUSR1 && code == SI_TKILL,
	      "tgkill to oneself is delivered on its return");
	check(rbx == 0xabcdef, "a register edited in the frame");
	check(xmm5 == 0x123456789 && xmm15 == 0x123456789,
	      "SSE registers survive a handler that destroys them");
	mode = EDIT_XMM;
	kill_self(&rbx, &xmm5, &xmm15);
	check(xmm5 == 0x5555555555555555 && xmm15 == 0x123456789,
	      "an SSE register edited in the frame");
	mode = BAD_FLAGS;
	kill_self(&rbx, &xmm5, &xmm15);
	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	check(!(flags & 0x27000), "IOPL, NT and VM in the frame's flags are not taken");

	mode = BAD_RIP;
	got = 0;
	__asm__ volatile("leaq 1f(%%rip), %%r15; syscall; ud2; 1:"
			 :
			 : "a"(SYS_tgkill), "D"((long)getpid()), "S"(syscall(SYS_gettid)),
			   "d"((long)SIGUSR1)
			 : "rcx", "r11", "r15", "memory");
	check(got == SIGSEGV && code == SI_KERNEL,
	      "sigreturn to a non-canonical address is a SIGSEGV");
}

static void single_steps(void)
{
	long result;

	mode = STEP;
	got = steps = 0;
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop; nop; nop" ::
				 : "memory", "cc");
	check(steps == 5 && got == SIGTRAP && code == TRAP_TRACE && vector == 1,
	      "single steps: TRAP_TRACE, until TF is cleared");
	steps = 0;
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; movl %1, %%eax; syscall; nop; nop; "
			 "nop; nop; nop; nop"
			 : "=&a"(result)
			 : "i"(SYS_getppid)
			 : "rcx", "r11", "memory", "cc");
	check(steps == 5 && result == getppid(), "single steps through a system call");
}

static void bases(void)
{
	static int word = 77;
	uint64_t base = 0;
	int seen;

	check(!syscall(SYS_arch_prctl, ARCH_SET_GS, &word), "ARCH_SET_GS");
	check(!syscall(SYS_arch_prctl, ARCH_GET_GS, &base) && base == (uint64_t)&word,
	      "ARCH_GET_GS");
	__asm__ volatile("movl %%gs:0, %0" : "=r"(seen));
	check(seen == 77, "GS addresses what was set");
	check(syscall(SYS_arch_prctl, ARCH_SET_GS, 1ul << 63) == -1,
	      "a base outside user space is refused");
	check(!syscall(SYS_arch_prctl, ARCH_GET_FS, &base) && base, "ARCH_GET_FS");
	if (getauxval(AT_HWCAP2) & 2) {
		__asm__ volatile("wrgsbase %0" : : "r"(0x777000ul));
		sched_yield();
		check(!syscall(SYS_arch_prctl, ARCH_GET_GS, &base) && base == 0x777000,
		      "WRGSBASE is seen by the kernel");
	}
}

static int spin(uint64_t mine)
{
	uint64_t a, b, gs;

	syscall(SYS_arch_prctl, ARCH_SET_GS, mine << 12);
	for (int i = 0; i < 300; i++) {
		__asm__ volatile("movq %2, %%xmm7; movq %2, %%xmm12; syscall; movq %%xmm7, %0; "
				 "movq %%xmm12, %1"
				 : "=&r"(a), "=&r"(b)
				 : "r"(mine), "a"(SYS_sched_yield)
				 : "rcx", "r11", "xmm7", "xmm12", "memory");
		syscall(SYS_arch_prctl, ARCH_GET_GS, &gs);
		if (a != mine || b != mine || gs != mine << 12)
			return 1;
	}
	return 40;
}

static void switches(void)
{
	bool ok = true;
	int status;

	for (uint64_t i = 1; i <= 4; i++)
		if (!fork())
			_exit(spin(i * 0x1111));
	for (int i = 0; i < 4; i++)
		ok = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 40 && ok;
	check(ok, "four processes keep their SSE registers and GS bases while they yield to one "
		  "another");
}

int main(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGUSR1};
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	exceptions();
	edits();
	single_steps();
	bases();
	switches();
	printf("ok %d checks\n", checks);
	return 0;
}
#endif
