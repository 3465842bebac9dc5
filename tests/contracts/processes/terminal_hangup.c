// SPDX-License-Identifier: MIT
// Covers: PROC-19. Who is told of the end of a session's terminal, by SIGHUP and SIGCONT: when its master closes, the
// leader; when he ends after that, the group that was in front, unless he has got another terminal. A leader who ends with his
// terminal tells that group by SIGHUP alone, one who gives it up by both.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

struct told {
	int hangups, continues, ended;
};

static struct told *leader, *member; // shared
static struct told *own;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	*(volatile int *)(number == SIGHUP ? &own->hangups : &own->continues) += 1;
}

static void listen_for(struct told *told)
{
	own = told;
	catch_signal(SIGHUP, handler, 0);
	catch_signal(SIGCONT, handler, 0);
}

static void wait_for(int *word, int value)
{
	while (*(volatile int *)word < value)
		sleep_ms(1);
}

enum how { EXIT, GIVE_UP, CLOSE, REPLACE };

// The leader, whose child is in front.
static void lead(int master, enum how how)
{
	int slave, ready[2];
	pid_t child;

	MUST(setsid());
	MUST(pipe(ready));
	slave = (int)MUST(open(ptsname(master), O_RDWR));
	listen_for(leader);
	child = CHILD(MUST(setpgid(0, 0)); close(master); listen_for(member); tell(ready);
		      wait_for(&member->ended, 1));
	hear(ready);
	signal(SIGTTOU, SIG_IGN);
	MUST(tcsetpgrp(slave, child));
	close(master);
	if (how == GIVE_UP)
		MUST(ioctl(slave, TIOCNOTTY));
	if (how >= CLOSE)
		wait_for(&leader->ended, 1);
	if (how == REPLACE) {
		master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY));
		MUST(unlockpt(master));
		slave = (int)MUST(open(ptsname(master), O_RDWR));
		CHECK_EQ(tcgetsid(slave), getpid());
	}
}

static void end(enum how how)
{
	int master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY));
	pid_t child;

	memset(leader, 0, sizeof(*leader));
	memset(member, 0, sizeof(*member));
	MUST(unlockpt(master));
	child = CHILD(lead(master, how));
	if (how >= CLOSE) {
		do
			sleep_ms(1);
		while (state_of(child) != 'S' || tcgetpgrp(master) == child ||
		       tcgetpgrp(master) <= 0);
		sleep_ms(30);
		close(master);
		wait_for(&leader->hangups, 1);
		wait_for(&leader->continues, 1);
		sleep_ms(30);
		CHECK_EQ(member->hangups, 0);
		CHECK_EQ(member->continues, 0);
		leader->ended = 1;
	}
	CHECK_EXIT(child, 0);
	if (how != REPLACE)
		wait_for(&member->hangups, 1);
	if (how == GIVE_UP || how == CLOSE)
		wait_for(&member->continues, 1);
	sleep_ms(30);
	CHECK_EQ(member->hangups, how != REPLACE);
	CHECK_EQ(member->continues, how == GIVE_UP || how == CLOSE);
	CHECK_EQ(leader->hangups, how >= CLOSE);
	CHECK_EQ(leader->continues, how >= CLOSE);
	member->ended = 1;
	if (how < CLOSE)
		close(master);
}

CONTRACT
{
	leader = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	member = leader + 1;
	end(EXIT);
	end(GIVE_UP);
	end(CLOSE);
	end(REPLACE);
}
