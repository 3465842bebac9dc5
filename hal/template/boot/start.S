/* SPDX-License-Identifier: MIT */
/*
 * template: FILL IN.
 *  1. Keep what the boot protocol hands over; clear .bss.
 *  2. Provisional tables: the image at its link address, physical memory where the linear map will be.
 *  3. Translation on, jump high, stack (an upper half of an aligned window, see hal/thread.h), a struct hal_thread as the current one.
 *  4. Apply relative relocations if the address differs from the link address. Call the C half.
 *  5. The entry of secondary CPUs: the final tables, their idle thread's stack, then C.
 */
