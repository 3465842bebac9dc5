// SPDX-License-Identifier: MIT
// The kernel address sanitizer: every load and store of instrumented code asks here first.
//
// It needs no shadow memory (docs/decisions): what may be touched is already written down. The
// state of a frame says whether it is free; in a slab, the object's red zone says whether the
// object is in use, and the cache how large it is. So a use after free, of an object or a frame,
// and an access beyond an object's end are named at the instruction that does them. Stacks have
// guard pages and canaries instead.
//
// Not instrumented: this file, and those that handle free objects and frames by profession
// (core/room.cmake lists them).

#include "mm_internal.h"

#include <core/kasan.h>
#include <core/panic.h>
#include <core/slab.h>

#ifdef TERN_KASAN

// What the compiler calls; the names are its own.
#define ACCESS(size)                                                               \
	void __asan_load##size##_noabort(vaddr_t address);                         \
	void __asan_store##size##_noabort(vaddr_t address);                        \
	void __asan_load##size##_noabort(vaddr_t address)                          \
	{                                                                          \
		check(address, size, false, (vaddr_t)__builtin_return_address(0)); \
	}                                                                          \
	void __asan_store##size##_noabort(vaddr_t address)                         \
	{                                                                          \
		check(address, size, true, (vaddr_t)__builtin_return_address(0));  \
	}

static bool started;

static __noreturn __attribute__((noinline, cold)) void
report(vaddr_t address, size_t n, bool write, vaddr_t pc, const char *what, const char *owner)
{
	started = false;
	panic("kasan: %s of %zu bytes at %016lx by %pS: %s%s", write ? "write" : "read", n, address,
	      (void *)pc, what, owner);
}

static inline __attribute__((always_inline)) void check(vaddr_t address, size_t n, bool write,
							vaddr_t pc)
{
	const struct page *page;
	const char *cache;
	const char *what;
	paddr_t pa;

	if (unlikely(!started) || !hal_is_linear((const void *)address))
		return;
	pa = hal_virt_to_phys((const void *)address);
	if (!page_valid(pa))
		return; // device registers, firmware
	page = page_of(pa);
	switch (page->state) {
	case PAGE_SLAB:
		what = slab_check((const void *)address, n, &cache);
		if (unlikely(what))
			report(address, n, write, pc, what, cache);
		break;
	case PAGE_FREE:
	case PAGE_FREE_CPU:
		report(address, n, write, pc, "the frame is free", "");
	default:
		break;
	}
}

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(vaddr_t address, size_t n);
void __asan_loadN_noabort(vaddr_t address, size_t n)
{
	check(address, n, false, (vaddr_t)__builtin_return_address(0));
}

void __asan_storeN_noabort(vaddr_t address, size_t n);
void __asan_storeN_noabort(vaddr_t address, size_t n)
{
	check(address, n, true, (vaddr_t)__builtin_return_address(0));
}

void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

void kasan_check(const void *p, size_t n, bool write)
{
	if (n)
		check((vaddr_t)p, n, write, (vaddr_t)__builtin_return_address(0));
}

void kasan_start(void)
{
	started = true;
}

#endif
