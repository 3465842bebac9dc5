/* SPDX-License-Identifier: MIT */
/* x86_64/power.h - debug/power.c. */
#ifndef X86_64_POWER_H
#define X86_64_POWER_H

/* Learn from the ACPI tables how to switch off. */
void power_boot(void);

#endif
