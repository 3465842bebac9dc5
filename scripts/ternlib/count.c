// SPDX-License-Identifier: MIT
/*
 * count.c - a QEMU plugin that counts guest instructions, for scripts/bench.
 *
 * The instruction clock gives the total of an operation; this gives the share that no kernel
 * removes, and where the rest goes. User mode is told by the address: all three architectures keep
 * the kernel in the upper half.
 *
 *     report=FILE            each mark of the guest gives a line `mark COUNT`, in user mode
 *     report=FILE,entry=N    all instructions are counted: `entry COUNT` when the one at address N
 *                            is first executed (the kernel takes over), `mark COUNT` as above
 *     report=FILE,profile=1  what the kernel executed between a mark and the next, by translated
 *                            block: `block ADDRESS INSTRUCTIONS` lines before each `mark`
 *
 * A mark is an instruction that does nothing: bench.c, mark().
 *
 * QEMU's header is not packaged; what is needed of its plugin interface, version 1, is declared
 * here.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*callback)(qemu_plugin_id_t,
							    struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block,
					      enum qemu_plugin_op operation, void *address,
					      uint64_t value);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *instruction,
						enum qemu_plugin_op operation, void *address,
						uint64_t value);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
					    void (*callback)(unsigned processor, void *data),
					    enum qemu_plugin_cb_flags flags, void *data);

EXPORT int qemu_plugin_version = 1;

/* The marks of the three architectures, as bench.c has them. */
static const unsigned char mark_x86_64[] = {0x0f, 0x1f, 0x80, 0x57, 0x7e, 0x7e, 0x07};
static const unsigned char mark_arm64[] = {0xff, 0xca, 0x8f, 0xd2};
static const unsigned char mark_riscv64[] = {0x13, 0x00, 0x70, 0x75};

static FILE *report;
static uint64_t entry_address;
static bool entered;
static uint64_t executed;

/* One counter for each block of the kernel that was ever translated, in a list that only grows. */
struct counter {
	struct counter *next;
	uint64_t address, executed;
};
static bool profile;
static struct counter *counters;

static bool is(struct qemu_plugin_insn *instruction, const unsigned char *mark, size_t size)
{
	return qemu_plugin_insn_size(instruction) == size &&
	       memcmp(qemu_plugin_insn_data(instruction), mark, size) == 0;
}

static bool is_mark(struct qemu_plugin_insn *instruction)
{
	return is(instruction, mark_x86_64, sizeof(mark_x86_64)) ||
	       is(instruction, mark_arm64, sizeof(mark_arm64)) ||
	       is(instruction, mark_riscv64, sizeof(mark_riscv64));
}

static void report_blocks(void)
{
	for (struct counter *c = counters; c; c = c->next) {
		if (c->executed)
			fprintf(report, "block %llu %llu\n", (unsigned long long)c->address,
				(unsigned long long)c->executed);
		c->executed = 0;
	}
}

static void count_block(struct qemu_plugin_tb *block)
{
	struct counter *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->address = qemu_plugin_tb_vaddr(block);
	c->next = counters;
	counters = c;
	qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, &c->executed,
						 qemu_plugin_tb_n_insns(block));
}

static void on_mark(unsigned processor, void *data)
{
	(void)processor;
	(void)data;
	report_blocks();
	fprintf(report, "mark %llu\n", (unsigned long long)executed);
	fflush(report);
}

static void on_entry(unsigned processor, void *data)
{
	(void)processor;
	(void)data;
	if (!entered)
		fprintf(report, "entry %llu\n", (unsigned long long)executed);
	fflush(report);
	entered = true;
}

static void on_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t count = qemu_plugin_tb_n_insns(block);

	(void)id;
	if (profile && qemu_plugin_tb_vaddr(block) >> 63)
		count_block(block);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(instruction);
		bool user = address >> 63 == 0;

		if (user || entry_address != 0)
			qemu_plugin_register_vcpu_insn_exec_inline(
				instruction, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
		if (user && is_mark(instruction))
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (entry_address != 0 && address == entry_address && !entered)
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_entry,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *information, int argc,
			       char **argv)
{
	(void)information;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "report=", 7) == 0)
			report = fopen(argv[i] + 7, "w");
		else if (strncmp(argv[i], "entry=", 6) == 0)
			entry_address = strtoull(argv[i] + 6, NULL, 10);
		else if (strcmp(argv[i], "profile=1") == 0)
			profile = true;
	}
	if (!report)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	return 0;
}
