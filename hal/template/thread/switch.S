/* SPDX-License-Identifier: MIT */
/*
 * template: FILL IN hal_thread_switch(prev, next), which returns prev to whoever continues; the first code of kernel threads (core_thread_begin(prev), interrupts
 * on, entry(arg)) and of forked ones (core_thread_begin(prev), then the return to user mode); hal_thread_enter_user().
 */
