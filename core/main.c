// SPDX-License-Identifier: MIT
// The boot order, on one page.

#include <core/init.h>
#include <core/mm.h>
#include <core/options.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/race.h>
#include <core/selftest.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/time.h>
#include <core/upcall.h>
#include <core/vfs.h>
#include <hal/abi.h>
#include <hal/boot.h>

extern uintptr_t __stack_chk_guard;
extern const struct initcall __start_core_initcalls_1[], __stop_core_initcalls_1[];
extern const struct initcall __start_core_initcalls_2[] __attribute__((weak)),
	__stop_core_initcalls_2[] __attribute__((weak));
extern const struct initcall __start_core_initcalls_3[] __attribute__((weak)),
	__stop_core_initcalls_3[] __attribute__((weak));

static struct thread boot_idle; /* becomes CPU 0's idle thread */

static void run_initcalls(const struct initcall *from, const struct initcall *to)
{
	for (; from < to; from++) {
		int error = from->run();

		if (error)
			printk(LOG_ERR "init: %s failed: error %d\n", from->name, -error);
	}
}

/* Start the other processors, one after the other; each is in its idle loop when it counts as
 * online. The numbers of those have no holes: the first that fails is the last that is tried. */
static void start_cpus(void)
{
	unsigned int count = hal_boot_info()->cpu_count;

	for (unsigned int cpu = 1; cpu < count; cpu++) {
		struct thread *idle = kzalloc(sizeof(*idle), GFP_KERNEL);
		void *stack = kstack_alloc(), *irq = kstack_alloc(), *emergency = kstack_alloc();

		if (!idle || !stack || !irq || !emergency || sched_init_cpu(cpu, idle))
			panic("no memory to start CPU %u", cpu);
		snprintf(idle->name, sizeof(idle->name), "idle/%u", cpu);
		idle->stack = stack;
		refcount_set(&idle->refs, 1);
		hal_thread_init_idle(&idle->hal, stack);
		if (hal_cpu_start(cpu, &idle->hal, (char *)irq + HAL_STACK_SIZE,
				  (char *)emergency + HAL_STACK_SIZE)) {
			printk(LOG_WARN "smp: the machine refuses to start CPU %u\n", cpu);
			break;
		}
		ktime_t deadline = clock_monotonic() + 5 * NSEC_PER_SEC;

		while (!(sched_online() & 1ull << cpu) && clock_monotonic() <= deadline)
			hal_cpu_relax();
		if (!(sched_online() & 1ull << cpu)) {
			printk(LOG_WARN "smp: CPU %u does not come up\n", cpu);
			break;
		}
	}
	printk(LOG_INFO "smp: %u of %u processors\n", sched_cpu_count(), count);
}

__noreturn void core_secondary(unsigned int cpu)
{
	hal_cpu_set_local(&percpus[cpu]);
	sched_cpu_online();
	sched_idle();
}

/* The first kernel thread: all that may sleep. It becomes PID 1. */
static void boot_thread(__attribute__((unused)) void *arg)
{
	const struct hal_boot_info *boot = hal_boot_info();
	const char *why;

	rcu_init();
	start_cpus();
	race_start();
	vfs_init();
	run_initcalls(__start_core_initcalls_1, __stop_core_initcalls_1);
	run_initcalls(__start_core_initcalls_2, __stop_core_initcalls_2);
	selftest_run_if_asked();

	if (!boot->initrd_size)
		hal_boot_fail("no initramfs: give the boot loader one (QEMU: -initrd FILE)");
	if (initramfs_unpack(hal_phys_to_virt(boot->initrd), boot->initrd_size, &why))
		hal_boot_fail(why);
	page_free_region(boot->initrd & ~(paddr_t)(PAGE_SIZE - 1),
			 PAGE_UP(boot->initrd_size + boot->initrd % PAGE_SIZE));
	run_initcalls(__start_core_initcalls_3, __stop_core_initcalls_3);
	init_start(NULL);
}

__attribute__((no_stack_protector)) __noreturn void core_main(void)
{
	const struct hal_boot_info *boot = hal_boot_info();
	uintptr_t canary;

	hal_cpu_set_local(&percpus[0]);
	if (hal_entropy(&canary, sizeof(canary)) == sizeof(canary))
		__stack_chk_guard = canary & ~0xfful;
	hal_thread_init_idle(&boot_idle.hal, NULL);
	refcount_set(&boot_idle.refs, 1);
	snprintf(boot_idle.name, sizeof(boot_idle.name), "idle/0");
	timer_init_cpus();
	(void)sched_init_cpu(0, &boot_idle);
	printk(LOG_INFO "Tern 6.12.0-tern %s, booted by %s\n", HAL_ABI_MACHINE, boot->loader);
	printk(LOG_INFO "command line: %s\n", boot->cmdline);
	options_parse();

	page_init();
	slab_init();
	hal_boot_devices();
	time_init();
	mm_init();
	proc_init();
	hal_irq_enable();
	kthread_start("boot", boot_thread, NULL);
	sched_idle();
}
