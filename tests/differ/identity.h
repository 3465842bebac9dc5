// SPDX-License-Identifier: MIT
// Of the area of tasks: users and groups, capabilities, prctl, limits, sessions, scheduling.

#ifndef IDENTITY_H
#define IDENTITY_H

#include "../contracts/sched_attr.h"
#include "differ.h"
#include "signals.h"

static void show_ids(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	note(" {%d %d %d %ld, %d %d %d %ld}", (int)r, (int)e, (int)s, syscall(SYS_setfsuid, -1),
	     (int)rg, (int)eg, (int)sg, syscall(SYS_setfsgid, -1));
}

static long an_id(void)
{
	return ONE_OF(-1, 0, 1000, 1000, 1001, 65534, -2, 0, -1, 1LL << 32);
}

static void op_setid(void)
{
	static const int one[] = {SYS_setuid, SYS_setgid, SYS_setfsuid, SYS_setfsgid},
			 two[] = {SYS_setreuid, SYS_setregid},
			 three[] = {SYS_setresuid, SYS_setresgid};
	long a = an_id(), b = an_id(), c = an_id();
	int which;

	switch (random_below(4)) {
	case 0:
		which = (int)random_below(COUNT(one));
		DO(syscall(one[which], a), " one %d(%ld)", which, a);
		break;
	case 1:
		which = (int)random_below(COUNT(two));
		DO(syscall(two[which], a, b), " two %d(%ld, %ld)", which, a, b);
		break;
	default:
		which = (int)random_below(COUNT(three));
		DO(syscall(three[which], a, b, c), " three %d(%ld, %ld, %ld)", which, a, b, c);
	}
	show_ids();
}

static void op_groups(void)
{
	gid_t groups[4] = {(gid_t)an_id(), 5, (gid_t)an_id(), 7};
	int count = (int)ONE_OF(0, 1, 2, 4, -1, 65537, 3);
	void *at = SOMEWHERE(groups);
	long got;

	if (random_below(2)) {
		DO(syscall(SYS_setgroups, count, at), " set(%d, %d, {%d %d})", count, at == groups,
		   (int)groups[0], (int)groups[2]);
		return;
	}
	got = DO(syscall(SYS_getgroups, count, at), " get(%d, %d)", count, at == groups);
	for (long i = 0; at == groups && count && i < got; i++)
		note(" %d", (int)groups[i]);
}

static void op_capabilities(void)
{
	struct {
		uint32_t version;
		int pid;
	} head = {
		(uint32_t)ONE_OF(0x20080522, 0x20080522, 0x20080522, 0x19980330, 0x20071026, 0, 1),
		random_below(3) ? 0 : (int)ONE_OF(1, -1, 0x7fffffff, -5)};
	uint32_t data[6];
	void *at = SOMEWHERE(data), *from = SOMEWHERE(&head);
	uint32_t version = head.version;
	int pid = head.pid;
	long result;

	if (pid == -5)
		head.pid = getpid();
	for (int i = 0; i < 6; i++)
		data[i] = (uint32_t)ONE_OF(0, -1, 0xff, 1 << 21, 0x1ff, 1 << 8);
	if (random_below(3) == 0) {
		DO(syscall(SYS_capset, from, at), " set(%#x, %d, {%x %x %x %x %x %x}, %d)", version,
		   pid, data[0], data[1], data[2], data[3], data[4], data[5],
		   (at == data) * 2 + (from == &head));
		note(" v%#x", head.version);
		return;
	}
	result = DO(syscall(SYS_capget, from, at), " get(%#x, %d, %d)", version, pid,
		    (at == data) * 2 + (from == &head));
	note(" v%#x", head.version);
	for (int i = 0; !result && at == data && i < 6; i++)
		note(" %x", data[i]);
}

// Not those that Tern has not (docs/syscalls.md).
static void op_prctl(void)
{
	int option = (int)ONE_OF(1, 2, 3, 4, 7, 8, 13, 14, 15, 16, 23, 24, 27, 28, 29, 30, 36, 37,
				 38, 39, 41, 42, 47, 47, 47, 65, 66, 999, 0, -1);
	long first = ONE_OF(0, 1, 2, 3, 4, 5, 40, 41, 64, 65, -1, 100, 1 << 4, 0x3f, 1000000, 7,
			    21),
	     second = ONE_OF(0, 0, 0, 1, 7, 21, 40, 41, -1), third = ONE_OF(0, 0, 0, 0, 1, -1),
	     fourth = ONE_OF(0, 0, 0, 0, 0, 1);
	static char name[32];
	static int answer;
	long result;

	if (option == 15 || option == 16) {
		strcpy(name, random_below(2) ? "short" : "a name longer than sixteen");
		first = (long)SOMEWHERE(name);
	} else if (option == 2 || option == 37) {
		answer = -1;
		first = (long)SOMEWHERE(&answer);
	}
	if (option == 29 && first < 0) // a slack of ages: sleeping would not end
		first = 1000000;
	if (option == 38 && first == 1 && random_below(2))
		first = 2;
	result = DO(syscall(SYS_prctl, option, first, second, third, fourth),
		    "(%d, %ld, %ld, %ld, %ld)", option,
		    first == (long)name || first == (long)&answer ? -77 : first, second, third,
		    fourth);
	if (result == 0 && option == 16 && first == (long)name)
		note(" %s", name);
	if (result == 0 && first == (long)&answer)
		note(" %d", answer);
}

