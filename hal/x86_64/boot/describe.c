// SPDX-License-Identifier: MIT
// What the CPUs are and can do, for user programs: /proc/cpuinfo, the auxiliary vector, randomness.

#include <core/lib/string.h>
#include <core/printk.h>
#include <hal/cpu.h>
#include <x86_64/cpu.h>

#define HWCAP2_FSGSBASE 2ul

unsigned long hal_hwcap(unsigned int which)
{
	if (which == 0)
		return cpu_features.edx1;
	return cpu_features.fsgsbase ? HWCAP2_FSGSBASE : 0;
}

const char *hal_platform(void)
{
	return "x86_64";
}

static bool random_word(uint64_t *word)
{
	bool ok = false;

	if (cpu_features.rdseed)
		for (unsigned int i = 0; i < 10 && !ok; i++)
			__asm__ volatile("rdseed %0; setc %1" : "=r"(*word), "=qm"(ok) : : "cc");
	if (cpu_features.rdrand)
		for (unsigned int i = 0; i < 10 && !ok; i++)
			__asm__ volatile("rdrand %0; setc %1" : "=r"(*word), "=qm"(ok) : : "cc");
	return ok;
}

size_t hal_entropy(void *buf, size_t n)
{
	size_t done = 0;
	uint64_t word;

	while (done < n && random_word(&word)) {
		size_t part = n - done < sizeof(word) ? n - done : sizeof(word);

		memcpy((char *)buf + done, &word, part);
		done += part;
	}
	return done;
}

// Names of feature bits as Linux prints them, by CPUID word, lowest bit first; "" is not printed.
struct feature_word {
	uint32_t leaf, subleaf;
	uint8_t reg; // 0 EAX, 1 EBX, 2 ECX, 3 EDX
	const char *names;
};

static const struct feature_word words[] = {
	{1, 0, 3,
	 "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - "
	 "dts acpi mmx "
	 "fxsr sse sse2 ss ht tm ia64 pbe"},
	{0x80000001, 0, 3,
	 "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - "
	 "lm "
	 "3dnowext 3dnow"},
	{1, 0, 2,
	 "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - "
	 "pcid dca sse4_1 "
	 "sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor"},
	{0x80000001, 0, 2,
	 "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs "
	 "xop "
	 "skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext "
	 "ptsc "
	 "perfctr_llc mwaitx - -"},
	{0xd, 1, 0, "xsaveopt xsavec xgetbv1 xsaves"},
	{7, 0, 1,
	 "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a "
	 "avx512f avx512dq rdseed adx "
	 "smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw "
	 "avx512vl"},
	{7, 0, 2,
	 "- avx512vbmi umip - - waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni "
	 "avx512_bitalg - "
	 "avx512_vpopcntdq - la57 - - - - - rdpid"},
};

// What needs kernel support that Tern does not give.
static const char hidden[] = " monitor vmx svm mpx pku ospke la57 hle rtm ";

static uint32_t feature_bits(const struct feature_word *word)
{
	struct cpuid r;

	if (cpuid(word->leaf & 0x80000000, 0).eax < word->leaf)
		return 0;
	r = cpuid(word->leaf, word->subleaf);
	return word->reg == 0 ? r.eax : word->reg == 1 ? r.ebx : word->reg == 2 ? r.ecx : r.edx;
}

static size_t print_word(const struct feature_word *word, char *buf, size_t n)
{
	uint32_t bits = feature_bits(word);
	const char *name = word->names;
	size_t done = 0;
	char quoted[32];

	for (unsigned int bit = 0; *name; bit++) {
		size_t length = 0;

		while (name[length] && name[length] != ' ')
			length++;
		snprintf(quoted, sizeof(quoted), " %.*s ", (int)length, name);
		if (bits >> bit & 1 && *name != '-' && !strstr(hidden, quoted))
			done += (size_t)scnprintf(buf + done, n - done, "%.*s ", (int)length, name);
		name += length;
		if (*name == ' ')
			name++;
	}
	return done;
}

static void trim(char *text)
{
	size_t length = strlen(text), lead = 0;

	while (length && text[length - 1] == ' ')
		text[--length] = 0;
	while (text[lead] == ' ')
		lead++;
	memmove(text, text + lead, length - lead + 1);
}

size_t hal_cpu_describe(unsigned int cpu, char *buf, size_t n)
{
	struct cpuid zero = cpuid(0, 0), one = cpuid(1, 0);
	unsigned int family = one.eax >> 8 & 15, model = one.eax >> 4 & 15;
	uint64_t khz = time_tsc_khz();
	char vendor[13] = {0}, name[49] = {0};
	size_t at;

	memcpy(vendor, &zero.ebx, 4);
	memcpy(vendor + 4, &zero.edx, 4);
	memcpy(vendor + 8, &zero.ecx, 4);
	if (family == 6 || family == 15)
		model |= (one.eax >> 16 & 15) << 4;
	if (family == 15)
		family += one.eax >> 20 & 255;
	if (cpuid(0x80000000, 0).eax >= 0x80000004)
		for (unsigned int i = 0; i < 3; i++) {
			struct cpuid part = cpuid(0x80000002 + i, 0);

			memcpy(name + 16 * i, &part, 16);
		}
	trim(name);
	at = (size_t)scnprintf(buf, n,
			       "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: "
			       "%u\nmodel name\t: %s\n"
			       "stepping\t: %u\ncpu MHz\t\t: %lu.%03lu\nphysical id\t: "
			       "0\nsiblings\t: %u\ncore id\t\t: %u\n"
			       "cpu cores\t: %u\napicid\t\t: %u\ninitial apicid\t: %u\nfpu\t\t: "
			       "yes\nfpu_exception\t: yes\n"
			       "cpuid level\t: %u\nwp\t\t: yes\nflags\t\t: ",
			       cpu, vendor, family, model, *name ? name : "unknown", one.eax & 15,
			       khz / 1000, khz % 1000, cpu_count, cpu, cpu_count, cpus[cpu].apic_id,
			       cpus[cpu].apic_id, zero.eax);
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		at += print_word(&words[i], buf + at, n - at);
	if (at && buf[at - 1] == ' ')
		at--;
	at += (size_t)scnprintf(
		buf + at, n - at,
		"\nbugs\t\t:\nbogomips\t: %lu.%02lu\nclflush size\t: %u\ncache_alignment\t: 64\n"
		"address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
		khz / 500, khz / 5 % 100, (one.ebx >> 8 & 255) * 8, cpuid(0x80000008, 0).eax & 255,
		cpuid(0x80000008, 0).eax >> 8 & 255);
	return at;
}
