// SPDX-License-Identifier: MIT
// What this machine is, for programs: /proc/cpuinfo, AT_HWCAP, ID registers, randomness.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <common/fdt.h>
#include <core/lib/string.h>
#include <hal/user.h>

// A feature that user mode can use without help of ours, or whose state we switch: a field of an ID
// register that must be at least this.
struct feature {
	unsigned char word, bit; // of AT_HWCAP, AT_HWCAP2
	unsigned char id, shift, least;
	const char *name;
};

enum { PFR0, PFR1, ISAR0, ISAR1, MMFR2 };

static const struct feature features[] = {
	{0, 0, PFR0, 16, 0, "fp"},	   {0, 1, PFR0, 20, 0, "asimd"},
	{0, 2, PFR0, 0, 0, "evtstrm"},	   {0, 3, ISAR0, 4, 1, "aes"},
	{0, 4, ISAR0, 4, 2, "pmull"},	   {0, 5, ISAR0, 8, 1, "sha1"},
	{0, 6, ISAR0, 12, 1, "sha2"},	   {0, 7, ISAR0, 16, 1, "crc32"},
	{0, 8, ISAR0, 20, 2, "atomics"},   {0, 9, PFR0, 16, 1, "fphp"},
	{0, 10, PFR0, 20, 1, "asimdhp"},   {0, 11, PFR0, 0, 0, "cpuid"},
	{0, 12, ISAR0, 28, 1, "asimdrdm"}, {0, 13, ISAR1, 12, 1, "jscvt"},
	{0, 14, ISAR1, 16, 1, "fcma"},	   {0, 15, ISAR1, 20, 1, "lrcpc"},
	{0, 16, ISAR1, 0, 1, "dcpop"},	   {0, 17, ISAR0, 32, 1, "sha3"},
	{0, 18, ISAR0, 36, 1, "sm3"},	   {0, 19, ISAR0, 40, 1, "sm4"},
	{0, 20, ISAR0, 44, 1, "asimddp"},  {0, 21, ISAR0, 12, 2, "sha512"},
	{0, 23, ISAR0, 48, 1, "asimdfhm"}, {0, 24, PFR0, 48, 1, "dit"},
	{0, 25, MMFR2, 32, 1, "uscat"},	   {0, 26, ISAR1, 20, 2, "ilrcpc"},
	{0, 27, ISAR0, 52, 1, "flagm"},	   {0, 28, PFR1, 4, 2, "ssbs"},
	{0, 29, ISAR1, 36, 1, "sb"},	   {1, 0, ISAR1, 0, 2, "dcpodp"},
	{1, 7, ISAR0, 52, 2, "flagm2"},	   {1, 8, ISAR1, 32, 1, "frint"},
	{1, 13, ISAR1, 52, 1, "i8mm"},	   {1, 14, ISAR1, 44, 1, "bf16"},
	{1, 15, ISAR1, 48, 1, "dgh"},	   {1, 16, ISAR0, 60, 1, "rng"},
};

#define FEATURE_COUNT (sizeof(features) / sizeof(features[0]))
#define HWCAP_PACA    (1ul << 30)
#define HWCAP_PACG    (1ul << 31)

static unsigned long id_register(unsigned int which)
{
	switch (which) {
	case PFR0:
		return read_sysreg(id_aa64pfr0_el1);
	case PFR1:
		return read_sysreg(id_aa64pfr1_el1);
	case ISAR0:
		return read_sysreg(id_aa64isar0_el1);
	case ISAR1:
		return read_sysreg(id_aa64isar1_el1);
	default:
		return read_sysreg(s3_0_c0_c7_2); // ID_AA64MMFR2_EL1
	}
}

static bool has(const struct feature *feature)
{
	return id_field(id_register(feature->id), feature->shift) >= feature->least;
}

unsigned long hal_hwcap(unsigned int which)
{
	// Every execve asks. Bit 62 is nobody's capability: the word has been found out.
	static unsigned long known[2];
	unsigned long caps = 1ul << 62;

	if (which > 1)
		return 0;
	if (__atomic_load_n(&known[which], __ATOMIC_RELAXED))
		return known[which] & ~(1ul << 62);
	for (unsigned int i = 0; i < FEATURE_COUNT; i++)
		if (features[i].word == which && has(&features[i]))
			caps |= 1ul << features[i].bit;
	if (which == 0 && arm_features.pac)
		caps |= HWCAP_PACA | HWCAP_PACG;
	__atomic_store_n(&known[which], caps, __ATOMIC_RELAXED);
	return caps & ~(1ul << 62);
}

const char *hal_platform(void)
{
	return "aarch64";
}

struct text {
	char *at;
	size_t left;
};

static void put(struct text *text, const char *s)
{
	for (; *s && text->left > 1; s++, text->left--)
		*text->at++ = *s;
	if (text->left)
		*text->at = '\0';
}

