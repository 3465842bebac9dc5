// SPDX-License-Identifier: MIT
// Damaged program files, executed: elf [COUNT] [SEED]. execve gives an error, or the process runs or is killed; the kernel goes on.
//
// The model is this program: some bytes of its headers, and its length, are changed. What runs, runs as a user without rights, for a
// moment.

#include "random.h"

#include <elf.h>

#define USER 6002

static unsigned char *model, *copy;
static size_t length;

static void load_model(void)
{
	int fd = (int)MUST(open("/proc/self/exe", O_RDONLY));
	struct stat info;

	MUST(fstat(fd, &info));
	length = (size_t)info.st_size;
	model = malloc(length);
	copy = malloc(length);
	CHECK(model && copy);
	CHECK_EQ(read(fd, model, length), length);
	close(fd);
}

static uint64_t odd_number(void)
{
	static const uint64_t odd[] = {0,
				       1,
				       7,
				       0xfff,
				       0x1000,
				       0x200000,
				       0x7fffffff,
				       0x80000000,
				       0xffffffff,
				       0x7ffffffff000,
				       0x7fffffffe000,
				       0x800000000000,
				       0x4000000000,
				       0x3ffffff000,
				       0x1000000000000,
				       0xffff800000000000,
				       0xffffffff80000000,
				       0x7fffffffffffffff,
				       0x8000000000000000,
				       0xfffffffffffff000,
				       0xffffffffffffffff};

	return random_below(3) ? odd[random_below(sizeof(odd) / sizeof(*odd))] : random_next();
}

// A field of the header, of a program header, or any bytes of both; now and then the file is cut off.
static size_t damage(void)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)copy;
	Elf64_Phdr *segments = (Elf64_Phdr *)(void *)(copy + sizeof(*header));
	size_t size = length;
	unsigned count;

	memcpy(copy, model, length);
	count = header->e_phnum;
	for (uint64_t n = 1 + random_below(3); n > 0; n--) {
		Elf64_Phdr *segment = &segments[random_below(count ? count : 1)];
		uint64_t value = odd_number();

		switch (random_below(14)) {
		case 0:
			copy[random_below(sizeof(*header))] = (unsigned char)value;
			break;
		case 1:
			copy[sizeof(*header) + random_below(count * sizeof(*segment))] =
				(unsigned char)value;
			break;
		case 2:
			segment->p_vaddr = value;
			break;
		case 3:
			segment->p_memsz = value;
			break;
		case 4:
			segment->p_filesz = value;
			break;
		case 5:
			segment->p_offset = value;
			break;
		case 6:
			segment->p_type =
				(uint32_t[]){PT_LOAD,	   PT_INTERP, PT_TLS,
					     PT_GNU_STACK, PT_PHDR,   PT_NULL}[random_below(6)];
			break;
		case 7:
			segment->p_flags = (uint32_t)random_below(8);
			break;
		case 8:
			segment->p_align = value;
			break;
		case 9:
			header->e_entry = value;
			break;
		case 10:
			header->e_phoff = value;
			break;
		case 11:
			header->e_phnum = (uint16_t)value;
			break;
		case 12:
			header->e_type = (uint16_t)(random_below(2) ? ET_DYN : value);
			break;
		default:
			size = random_below(2) ? random_below(length) : random_below(256);
			break;
		}
	}
	return size;
}

static void refused_write(void)
{
	say("FAIL victim: %s", strerror(errno));
	_exit(1);
}

// 0 when it was run, else execve's errno.
static int execute(size_t size)
{
	char *arguments[] = {"victim", "0", NULL}, *none[] = {NULL};
	struct rlimit processes = {4, 4}, cpu = {1, 1};
	int fd, status, ends[2], error = 0;
	pid_t child;

	unlink("victim");
	fd = (int)MUST(open("victim", O_WRONLY | O_CREAT, 0755));
	if (write(fd, copy, size) != (ssize_t)size)
		refused_write();
	close(fd);
	MUST(pipe2(ends, O_CLOEXEC));
	child = CHILD(setsid(); silent(); setrlimit(RLIMIT_NPROC, &processes);
		      setrlimit(RLIMIT_CPU, &cpu); alarm(1); (void)!setuid(USER);
		      execve("./victim", arguments, none);
		      (void)!write(ends[1], &errno, sizeof(errno)); _exit(0));
	close(ends[1]);
	if (read(ends[0], &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(ends[0]);
	status = child_end_within(child, 200);
	(void)status;
	return error;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000, ran = 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

	if (count == 0) // started as a victim
		return 0;
	load_model();
	random_seed(seed);
	for (int i = 0; i < count; i++) {
		int error = execute(damage());

		switch (error) {
		case 0:
			ran++;
			break;
		case ENOEXEC:
		case ENOMEM:
		case EINVAL: // what mmap says of the numbers
		case ENOENT: // no such interpreter
		case EACCES:
		case ENOTDIR:
		case EISDIR:
		case ENAMETOOLONG:
		case ELIBBAD:
		case EIO:
		case ELOOP:
		case E2BIG:
			break;
		default:
			say("FAIL victim %d of seed %llu: errno %d (%s)", i,
			    (unsigned long long)seed, error, strerror(error));
			return 1;
		}
	}
	say("ok %d damaged programs, %d of them ran", count, ran);
	return 0;
}
