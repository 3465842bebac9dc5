// SPDX-License-Identifier: MIT
// The interface, checked against each port when it is compiled: the inline halves have the types
// that hal/include promises, the types have the members that others touch, the numbers make sense.
// (That every function exists and no port has one of its own is scripts/check-layers' work.)

#include <core/upcall.h>
#include <hal/abi.h>
#include <hal/boot.h>
#include <hal/debug.h>
#include <hal/device.h>
#include <hal/irq.h>
#include <hal/mmu.h>
#include <hal/regs.h>
#include <hal/serial.h>
#include <hal/signal.h>
#include <hal/thread.h>
#include <hal/time.h>
#include <hal/user.h>
#include <hal/vdso.h>
#include <hal_arch/pte.h>

#define IS(what, type) _Static_assert(__builtin_types_compatible_p(__typeof__(what), type), #what)
#define HAS(type, member, of)                                                             \
	_Static_assert(__builtin_types_compatible_p(__typeof__(((type *)0)->member), of), \
		       #type "." #member)

// <hal_arch/cpu.h>
IS(hal_cpu_id, unsigned int(void));
IS(hal_cpu_local, void *(void));
IS(hal_cpu_relax, void(void));
IS(hal_irq_enabled, bool(void));
IS(hal_irq_enable, void(void));
IS(hal_irq_disable, void(void));
IS(hal_irq_save, unsigned long(void));
IS(hal_irq_restore, void(unsigned long));

// <hal_arch/thread.h>
IS(hal_thread_current, struct hal_thread *(void));
HAS(struct hal_thread, work, unsigned int);
HAS(struct hal_thread, fpu, void *);

// <hal_arch/mmu.h>
IS(hal_phys_to_virt, void *(paddr_t));
IS(hal_virt_to_phys, paddr_t(const void *));
IS(hal_is_linear, bool(const void *));
HAS(struct hal_space, root, paddr_t);
HAS(struct hal_space, tables, unsigned long);
HAS(struct hal_space, blocks, unsigned long);
HAS(struct hal_space, spare, paddr_t);
HAS(struct hal_tlb, space, struct hal_space *);

// <hal_arch/user.h>
IS(hal_user_end, vaddr_t(void));
IS(hal_untag, vaddr_t(vaddr_t));
IS(hal_user_range, bool(const void __user *, size_t));

// <hal_arch/pte.h>
IS(hal_pte, uint64_t);
IS(hal_pte_levels, unsigned int(void));
IS(hal_pte_make, hal_pte(paddr_t, unsigned int));
IS(hal_pte_bits, unsigned int(hal_pte));
IS(hal_pte_block, hal_pte(hal_pte));
IS(hal_pte_pa, paddr_t(hal_pte));
IS(hal_pte_table, hal_pte(paddr_t));
IS(hal_pte_is_table, bool(hal_pte));
IS(hal_pte_kernel_table, hal_pte(paddr_t));
IS(hal_pte_kernel, hal_pte(paddr_t, unsigned int, enum hal_memory_type));
IS(hal_pte_hw_present, bool(hal_pte));
IS(hal_pte_needs_flush, bool(hal_pte, hal_pte));
IS(hal_pte_published, void(void));
IS(hal_pte_refresh, void(vaddr_t));

// <hal_arch/arch.h>
_Static_assert(HAL_PAGE_SHIFT == 12, "4 KiB pages");
_Static_assert(HAL_MAX_CPUS <= 64, "CPU sets are one word");
_Static_assert((HAL_CACHE_LINE & (HAL_CACHE_LINE - 1)) == 0, "a power of two");
_Static_assert((HAL_STACK_SIZE & (HAL_STACK_SIZE - 1)) == 0, "stack overflow is seen by one bit");
_Static_assert(HAL_KERNEL_VM_END - HAL_KERNEL_VM_START >= 64ul << 30, "64 GiB for core's mappings");
_Static_assert((HAL_KERNEL_VM_START & (2ul * HAL_STACK_SIZE - 1)) == 0, "stacks are aligned");

// <hal_arch/abi.h>
_Static_assert(sizeof(HAL_ABI_MACHINE) > 1 && sizeof(HAL_ABI_MACHINE) <= 65, "uname's machine");
_Static_assert(HAL_ABI_CLONE_TLS_LAST == 0 || HAL_ABI_CLONE_TLS_LAST == 1, "clone's arguments");
_Static_assert(HAL_ABI_HAS_SA_RESTORER == 0 || HAL_ABI_HAS_SA_RESTORER == 1, "sa_restorer");
_Static_assert((HAL_ABI_O_DIRECTORY & HAL_ABI_O_NOFOLLOW) == 0 &&
		       (HAL_ABI_O_DIRECT & HAL_ABI_O_LARGEFILE) == 0,
	       "open flags");
_Static_assert(HAL_ABI_HWCAP_COUNT == 1 || HAL_ABI_HWCAP_COUNT == 2, "AT_HWCAP, AT_HWCAP2");
IS(hal_abi_stat_fill, void(struct hal_abi_stat *, const struct hal_stat *));
HAS(struct hal_abi_epoll_event, events, uint32_t);
HAS(struct hal_abi_epoll_event, data, uint64_t);

// Shared with user space.
_Static_assert(sizeof(struct hal_stack) == 24, "stack_t");
_Static_assert(sizeof(struct hal_vdso_data) <= HAL_VDSO_DATA_PAGES << HAL_PAGE_SHIFT, "vDSO data");
