/* SPDX-License-Identifier: MIT */
/*
 * template: FILL IN.
 *  - From user mode: kernel stack, save the frame whole. A system call goes to core_syscall() with interrupts on; its result is stored unless the frame has left
 *    the call; then interrupts off, test hal_thread.work once, restore what C does not preserve, return. Other causes go to C and restore everything.
 *  - From the kernel: test the stack's bit before the first store, else go to the emergency stack and to core_kernel_trap(). Interrupts run on the CPU's
 *    interrupt stack. User access (SMAP, PAN, SUM) is closed here and reopened by the return.
 */
