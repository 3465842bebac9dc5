// SPDX-License-Identifier: MIT
// One CPU: what it can do, its descriptor tables, control registers and MSRs.

#include <core/lib/string.h>
#include <hal/boot.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>
#include <x86_64/trap.h>

struct hal_cpu cpus[HAL_MAX_CPUS];
unsigned int cpu_count = 1;
struct cpu_features cpu_features;

struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};
static struct gate idt[256] __aligned_to(16);

// The instruction reads from limit on. base is aligned: the compiler may make this a constant,
// whose relocation RELR could not express otherwise.
struct table_pointer {
	uint16_t pad[3], limit;
	uint64_t base;
};

static bool bit(uint32_t word, unsigned int n)
{
	return word >> n & 1;
}

void cpu_detect(void)
{
	struct cpu_features *f = &cpu_features;
	struct cpuid one = cpuid(1, 0), seven = {0}, extended = cpuid(0x80000001, 0), vendor;
	uint32_t last = cpuid(0, 0).eax;

	if (last >= 7)
		seven = cpuid(7, 0);
	f->edx1 = one.edx;
	f->pcid = bit(one.ecx, 17);
	f->x2apic = bit(one.ecx, 21);
	f->tsc_deadline = bit(one.ecx, 24);
	f->xsave = bit(one.ecx, 26);
	f->rdrand = bit(one.ecx, 30);
	f->hypervisor = bit(one.ecx, 31);
	f->fsgsbase = bit(seven.ebx, 0);
	f->smep = bit(seven.ebx, 7);
	f->invpcid = bit(seven.ebx, 10);
	f->rdseed = bit(seven.ebx, 18);
	f->smap = bit(seven.ebx, 20);
	f->umip = bit(seven.ecx, 2);
	f->gib_pages = bit(extended.edx, 26);
	f->rdtscp = bit(extended.edx, 27);
	if (cpuid(0x80000000, 0).eax >= 0x80000007)
		f->invariant_tsc = bit(cpuid(0x80000007, 0).edx, 8);
	if (f->hypervisor) {
		vendor = cpuid(0x40000000, 0);
		f->tcg = vendor.ebx == 0x54474354 && vendor.ecx == 0x43544743; // "TCGTCGTCGTCG"
	}

	if (!bit(extended.edx, 11))
		hal_boot_fail("this CPU has no SYSCALL instruction");
	if (!bit(one.edx, 9))
		hal_boot_fail("this CPU has no local APIC");
	// TSC 4, MSR 5, CX8 8, PGE 13, CMOV 15, PAT 16, FXSR 24, SSE 25, SSE2 26
	if (~one.edx & (1u << 4 | 1u << 5 | 1u << 8 | 1u << 13 | 1u << 15 | 1u << 16 | 7u << 24))
		hal_boot_fail("this CPU lacks a feature of the x86-64 baseline (TSC, MSR, CX8, "
			      "PGE, CMOV, PAT, "
			      "FXSR, SSE, SSE2)");
	fpu_detect();
}

static void set_gate(unsigned int vector, unsigned int ist, unsigned int dpl)
{
	uint64_t offset = (uint64_t)trap_stubs[vector];

	idt[vector] = (struct gate){
		.offset0 = (uint16_t)offset,
		.selector = KERNEL_CS,
		.ist = (uint8_t)ist,
		.type = (uint8_t)(0x8e | dpl << 5), // interrupt gate
		.offset1 = (uint16_t)(offset >> 16),
		.offset2 = (uint32_t)(offset >> 32),
	};
}

static void fill_idt(void)
{
	for (unsigned int v = 0; v < 256; v++)
		set_gate(v, 0, 0);
	set_gate(VECTOR_BP, 0, 3);
	set_gate(4, 0, 3); // INTO's, as Linux has it
	set_gate(VECTOR_DF, IST_DF, 0);
	set_gate(VECTOR_NMI, IST_NMI, 0);
	set_gate(VECTOR_MC, IST_MC, 0);
	set_gate(VECTOR_DB, IST_DB, 0);
}