static void put_number(struct text *text, unsigned long value, unsigned int base,
		       unsigned int digits)
{
	char buf[24];
	unsigned int at = sizeof(buf) - 1;

	buf[at] = '\0';
	do {
		buf[--at] = "0123456789abcdef"[value % base];
		value /= base;
		if (digits)
			digits--;
	} while (value || digits);
	put(text, buf + at);
}

size_t hal_cpu_describe(unsigned int cpu, char *buf, size_t n)
{
	struct text text = {buf, n};
	unsigned long midr = arm_cpus[cpu].midr;
	// As Linux: twice the timer's rate, which has nothing to do with the CPU's speed.
	unsigned long rate = read_sysreg(cntfrq_el0) / 5000;

	put(&text, "processor\t: ");
	put_number(&text, cpu, 10, 1);
	put(&text, "\nBogoMIPS\t: ");
	put_number(&text, rate / 100, 10, 1);
	put(&text, ".");
	put_number(&text, rate % 100, 10, 2);
	put(&text, "\nFeatures\t:");
	for (unsigned int i = 0; i < FEATURE_COUNT; i++) {
		// In the order of the bits: these two end the first word.
		if (arm_features.pac && features[i].word == 1 && features[i - 1].word == 0)
			put(&text, " paca pacg");
		if (has(&features[i])) {
			put(&text, " ");
			put(&text, features[i].name);
		}
	}
	put(&text, "\nCPU implementer\t: 0x");
	put_number(&text, midr >> 24 & 0xff, 16, 2);
	put(&text, "\nCPU architecture: 8\nCPU variant\t: 0x");
	put_number(&text, midr >> 20 & 15, 16, 1);
	put(&text, "\nCPU part\t: 0x");
	put_number(&text, midr >> 4 & 0xfff, 16, 3);
	put(&text, "\nCPU revision\t: ");
	put_number(&text, midr & 15, 10, 1);
	put(&text, "\n\n");
	return (size_t)(text.at - buf);
}

// Identification registers (op0 3, op1 0, CRn 0) that user mode reads: those of a feature list with
// only what hal_hwcap() tells, MIDR, and zero for all else.
static unsigned long shown_id(unsigned int crm, unsigned int op2)
{
	static const struct {
		unsigned char crm, op2, id;
	} lists[] = {{4, 0, PFR0}, {4, 1, PFR1}, {6, 0, ISAR0}, {6, 1, ISAR1}};
	unsigned long value = 0;

	if (crm == 0)
		return op2 == 0	  ? this_cpu()->midr
		       : op2 == 5 ? 1ul << 31
		       : op2 == 6 ? read_sysreg(revidr_el1)
				  : 0;
	for (unsigned int i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i].crm != crm || lists[i].op2 != op2)
			continue;
		for (unsigned int j = 0; j < FEATURE_COUNT; j++)
			if (features[j].id == lists[i].id && features[j].least)
				value |= id_register(lists[i].id) & 15ul << features[j].shift;
		if (lists[i].id == PFR0)
			value |= 0x11; // EL0 and EL1 in 64 bits only
		if (lists[i].id == ISAR1 && arm_features.pac)
			value |= id_register(ISAR1) & 0xff000ff0;
	}
	return value;
}

// CPUs that tell what was read do so in ESR_EL1; for the older ones it is an undefined instruction,
// which has to be fetched.
bool arm_emulate_sysreg(struct hal_regs *regs)
{
	unsigned int rt, crm, op2;
	uint32_t instruction;

	if (ESR_CLASS(regs->syndrome) == 0) {
		// MRS Xt, S3_0_C0_Cm_op2
		if (regs->pc & 3 || hal_get_user32(&instruction, hal_user_ptr(void, regs->pc)) ||
		    instruction >> 12 != 0xd5380)
			return false;
		rt = instruction & 31;
		crm = instruction >> 8 & 15;
		op2 = instruction >> 5 & 7;
	} else {
		// Op0 21..20, Op2 19..17, Op1 16..14, CRn 13..10, Rt 9..5, CRm 4..1, read 0.
		unsigned long iss = regs->syndrome;

		if ((iss & 0x31fc01) != 0x300001)
			return false;
		rt = (unsigned int)(iss >> 5) & 31;
		crm = (unsigned int)(iss >> 1) & 15;
		op2 = (unsigned int)(iss >> 17) & 7;
	}
	if (crm > 7)
		return false;
	if (rt != 31)
		regs->x[rt] = shown_id(crm, op2);
	regs->pc += 4;
	return true;
}

size_t hal_entropy(void *buf, size_t n)
{
	size_t done = 0;

	while (arm_features.random && done < n) {
		unsigned long value, failed, take = n - done < 8 ? n - done : 8;

		// RNDR sets Z when it has none for now.
		__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %1, eq"
				 : "=r"(value), "=r"(failed)
				 :
				 : "cc");
		if (failed)
			break;
		memcpy((char *)buf + done, &value, take);
		done += take;
	}
	// What the boot loader left us, once.
	return done ? done : dt_take_seed(buf, n);
}
