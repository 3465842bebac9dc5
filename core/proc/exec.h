/* SPDX-License-Identifier: MIT */
/* exec.h - a program on its way to be executed: what the parts of execve hand to one another. */
#ifndef CORE_PROC_EXEC_H
#define CORE_PROC_EXEC_H

#include <core/cred.h>
#include <core/mm.h>
#include <core/thread.h>
#include <core/vfs.h>

#define EXEC_HEAD 256 /* bytes of the file that decide its format */

/* Strings one behind the other, in page-sized pieces. */
struct exec_chunk {
	struct exec_chunk *next;
	size_t used;
	char data[4096 - 2 * sizeof(void *)];
};
_Static_assert(sizeof(struct exec_chunk) == 4096, "a chunk is a page");

/* Arguments and environment: `prefix` (strings a script put in front), then the chunks without
 * their first `skip` bytes. */
struct exec_strings {
	struct exec_chunk *first, *last;
	char *prefix;
	size_t prefix_size, skip;
	size_t bytes;	  /* of prefix and chunks, skip taken off */
	size_t arg_bytes; /* how many of them are arguments */
	unsigned int argc, envc;
	size_t limit; /* for bytes and the pointers */
};

struct exec {
	struct file *file; /* reference; writes to it denied */
	const char *name;  /* as in AT_EXECFN: the file the caller named */
	char *owned_name;  /* kfree'd */
	char *script; /* kfree'd: the script whose interpreter file is; NULL: name is still it */
	struct exec_strings strings;
	struct cred *cred;	   /* what the program will have */
	bool secure;		   /* AT_SECURE */
	unsigned long personality; /* what the program will have */
	uint64_t stack_limit;	   /* likewise */
	bool unreadable;	 /* the file or its interpreter, to the caller: nor is the memory */
	bool inaccessible;	 /* the name will be gone after close-on-exec: no scripts */
	struct mm *mm;		 /* under construction; NULL once it is the thread's */
	uint8_t head[EXEC_HEAD]; /* zero-filled */
	size_t head_size;
	/* found by the loader */
	vaddr_t entry; /* where user mode begins */
	vaddr_t program_entry, phdr, interp_base;
	unsigned int phnum;
	bool exec_stack;
	vaddr_t stack_top;
};

/* ---- exec_strings.c ---- */
/* From user arrays of pointers (argv NULL counts as empty): 0, -E2BIG, -EFAULT, -ENOMEM. */
__must_check int exec_strings_user(struct exec_strings *s, unsigned long argv, unsigned long envp);
__must_check int exec_strings_kernel(struct exec_strings *s, const char *const *argv,
				     const char *const *envp);
/* argv[0] becomes the n strings given. */
__must_check int exec_strings_replace_first(struct exec_strings *s, const char *const *strings,
					    unsigned int n);
void exec_strings_free(struct exec_strings *s);
/* Lay out the whole initial stack of current's memory below exec->stack_top: *sp. 0 or -EFAULT,
 * -ENOMEM. */
__must_check int exec_build_stack(struct exec *e, struct mm *mm, vaddr_t *sp);

/* ---- script.c ---- */
/* Cut "#! interpreter [argument]" in head, a buffer of EXEC_HEAD bytes of which size are the
 * file's, into its two words, in place. -ENOEXEC: it is none; -EACCES: the
 * file ends before an interpreter is named. Pure. */
__must_check int exec_parse_script(char *head, size_t size, char **interp, char **argument);

/* ---- exec_elf.c ---- */
/* Map the program (and its interpreter) and the vDSO into e->mm, which is empty. -ENOEXEC: not an
 * ELF file. */
__must_check int exec_load_elf(struct exec *e);

/* ---- exec_thread.c ---- */
/* Kill the other threads and become the leader. 0, or -EAGAIN when the process is dying. */
__must_check int exec_alone(void);

/* Bits of the personality, and which of them are not for programs that gain rights. */
#define ADDR_NO_RANDOMIZE  0x0040000u
#define MMAP_PAGE_ZERO	   0x0100000u
#define ADDR_COMPAT_LAYOUT 0x0200000u
#define READ_IMPLIES_EXEC  0x0400000u
#define PERSONALITY_UNPRIVILEGED \
	(ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO | ADDR_COMPAT_LAYOUT | READ_IMPLIES_EXEC)

#endif