// The emergency stack is shared out among the four exceptions that need one, #DF with most of it
// above the others, which it may overrun: it does not return. At the top of each lies the address
// of the CPU's block, for paranoid_entry.
static void set_ist(struct hal_cpu *cpu)
{
	static const struct {
		unsigned int ist, top; // sixteenths of the stack
	} parts[] = {{IST_DF, 16}, {IST_NMI, 8}, {IST_MC, 5}, {IST_DB, 2}};
	uint64_t base = cpu->emergency_stack - HAL_STACK_SIZE;

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t *top = (uint64_t *)(base + HAL_STACK_SIZE / 16 * parts[i].top) - 2;

		*top = (uint64_t)cpu;
		cpu->tss.ist[parts[i].ist] = (uint64_t)top;
	}
}

static void load_tables(struct hal_cpu *cpu)
{
	uint64_t tss = (uint64_t)&cpu->tss;
	struct table_pointer gdtr = {{0}, sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt};
	struct table_pointer idtr = {{0}, sizeof(idt) - 1, (uint64_t)idt};

	cpu->gdt[KERNEL_CS / 8] = 0x00af9b000000ffff;
	cpu->gdt[KERNEL_DS / 8] = 0x00cf93000000ffff;
	cpu->gdt[USER_DS / 8] = 0x00cff3000000ffff;
	cpu->gdt[USER_CS / 8] = 0x00affb000000ffff;
	cpu->gdt[GDT_TSS] = (sizeof(cpu->tss) - 1) | (tss & 0xffffff) << 16 | 0x89ul << 40 |
			    (tss >> 24 & 0xff) << 56;
	cpu->gdt[GDT_TSS + 1] = tss >> 32;
	cpu->gdt[GDT_NUMBER] = 0x0040f50000000000 | cpu->head.id; // read-only, accessed
	cpu->tss.iomap_base = sizeof(cpu->tss);

	__asm__ volatile("lgdt %0" : : "m"(gdtr.limit), "m"(gdtr));
	__asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
			 :
			 : "i"(KERNEL_CS)
			 : "rax", "memory");
	__asm__ volatile("movl %0, %%ss; movl %1, %%ds; movl %1, %%es; movl %1, %%fs; movl %1, %%gs"
			 :
			 : "r"(KERNEL_DS), "r"(0));
	__asm__ volatile("ltr %w0" : : "r"(GDT_TSS * 8));
	__asm__ volatile("lidt %0" : : "m"(idtr.limit), "m"(idtr));
}

static void set_registers(struct hal_cpu *cpu)
{
	const struct cpu_features *f = &cpu_features;
	uint64_t cr4 = read_cr4() | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	write_cr0((read_cr0() | CR0_MP | CR0_NE | CR0_WP | CR0_AM) & ~(CR0_EM | CR0_TS));
	if (bit(f->edx1, 7))
		cr4 |= CR4_MCE;
	if (f->smep)
		cr4 |= CR4_SMEP;
	if (f->smap)
		cr4 |= CR4_SMAP;
	if (f->umip)
		cr4 |= CR4_UMIP;
	if (f->fsgsbase)
		cr4 |= CR4_FSGSBASE;
	if (f->pcid)
		cr4 |= CR4_PCIDE;
	if (f->xsave)
		cr4 |= CR4_OSXSAVE;
	write_cr4(cr4);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE | EFER_NXE);
	wrmsr(MSR_STAR, (uint64_t)(USER_DS - 8) << 48 | (uint64_t)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_SFMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC | RFLAGS_RF |
				  RFLAGS_IOPL | 0x8d5);
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	if (f->rdtscp)
		wrmsr(MSR_TSC_AUX, cpu->head.id);
}

void cpu_set_stack(struct hal_cpu *cpu, uint64_t top)
{
	cpu->stack_top = top;
	cpu->tss.rsp[0] = top;
}

void cpu_setup(unsigned int id)
{
	struct hal_cpu *cpu = &cpus[id];

	if (id == 0)
		fill_idt();
	cpu->head.self = &cpu->head;
	cpu->head.id = id;
	cpu->timer_deadline = UINT64_MAX;
	set_ist(cpu);
	load_tables(cpu);
	wrmsr(MSR_GS_BASE, (uint64_t)cpu);
	set_registers(cpu);
	fpu_cpu_setup();
}
