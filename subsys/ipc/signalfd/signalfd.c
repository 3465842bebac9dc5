// SPDX-License-Identifier: MIT
/* signalfd: the reader's pending signals (its own and its process's) out of a descriptor. */
#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

struct signalfd_siginfo {
	uint32_t signo;
	int32_t error, code;
	uint32_t pid, uid;
	int32_t fd;
	uint32_t tid, band, overrun, trapno;
	int32_t status, int_value;
	uint64_t ptr, utime, stime, addr;
	uint16_t addr_lsb, pad2;
	int32_t syscall;
	uint64_t call_addr;
	uint32_t arch;
	uint8_t pad[28];
};
_Static_assert(sizeof(struct signalfd_siginfo) == 128, "Linux's struct signalfd_siginfo");

struct signalfd {
	uint64_t set; /* what may be read; replaced whole by signalfd4 on the same descriptor */
};

/* So many codes, from 1 on, a signal has of its own. */
static int codes_of(uint32_t signo)
{
	switch (signo) {
	case SIGILL:
		return 11;
	case SIGFPE:
		return 15;
	case SIGSEGV:
		return 10;
	case SIGBUS:
		return 5;
	case SIGTRAP:
	case SIGCHLD:
		return 6;
	case SIGSYS:
		return 2;
	default:
		return 0;
	}
}

/* How a siginfo is to be read follows from its code and signal; codes that are not the signal's own are poll's. */
static void translate(const struct siginfo *info, struct signalfd_siginfo *out)
{
	*out = (struct signalfd_siginfo){
		.signo = (uint32_t)info->signo, .error = info->error, .code = info->code};
	bool own = info->code > 0 && info->code <= codes_of(out->signo);

	if (info->code == SI_TIMER) {
		out->tid = (uint32_t)info->timer.tid;
		out->overrun = (uint32_t)info->timer.overrun;
		out->ptr = info->timer.value;
		out->int_value = (int32_t)info->timer.value;
	} else if (info->code == SI_SIGIO ||
		   (!own && info->code >= POLL_IN && info->code <= POLL_HUP)) {
		out->band = (uint32_t)info->poll.band;
		out->fd = info->poll.fd;
	} else if (!own) {
		out->pid = (uint32_t)info->rt.pid;
		out->uid = info->rt.uid;
		if (info->code < 0) {
			out->ptr = info->rt.value;
			out->int_value = (int32_t)info->rt.value;
		}
	} else if (info->signo == SIGCHLD) {
		out->pid = (uint32_t)info->child.pid;
		out->uid = info->child.uid;
		out->status = info->child.status;
		out->utime = info->child.user;
		out->stime = info->child.system;
	} else if (info->signo == SIGSYS) {
		out->call_addr = info->sys.call_address;
		out->syscall = info->sys.syscall;
		out->arch = info->sys.arch;
	} else {
		out->addr = info->fault.address;
		if (info->signo == SIGBUS && info->code >= BUS_MCEERR_AR)
			out->addr_lsb = (uint16_t)info->fault.lsb;
	}
}

static bool pending(const struct signalfd *s)
{
	return (READ_ONCE(current->pending.set) | READ_ONCE(current->process->shared.set)) &
	       READ_ONCE(s->set);
}

static ssize_t signalfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct signalfd *s = file->private;
	struct siginfo info;
	ssize_t done = 0;

	(void)pos;
	if (uio->left < sizeof(struct signalfd_siginfo))
		return -EINVAL;
	while (uio->left >= sizeof(struct signalfd_siginfo)) {
		struct signalfd_siginfo out;

		if (!signal_take(READ_ONCE(s->set), &info)) {
			int error = -EAGAIN;

			if (done)
				break;
			if (!io_nonblock(file, uio))
				error = wait_event_interruptible(&signalfd_wait, pending(s));
			if (error)
				return error;
			continue;
		}
		translate(&info, &out);
		if (uio_copy_to(uio, &out, sizeof(out)) != sizeof(out))
			return done ? done : -EFAULT;
		done += (ssize_t)sizeof(out);
	}
	return done;
}

static unsigned int signalfd_poll(struct file *file, struct poll_table *table)
{
	poll_wait(table, &signalfd_wait);
	return pending(file->private) ? POLLIN : 0;
}

static void signalfd_release(struct file *file)
{
	kfree(file->private);
}

static void signalfd_show_fdinfo(struct file *file,
				 void (*print)(void *ctx, const char *format, ...), void *ctx)
{
	struct signalfd *s = file->private;

	print(ctx, "sigmask:\t%016llx\n", (unsigned long long)READ_ONCE(s->set));
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.seek = file_seek_ignored,
	.release = signalfd_release,
	.traits = FILE_NO_SPLICE,
	.show_fdinfo = signalfd_show_fdinfo,
};

static long create(uint64_t set, unsigned int flags)
{
	struct signalfd *s = kmalloc(sizeof(*s), GFP_KERNEL);
	struct file *file;
	int result;

	if (!s)
		return -ENOMEM;
	s->set = set;
	result = file_anonymous(
		"anon_inode:[signalfd]", &signalfd_ops, s, O_RDWR | (flags & O_NONBLOCK),
		FILE_READ | FILE_WRITE | FILE_STREAM | FILE_SEEKABLE | FILE_NOWAIT, &file);
	if (result) {
		kfree(s);
		return result;
	}
	result = fd_install(file, 0, flags & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

static long change(int number, uint64_t set)
{
	struct fd fd = fd_get(number);
	long result = -EBADF;

	if (fd.file) {
		result = -EINVAL;
		if (fd.file->ops == &signalfd_ops) {
			struct signalfd *s = fd.file->private;

			WRITE_ONCE(s->set, set);
			if (wait_active(&signalfd_wait))
				wait_wake(&signalfd_wait, 0, POLLIN);
			result = number;
		}
	}
	fd_put(fd);
	return result;
}

static long signalfd_common(const struct syscall_args *args, unsigned int flags)
{
	int number = (int)args->arg[0];
	uint64_t set;

	if (args->arg[2] != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, args->arg[1], sizeof(set)))
		return -EFAULT;
	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	set &= ~SIG_UNMASKABLE;
	return number == -1 ? create(set, flags) : change(number, set);
}

SYSCALL(signalfd)
{
	return signalfd_common(args, 0);
}

SYSCALL(signalfd4)
{
	return signalfd_common(args, (unsigned int)args->arg[3]);
}
