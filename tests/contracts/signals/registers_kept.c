// SPDX-License-Identifier: MIT
// Covers: SIG-20 SIG-03. A loop that holds a value in every register it can is interrupted
// hundreds of times by a timer and finds all unchanged.
#include "contract.h"

static volatile int ticks;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	ticks++;
#if defined(__x86_64__)
	__asm__ volatile(
		"xor %%r8d,%%r8d\n xor %%r9d,%%r9d\n xor %%r10d,%%r10d\n xorps %%xmm5,%%xmm5" ::
			: "r8", "r9", "r10", "xmm5");
#elif defined(__aarch64__)
	__asm__ volatile("mov x9,#0\n mov x10,#0\n mov x18,#0\n fmov d5,xzr" ::: "x9", "x10", "v5");
#else
	__asm__ volatile("li t1,0\n li t2,0\n li t3,0\n fmv.d.x ft5,zero" ::
				 : "t1", "t2", "t3", "ft5");
#endif
}

// One round: put values into registers, spin, count those that changed.
static long round_(long turns)
{
	long bad = 0;

#if defined(__x86_64__)
	__asm__ volatile("mov $101,%%r8d\n mov $102,%%r9d\n mov $103,%%r10d\n mov $104,%%r11d\n "
			 "cvtsi2sd %%r8d,%%xmm5\n"
			 "1: dec %1\n jnz 1b\n cvtsd2si %%xmm5,%%eax\n"
			 "cmp $101,%%r8d\n setne %%cl\n add %%cl,%b0\n cmp $102,%%r9d\n setne "
			 "%%cl\n add %%cl,%b0\n"
			 "cmp $103,%%r10d\n setne %%cl\n add %%cl,%b0\n cmp $104,%%r11d\n setne "
			 "%%cl\n add %%cl,%b0\n"
			 "cmp $101,%%eax\n setne %%cl\n add %%cl,%b0"
			 : "+b"(bad), "+d"(turns)::"rax", "rcx", "r8", "r9", "r10", "r11", "xmm5",
			   "cc");
#elif defined(__aarch64__)
	__asm__ volatile("mov x9,#101\n mov x10,#102\n mov x17,#103\n scvtf d5,x9\n"
			 "1: subs %1,%1,#1\n b.ne 1b\n fcvtzs x11,d5\n"
			 "cmp x9,#101\n cinc %0,%0,ne\n cmp x10,#102\n cinc %0,%0,ne\n cmp "
			 "x17,#103\n cinc %0,%0,ne\n"
			 "cmp x11,#101\n cinc %0,%0,ne"
			 : "+r"(bad), "+r"(turns)::"x9", "x10", "x11", "x17", "v5", "cc");
#else
	__asm__ volatile("li t1,101\n li t2,102\n li t3,103\n fcvt.d.l ft5,t1\n"
			 "1: addi %1,%1,-1\n bnez %1,1b\n fcvt.l.d t4,ft5\n"
			 "addi t1,t1,-101\n snez t1,t1\n add %0,%0,t1\n addi t2,t2,-102\n snez "
			 "t2,t2\n add %0,%0,t2\n"
			 "addi t3,t3,-103\n snez t3,t3\n add %0,%0,t3\n addi t4,t4,-101\n snez "
			 "t4,t4\n add %0,%0,t4"
			 : "+r"(bad), "+r"(turns)::"t1", "t2", "t3", "t4", "ft5");
#endif
	return bad;
}

CONTRACT
{
	struct itimerval timer = {{0, 1000}, {0, 1000}};
	long bad = 0;

	catch_signal(SIGALRM, handler, SA_RESTART);
	MUST(setitimer(ITIMER_REAL, &timer, NULL));
	while (ticks < 200)
		bad += round_(20000);
	CHECK_EQ(bad, 0);
	CHECK(ticks >= 200);
}