// Every limit is set here before it is asked for: what it is at first is the machine's.
static void limits_begin(void)
{
	static const long at_first[16] = {1000000, -1, 1L << 31, 8 << 20, 0,	-1, 500, 1024,
					  8 << 20, -1, 1000,	 50,	  1000, 0,  50,	 -1};

	for (int i = 0; i < 16; i++)
		syscall(SYS_prlimit64, 0, i,
			(unsigned long[]){(unsigned long)at_first[i], (unsigned long)at_first[i]},
			NULL);
}

static void op_limit(void)
{
	int which = (int)ONE_OF(0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, -1);
	unsigned long values[] = {(unsigned long)ONE_OF(1000000, -1, 2000000, 0, 2000, 20, 30),
				  (unsigned long)ONE_OF(1000000, -1, 2000000, 3000, 30, 40)};
	unsigned long new[2] = {values[0], values[1]}, old[2] = {0, 0};
	int task = random_below(6) ? 0 : (int)ONE_OF(-1, 0x7fffffff, -5);
	void *from = random_below(3) ? NULL : SOMEWHERE(new), *to = SOMEWHERE(old);
	long result;

	if (which == 7 || which == 0 || which == 1) // too few descriptors, or too little time
		new[0] = new[1] = values[0] = values[1] =
			(unsigned long)ONE_OF(-1, 2000000, 1048577);
	switch (random_below(3)) {
	case 0:
		result = DO(syscall(SYS_getrlimit, which, to), " get(%d, %d)", which, to == old);
		break;
	case 1:
		from = SOMEWHERE(new);
		result = DO(syscall(SYS_setrlimit, which, from), " set(%d, {%ld, %ld}, %d)", which,
			    (long)values[0], (long)values[1], from == new);
		to = NULL;
		break;
	default:
		result = DO(syscall(SYS_prlimit64, task == -5 ? getpid() : task, which, from, to),
			    " prlimit(%d, %d, {%ld, %ld}, %d)", task, which, (long)values[0],
			    (long)values[1], (from == new) * 2 + (to == old) + !from * 8);
	}
	if (result == 0 && to == old)
		note(" {%ld, %ld}", (long)old[0], (long)old[1]);
}

static const char *task_name(long pid)
{
	return pid == getpid() ? "self" : pid == getppid() ? "parent" : pid == 0 ? "0" : "other";
}

static void op_session(void)
{
	long task = ONE_OF(0, 0, -5, -5, -1, 0x7fffffff, 1), group = ONE_OF(0, -5, -1, 32767, 1);
	long self = getpid(), result;

	if (random_below(3) == 0) {
		DO(syscall(SYS_setpgid, task == -5 ? self : task, group == -5 ? self : group),
		   " setpgid(%ld, %ld)", task, group);
		return;
	}
	switch (random_below(4)) {
	case 0:
		result = syscall(SYS_setsid);
		note(" setsid()");
		break;
	case 1:
		result = syscall(SYS_getsid, task == -5 ? self : task);
		note(" getsid(%ld)", task);
		break;
	default:
		result = syscall(SYS_getpgid, task == -5 ? self : task);
		note(" getpgid(%ld)", task);
	}
	if (result < 0)
		ended(result);
	else
		note(" = %s", task_name(result));
}

// Policies: not SCHED_DEADLINE, which Tern has not.
static int a_policy(void)
{
	return (int)ONE_OF(0, 1, 2, 3, 5, 4, 8, -1, 0x40000000, 0x40000001, 0x40000003, 0, 3);
}

static void op_scheduler(void)
{
	struct sched_param parameter = {.sched_priority = (int)ONE_OF(0, 0, 1, 99, 100, -1, 50)};
	int task = random_below(6) ? 0 : (int)ONE_OF(-1, 0x7fffffff, -5), policy = a_policy();
	int pid = task == -5 ? getpid() : task;
	void *at = SOMEWHERE(&parameter);
	struct timespec time;

	switch (random_below(7)) {
	case 0:
	case 1:
		DO(syscall(SYS_sched_setscheduler, pid, policy, at), " set(%d, %#x, %d, %d)", task,
		   policy, parameter.sched_priority, at == &parameter);
		break;
	case 2:
		DO(syscall(SYS_sched_setparam, pid, at), " setparam(%d, %d, %d)", task,
		   parameter.sched_priority, at == &parameter);
		break;
	case 3:
		if (DO(syscall(SYS_sched_getparam, pid, at), " getparam(%d, %d)", task,
		       at == &parameter) == 0)
			note(" %d", parameter.sched_priority);
		break;
	case 4:
		DO(syscall(SYS_sched_getscheduler, pid), " get(%d)", task);
		break;
	case 5:
		DO(syscall(random_below(2) ? SYS_sched_get_priority_max
					   : SYS_sched_get_priority_min,
			   policy),
		   " priority(%#x)", policy);
		break;
	default:
		at = SOMEWHERE(&time);
		DO(syscall(SYS_sched_rr_get_interval, pid, at), " interval(%d, %d)", task,
		   at == &time);
	}
}

