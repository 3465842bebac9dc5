// SPDX-License-Identifier: MIT
// Covers: TIME-07 SYS-07. uname, sethostname, sysinfo, getrandom's flags, reboot's magic,
// syslog, sync: what each answers and to whom.
#include "contract.h"
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

CONTRACT
{
	struct utsname name;
	struct sysinfo info;
	char byte[16];

	MUST(uname(&name));
	CHECK_TEXT(name.sysname, "Linux");
	CHECK(strncmp(name.release, "6.12.", 5) == 0);
#if defined(__x86_64__)
	CHECK_TEXT(name.machine, "x86_64");
#elif defined(__aarch64__)
	CHECK_TEXT(name.machine, "aarch64");
#else
	CHECK_TEXT(name.machine, "riscv64");
#endif
	CHECK_ERRNO(syscall(SYS_uname, (void *)8), EFAULT);
	char old[65];
	snprintf(old, sizeof(old), "%s", name.nodename);
	CHECK_EQ(sethostname("some-name", 9), 0);
	MUST(uname(&name));
	CHECK_TEXT(name.nodename, "some-name");
	CHECK_ERRNO(sethostname(old, 65), EINVAL);
	MUST(sethostname(old, strlen(old)));
	CHECK_EQ(syscall(SYS_setdomainname, "dom", 3), 0);
	MUST(uname(&name));
	CHECK_TEXT(name.domainname, "dom");
	MUST(syscall(SYS_setdomainname, "(none)", 6));
	CHECK_EXIT(
		CHILD(MUST(setresuid(3, 3, 3)); CHECK_ERRNO(sethostname("x", 1), EPERM);
		      CHECK_ERRNO(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, 0), EPERM)),
		0);
	MUST(sysinfo(&info));
	CHECK(info.totalram * info.mem_unit > 100 << 20);
	CHECK(info.freeram < info.totalram);
	CHECK(info.procs >= 2);
	CHECK(info.uptime >= 0);
	CHECK_EQ(info.totalswap, 0);
	CHECK_EQ(getrandom(byte, 16, GRND_NONBLOCK), 16);
	CHECK_EQ(getrandom(byte, 16, GRND_RANDOM), 16);
	CHECK_EQ(getrandom(byte, 0, 0), 0);
	CHECK_ERRNO(getrandom(byte, 16, 8), EINVAL);
	CHECK_ERRNO(getrandom(byte, 16, GRND_RANDOM | 4), EINVAL);
	CHECK_ERRNO(syscall(SYS_reboot, 1, 2, 3, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_syslog, 99, NULL, 0), EINVAL);
	CHECK(syscall(SYS_syslog, 10, NULL, 0) > 0);
	CHECK_EQ(syscall(SYS_sync), 0);
	CHECK_EQ(syscall(SYS_personality, 0xffffffff), 0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_personality, 0x40000));
			 CHECK_EQ(syscall(SYS_personality, 0xffffffff), 0x40000);
			 CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_personality, 0xffffffff), 0x40000)),
				    0)),
		   0);
}
