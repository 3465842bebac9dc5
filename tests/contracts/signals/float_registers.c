// SPDX-License-Identifier: MIT
// Covers: SIG-03. The floating point and vector registers survive a handler that destroys them.
#include "contract.h"

static volatile int runs;

static void destroy(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
#if defined(__x86_64__)
	__asm__ volatile(
		"pxor %%xmm0,%%xmm0\n pxor %%xmm7,%%xmm7\n pxor %%xmm15,%%xmm15\n fninit\n" ::
			: "xmm0", "xmm7", "xmm15");
#elif defined(__aarch64__)
	__asm__ volatile("movi v0.2d,#0\n movi v8.2d,#0\n movi v31.2d,#0\n msr fpcr, xzr\n" ::
				 : "v0", "v8", "v31");
#else
	__asm__ volatile(
		"fmv.d.x fa0, zero\n fmv.d.x fs0, zero\n fmv.d.x ft11, zero\n fsflags zero\n" ::
			: "fa0", "fs0", "ft11");
#endif
	runs++;
}

CONTRACT
{
	uint64_t a = 0x1122334455667788, b = 0x99aabbccddeeff00, c = 0x0123456789abcdef, ra, rb, rc;
	long pid = getpid(), tid = syscall(SYS_gettid);

	catch_signal(SIGUSR1, destroy, 0);
	for (int i = 0; i < 50; i++) {
		// The signal is sent by a system call between setting and reading the registers.
#if defined(__x86_64__)
		long nr = SYS_tgkill;
		__asm__ volatile("movq %4,%%xmm0\n movq %5,%%xmm7\n movq %6,%%xmm15\n syscall\n"
				 "movq %%xmm0,%0\n movq %%xmm7,%1\n movq %%xmm15,%2\n"
				 : "=&r"(ra), "=&r"(rb), "=&r"(rc), "+a"(nr)
				 : "r"(a), "r"(b), "r"(c), "D"(pid), "S"(tid), "d"((long)SIGUSR1)
				 : "rcx", "r11", "memory", "xmm0", "xmm7", "xmm15");
		CHECK_EQ(nr, 0);
#elif defined(__aarch64__)
		register long x0 __asm__("x0") = pid;
		register long x1 __asm__("x1") = tid;
		register long x2 __asm__("x2") = SIGUSR1;
		register long x8 __asm__("x8") = SYS_tgkill;
		__asm__ volatile("fmov d0,%4\n fmov d8,%5\n fmov v31.d[1],%6\n svc #0\n"
				 "fmov %0,d0\n fmov %1,d8\n fmov %2,v31.d[1]\n"
				 : "=&r"(ra), "=&r"(rb), "=&r"(rc), "+r"(x0)
				 : "r"(a), "r"(b), "r"(c), "r"(x1), "r"(x2), "r"(x8)
				 : "memory", "v0", "v8", "v31");
		CHECK_EQ(x0, 0);
#else
		register long a0 __asm__("a0") = pid;
		register long a1 __asm__("a1") = tid;
		register long a2 __asm__("a2") = SIGUSR1;
		register long a7 __asm__("a7") = SYS_tgkill;
		__asm__ volatile("fmv.d.x fa0,%4\n fmv.d.x fs0,%5\n fmv.d.x ft11,%6\n ecall\n"
				 "fmv.x.d %0,fa0\n fmv.x.d %1,fs0\n fmv.x.d %2,ft11\n"
				 : "=&r"(ra), "=&r"(rb), "=&r"(rc), "+r"(a0)
				 : "r"(a), "r"(b), "r"(c), "r"(a1), "r"(a2), "r"(a7)
				 : "memory", "fa0", "fs0", "ft11");
		CHECK_EQ(a0, 0);
#endif
		if (ra != a || rb != b || rc != c) {
			CHECK_EQ(ra, a);
			CHECK_EQ(rb, b);
			CHECK_EQ(rc, c);
		}
		a++;
		b += 3;
		c ^= 0xff;
	}
	CHECK_EQ(runs, 50);
}