static void op_sched_attr(void)
{
	static struct {
		struct sched_attr known;
		char beyond[72];
	} attr;
	int task = random_below(6) ? 0 : (int)ONE_OF(-1, 0x7fffffff);
	unsigned int flags = random_below(8) == 0, size;
	void *at = SOMEWHERE(&attr);

	memset(&attr, 0, sizeof(attr));
	if (random_below(2)) {
		size = (unsigned int)ONE_OF(48, 56, 56, 56, 47, 0, 64, 128, 5000, 4096);
		if (DO(syscall(SYS_sched_getattr, task, at, size, flags), " get(%d, %u, %u, %d)",
		       task, size, flags, at == &attr) == 0)
			note(" {%u, %u, %llu, %d, %u}", attr.known.size, attr.known.sched_policy,
			     (unsigned long long)attr.known.sched_flags, attr.known.sched_nice,
			     attr.known.sched_priority);
		return;
	}
	attr.known.size = (uint32_t)ONE_OF(48, 48, 48, 56, 0, 47, 64, 5000, 128);
	attr.known.sched_policy = (uint32_t)a_policy();
	attr.known.sched_flags = (uint64_t)ONE_OF(0, 0, 0, 1, 8, 16, 24, 128, 2);
	attr.known.sched_nice = (int)ONE_OF(0, 0, 5, -5, 19, 20, -21);
	attr.known.sched_priority = (uint32_t)ONE_OF(0, 0, 1, 50, 99, 100);
	if (random_below(8) == 0)
		attr.beyond[0] = 1;
	DO(syscall(SYS_sched_setattr, task, at, flags),
	   " set(%d, {%u, %#x, %llu, %d, %u, %d}, %u, %d)", task, attr.known.size,
	   attr.known.sched_policy, (unsigned long long)attr.known.sched_flags,
	   attr.known.sched_nice, attr.known.sched_priority, attr.beyond[0], flags, at == &attr);
	if (attr.beyond[0] && attr.known.size > 56)
		note(" size %u", attr.known.size);
}

static void op_affinity(void)
{
	unsigned long mask = (unsigned long)ONE_OF(1, 0, 3, -1, 2, 1LL << 63);
	unsigned int size = (unsigned int)ONE_OF(8, 8, 8, 4, 0, 1, 16, 7, -1);
	int task = random_below(6) ? 0 : (int)ONE_OF(-1, 0x7fffffff);
	void *at = SOMEWHERE(&mask);
	unsigned long shown = mask;

	if (size == 16) // how long the mask is was chosen when the kernel was built
		size = 8;
	if (random_below(2))
		DO(syscall(SYS_sched_setaffinity, task, size > 8 ? 8 : size, at),
		   " set(%d, %u, %#lx, %d)", task, size, shown, at == &mask);
	else if (DO(syscall(SYS_sched_getaffinity, task, size, at), " get(%d, %u, %d)", task, size,
		    at == &mask) > 0)
		note(" %#lx", mask);
}

static void op_priority(void)
{
	int which = (int)ONE_OF(0, 0, 0, 1, 2, 3, -1),
	    who = random_below(4) ? 0 : (int)ONE_OF(-1, 0x7fffffff, 54321);
	int nice = (int)ONE_OF(0, 1, 5, 19, 20, 100, -1, -20, -21, 10);

	if (which == PRIO_USER) // everybody's would be the tests' own too
		who = 54321;
	if (random_below(2))
		DO(syscall(SYS_setpriority, which, who, nice), " set(%d, %d, %d)", which, who,
		   nice);
	else
		DO(syscall(SYS_getpriority, which, who), " get(%d, %d)", which, who);
}

static void op_ioprio(void)
{
	int which = (int)ONE_OF(1, 1, 1, 2, 0, 4, -1), who = (int)ONE_OF(0, 0, 0x7fffffff, -1);
	int value = (int)ONE_OF(0, 1 << 13, (1 << 13) | 4, (2 << 13) | 7, (2 << 13) | 8, 3 << 13,
				(3 << 13) | 7, 4 << 13, 7 << 13, 5, -1, (2 << 13) | (1 << 3));

	if (random_below(2))
		DO(syscall(SYS_ioprio_set, which, who, value), " set(%d, %d, %#x)", which, who,
		   value);
	else
		DO(syscall(SYS_ioprio_get, which, who), " get(%d, %d)", which, who);
}

static void op_personality(void)
{
	unsigned long persona = (unsigned long)ONE_OF(0xffffffff, 0xffffffff, 0, 0x0040000,
						      0x0400000, 0x0100000, -1, 0x20000, 0x4000000);

	DO(syscall(SYS_personality, persona), "(%#lx)", persona);
}

#endif
