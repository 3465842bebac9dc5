// SPDX-License-Identifier: MIT
// The machine as a whole: uname and names, sysinfo, reboot, the kernel log.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/pagecache.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/uts.h>
#include <core/vfs.h>
#include <hal/abi.h>
#include <hal/debug.h>

#define NAME_LENGTH 64

struct utsname uts = {
	.sysname = "Linux",
	.nodename = "(none)",
	.release = "6.12.0-tern",
	.version = "#1 SMP " TERN_BUILD_DATE,
	.machine = HAL_ABI_MACHINE,
	.domainname = "(none)",
};
static struct spinlock uts_lock = SPINLOCK_INIT("uts"); /* changes of nodename, domainname */
static uint32_t uts_sequence; /* odd while they change: readers copy again */

SYSCALL(uname)
{
	uint32_t sequence;

	do {
		while ((sequence = load_acquire(&uts_sequence)) & 1)
			hal_cpu_relax();
		if (copy_to_user(args->arg[0], &uts, sizeof(uts)))
			return -EFAULT;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (READ_ONCE(uts_sequence) != sequence);
	return 0;
}

static long set_name(char *to, unsigned long user, long n)
{
	char name[NAME_LENGTH + 1] = {0};

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (n < 0 || n > NAME_LENGTH)
		return -EINVAL;
	if (copy_from_user(name, user, (size_t)n))
		return -EFAULT;
	spin_lock(&uts_lock);
	WRITE_ONCE(uts_sequence, uts_sequence + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(to, name, sizeof(name));
	store_release(&uts_sequence, uts_sequence + 1);
	spin_unlock(&uts_lock);
	return 0;
}

SYSCALL(sethostname)
{
	return set_name(uts.nodename, args->arg[0], (int)args->arg[1]);
}

SYSCALL(setdomainname)
{
	return set_name(uts.domainname, args->arg[0], (int)args->arg[1]);
}

/* ---- sysinfo ---- */

struct sysinfo {
	int64_t uptime;
	uint64_t loads[3];
	uint64_t totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint64_t totalhigh, freehigh;
	uint32_t mem_unit;
};
_Static_assert(sizeof(struct sysinfo) == 112, "struct sysinfo");

SYSCALL(sysinfo)
{
	struct sysinfo info = {.mem_unit = 1};
	unsigned long loads[3];

	sched_loads(loads);
	info.uptime = (int64_t)((clock_monotonic() + NSEC_PER_SEC - 1) / NSEC_PER_SEC);
	for (unsigned int i = 0; i < 3; i++)
		info.loads[i] = loads[i];
	info.totalram = page_total() * PAGE_SIZE;
	info.freeram = page_free_count() * PAGE_SIZE;
	info.sharedram = pagecache_shmem() * PAGE_SIZE;
	info.procs = (uint16_t)thread_count_all();
	return copy_to_user(args->arg[0], &info, sizeof(info));
}

/* ---- reboot ---- */

#define REBOOT_MAGIC1	 0xfee1deadu
#define REBOOT_MAGIC2	 672274793u
#define REBOOT_MAGIC2A	 85072278u
#define REBOOT_MAGIC2B	 369367448u
#define REBOOT_MAGIC2C	 537993216u
#define REBOOT_RESTART	 0x01234567u
#define REBOOT_HALT	 0xcdef0123u
#define REBOOT_CAD_ON	 0x89abcdefu
#define REBOOT_CAD_OFF	 0x00000000u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_RESTART2	 0xa1b2c3d4u

SYSCALL(reboot)
{
	uint32_t magic2 = (uint32_t)args->arg[1];

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if ((uint32_t)args->arg[0] != REBOOT_MAGIC1 ||
	    (magic2 != REBOOT_MAGIC2 && magic2 != REBOOT_MAGIC2A && magic2 != REBOOT_MAGIC2B &&
	     magic2 != REBOOT_MAGIC2C))
		return -EINVAL;
	switch ((uint32_t)args->arg[2]) {
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
		printk(LOG_EMERG "reboot: Restarting system\n");
		hal_reboot();
	case REBOOT_HALT:
		/* Nothing would wake the machine again: the same as power off for a virtual one, as
		 * Linux does where halting is not possible. */
		printk(LOG_EMERG "reboot: System halted\n");
		hal_power_off(0);
	case REBOOT_POWER_OFF:
		printk(LOG_EMERG "reboot: Power down\n");
		hal_power_off(0);
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		return 0; /* no keyboard sends Ctrl-Alt-Del */
	default:
		return -EINVAL;
	}
}

/* ---- the kernel log ---- */

#define LOG_BUFFER_SIZE 65536

static struct mutex log_lock = MUTEX_INIT(log_lock, "syslog");
static uint64_t log_read_at, log_clear_at; /* [log_lock] sequences */
static size_t log_read_part; /* [log_lock] what was read already of record log_read_at */

int printk_wait(uint64_t seq)
{
	int error = 0;

	while (!error && seq >= printk_next())
		error = sched_sleep_until(clock_monotonic() + PRINTK_INTERVAL,
					  THREAD_INTERRUPTIBLE);
	return error;
}

/* Of the records from seq on. */
static size_t log_size(uint64_t seq, char *piece)
{
	uint64_t end = printk_next();
	size_t sum = 0, n;

	while (seq < end && (n = printk_text(&seq, piece))) {
		sum += n;
		resched_point();
	}
	return sum;
}

/* The last whole records since the last clear that fit into n bytes. */
static long log_read_all(char *piece, unsigned long user, long n, bool clear)
{
	uint64_t seq = log_clear_at, next, end = printk_next();
	size_t size, got;
	long done = 0;

	if (!user || n < 0)
		return -EINVAL;
	if (!n)
		return 0;
	/* Records may go meanwhile, and others come: the sum is not to be trusted to come out even. */
	for (size = log_size(seq, piece); size > (size_t)n && seq < end; size -= MIN(got, size)) {
		got = printk_text(&seq, piece);
		resched_point();
	}
	for (next = seq; (got = printk_text(&next, piece)) && done + (long)got <= n; seq = next) {
		if (copy_to_user(user + (unsigned long)done, piece, got))
			return -EFAULT;
		done += (long)got;
		resched_point();
	}
	if (clear)
		log_clear_at = seq;
	return done;
}

/* What was not read yet, a part of a record if n ends there. The lock is given up while there is nothing. */
static long log_read_new(char *piece, unsigned long user, long n)
{
	long done = 0;

	if (!user || n < 0)
		return -EINVAL;
	while (n && log_read_at >= printk_next()) {
		uint64_t seq = log_read_at;
		int error;

		mutex_unlock(&log_lock);
		error = printk_wait(seq);
		mutex_lock(&log_lock);
		if (error)
			return error;
	}
	while (done < n) {
		uint64_t next = log_read_at;
		size_t got = printk_text(&next, piece), part;

		if (!got)
			break;
		if (next != log_read_at + 1) /* that record is lost */
			log_read_part = 0;
		part = MIN(got - log_read_part, (size_t)(n - done));
		if (copy_to_user(user + (unsigned long)done, piece + log_read_part, part))
			return done ? done : -EFAULT;
		done += (long)part;
		log_read_part += part;
		log_read_at = next - 1;
		if (log_read_part == got) {
			log_read_part = 0;
			log_read_at = next;
		}
		resched_point();
	}
	return done;
}

static long log_unread(char *piece)
{
	size_t size = log_size(log_read_at, piece);

	if (log_read_at < printk_first())
		log_read_part = 0;
	return (long)(size - MIN(size, log_read_part));
}

SYSCALL(syslog)
{
	static int saved_level = 7; /* [log_lock] */
	int type = (int)args->arg[0];
	long n = (int)args->arg[2], result = 0;
	char *piece;

	if (type < 0 || type > 10)
		return -EINVAL;
	/* Reading it all and its size are everybody's, as with dmesg_restrict off. */
	if (type != 3 && type != 10 && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	piece = kmalloc(PRINTK_TEXT_MAX, GFP_KERNEL);
	if (!piece)
		return -ENOMEM;
	mutex_lock(&log_lock);
	switch (type) {
	case 2:
		result = log_read_new(piece, args->arg[1], n);
		break;
	case 3:
		result = log_read_all(piece, args->arg[1], n, false);
		break;
	case 4:
		result = log_read_all(piece, args->arg[1], n, true);
		break;
	case 5:
		log_clear_at = printk_next();
		break;
	case 6:
		saved_level = printk_console_level();
		printk_set_console_level(1);
		break;
	case 7:
		printk_set_console_level(saved_level);
		break;
	case 8:
		if (n < 1 || n > 8)
			result = -EINVAL;
		else
			printk_set_console_level((int)n);
		break;
	case 9:
		result = log_unread(piece);
		break;
	case 10:
		result = LOG_BUFFER_SIZE;
		break;
	default:
		break; /* 0 and 1: close and open */
	}
	mutex_unlock(&log_lock);
	kfree(piece);
	return result;
}
