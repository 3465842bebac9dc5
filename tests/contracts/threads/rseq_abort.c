// SPDX-License-Identifier: MIT
// Covers: THREAD-06. A restartable sequence that is interrupted goes to its abort handler: by a signal,
// whose handler already sees that place as the interrupted one, and by losing the processor without any
// signal. One that is left by itself is not aborted; one whose abort handler is not marked kills, and so does an area that is gone, whoever handles SIGSEGV.
#include "contract.h"
#include <ucontext.h>

#define SIGNATURE 0x53053053
#define TEXT_(x)  #x
#define TEXT(x)	  TEXT_(x)

struct area {
	uint32_t cpu_start, cpu;
	uint64_t section;
	uint32_t flags, node, mm_cid;
	char end[4];
} __attribute__((aligned(32)));

// Of the one sequence below, for the kernel and for us.
struct section {
	uint32_t version, flags;
	uint64_t start, length, abort;
};
extern struct section the_section __attribute__((visibility("hidden")));

static struct area area;
static volatile uint32_t stop;
static volatile uint64_t interrupted_at, section_seen;

#define DESCRIPTION                                                                 \
	".pushsection .data\n.balign 32\n.globl the_section\n.hidden the_section\n" \
	"the_section: .long 0, 0\n.quad 1f, 2f - 1f, 4f\n.popsection\n"

// Turn round until stop is set. True: aborted.
static __attribute__((noinline)) bool sequence(void)
{
#if defined(__x86_64__)
	__asm__ goto(DESCRIPTION "leaq the_section(%%rip), %%rax\n"
				 "movq %%rax, (%[at])\n"
				 "1: cmpl $0, (%[stop])\n"
				 "je 1b\n"
				 "2: jmp 5f\n"
				 ".long " TEXT(SIGNATURE) "\n"
							  "4: jmp %l[aborted]\n"
							  "5:\n"
		     :
		     : [at] "r"(&area.section), [stop] "r"(&stop)
		     : "rax", "memory", "cc"
		     : aborted);
#elif defined(__aarch64__)
	__asm__ goto(DESCRIPTION "adrp x9, the_section\n"
				 "add x9, x9, :lo12:the_section\n"
				 "str x9, [%[at]]\n"
				 "1: ldr w9, [%[stop]]\n"
				 "cbz w9, 1b\n"
				 "2: b 5f\n"
				 ".long " TEXT(SIGNATURE) "\n"
							  "4: b %l[aborted]\n"
							  "5:\n"
		     :
		     : [at] "r"(&area.section), [stop] "r"(&stop)
		     : "x9", "memory"
		     : aborted);
#else
	__asm__ goto(DESCRIPTION "la t0, the_section\n"
				 "sd t0, 0(%[at])\n"
				 "1: lw t0, 0(%[stop])\n"
				 "beqz t0, 1b\n"
				 "2: j 5f\n"
				 ".balign 4\n"
				 ".long " TEXT(SIGNATURE) "\n"
							  "4: j %l[aborted]\n"
							  "5:\n"
		     :
		     : [at] "r"(&area.section), [stop] "r"(&stop)
		     : "t0", "memory"
		     : aborted);
#endif
	return false;
aborted:
	return true;
}

static void handler(int number, siginfo_t *info, void *context)
{
	const ucontext_t *u = context;

	(void)number;
	(void)info;
#if defined(__x86_64__)
	interrupted_at = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	interrupted_at = u->uc_mcontext.pc;
#else
	interrupted_at = u->uc_mcontext.__gregs[0];
#endif
	section_seen = ((volatile struct area *)&area)->section;
}

static void enter(uint32_t signature)
{
	MUST(syscall(SYS_rseq, &area, 32, 0, signature));
}

// Again and again: one that comes before the section is entered would leave us there for ever. 0: no more.
static void alarm_every(int ms)
{
	struct itimerval each = {{0, ms * 1000}, {0, ms * 1000}};

	MUST(setitimer(ITIMER_REAL, &each, NULL));
}

static void signalled(void)
{
	for (int i = 0; i < 10; i++) {
		interrupted_at = 0;
		section_seen = 1;
		alarm_every(5 + i);
		// The processor may be lost before the alarm comes: round again until it has come.
		while (CHECK(sequence()), !interrupted_at)
			;
	}
	alarm_every(0);
	CHECK_EQ(((volatile struct area *)&area)->section, 0);
}

// Both on one processor, and no signal.
static void preempted(void)
{
	cpu_set_t one;
	pid_t rival;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	rival = CHILD(for (;;));
	for (int i = 0; i < 10; i++)
		CHECK(sequence());
	CHECK_EQ(area.section, 0);
	kill(rival, SIGKILL);
	CHECK_KILLED(rival, SIGKILL);
}

static void nothing(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

// The area has gone, which is one SIGSEGV; its handler is interrupted by the next.
static void unmapped(int flags)
{
	void *page = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(syscall(SYS_rseq, &area, 32, 1, SIGNATURE));
	MUST(syscall(SYS_rseq, page, 32, 0, SIGNATURE));
	catch_signal(SIGUSR1, nothing, 0);
	catch_signal(SIGSEGV, nothing, flags);
	MUST(munmap(page, PAGE));
	raise(SIGUSR1);
	for (;;)
		;
}

CONTRACT
{
	pid_t child;

	catch_signal(SIGALRM, handler, 0);
	enter(SIGNATURE);
	// Left by itself: what is set stays set until the kernel looks again.
	stop = 1;
	bool whole = false;
	for (int i = 0; i < 1000 && !whole; i++)
		whole = !sequence();
	CHECK(whole);
	stop = 0;
	// The handler sees the abort handler as the interrupted place, and the section cleared.
	alarm_every(30);
	interrupted_at = 0;
	while (sequence() && !interrupted_at)
		;
	CHECK_EQ(section_seen, 0);
	signalled();
	preempted();
	// Interrupted exactly there, when nothing else took the processor in between.
	bool exact = false;
	for (int i = 0; i < 200 && !exact; i++) {
		interrupted_at = 0;
		alarm_every(2);
		while (sequence() && !interrupted_at)
			;
		exact = interrupted_at == the_section.abort;
	}
	alarm_every(0);
	CHECK(exact);
	// Not marked with the signature that was registered: no place to go.
	child = CHILD(MUST(syscall(SYS_rseq, &area, 32, 1, SIGNATURE)); enter(SIGNATURE + 1);
		      alarm_every(5); sequence(); _exit(3));
	CHECK_KILLED(child, SIGSEGV);
	CHECK_KILLED(CHILD(unmapped(0)), SIGSEGV);
	CHECK_KILLED(CHILD(unmapped(SA_NODEFER)), SIGSEGV);
}
