// SPDX-License-Identifier: MIT
// What the compiler calls in debug builds when it saw undefined behaviour: say what and where, and
// stop.
//
// The descriptors are laid out by clang (compiler-rt's ubsan_handlers.h has the same ones); every
// handler ends in a panic, so those that "recover" and those that abort need no difference.

#include <core/panic.h>
#include <core/printk.h>
#include <core/types.h>

struct source_location {
	const char *file;
	uint32_t line;
	uint32_t column;
};

struct type_descriptor {
	uint16_t kind; // 0: integer
	uint16_t info; // bit 0: signed; the rest: log2 of the width in bits
	char name[];
};

struct overflow_data {
	struct source_location where;
	const struct type_descriptor *type;
};

struct shift_data {
	struct source_location where;
	const struct type_descriptor *left;
	const struct type_descriptor *right;
};

struct bounds_data {
	struct source_location where;
	const struct type_descriptor *array;
	const struct type_descriptor *index;
};

struct mismatch_data {
	struct source_location where;
	const struct type_descriptor *type;
	uint8_t log_alignment;
	uint8_t check; // what was done with the object
};

struct nonnull_return_data {
	struct source_location attribute;
};

struct nonnull_arg_data {
	struct source_location where;
	struct source_location attribute;
	int argument;
};

struct value_data {
	struct source_location where;
	const struct type_descriptor *type;
};

// A value that fits in a register is passed in it, a wider one by its address.
static long long value_of(const struct type_descriptor *type, uintptr_t value)
{
	unsigned int bits = 1u << (type->info >> 1);

	if (type->kind != 0 || bits > 64)
		return 0;
	if (bits == 64)
		return (long long)value;
	if (type->info & 1)
		return (long long)((uint64_t)value << (64 - bits)) >> (64 - bits);
	return (long long)((uint64_t)value & ((1ull << bits) - 1));
}

static __noreturn void overflow(const struct overflow_data *data, const char *operation,
				uintptr_t left, uintptr_t right)
{
	panic("ubsan: %s:%u: %lld %s %lld overflows %s", data->where.file, data->where.line,
	      value_of(data->type, left), operation, value_of(data->type, right), data->type->name);
}

// Each handler exists in a form that may return and one that may not.
#define HANDLER(name, parameters, ...)                 \
	void __ubsan_handle_##name parameters;         \
	void __ubsan_handle_##name##_abort parameters; \
	void __ubsan_handle_##name parameters          \
	{                                              \
		__VA_ARGS__;                           \
	}                                              \
	void __ubsan_handle_##name##_abort parameters  \
	{                                              \
		__VA_ARGS__;                           \
	}

HANDLER(add_overflow, (struct overflow_data * data, uintptr_t left, uintptr_t right),
	overflow(data, "+", left, right))
HANDLER(sub_overflow, (struct overflow_data * data, uintptr_t left, uintptr_t right),
	overflow(data, "-", left, right))
HANDLER(mul_overflow, (struct overflow_data * data, uintptr_t left, uintptr_t right),
	overflow(data, "*", left, right))
HANDLER(divrem_overflow, (struct overflow_data * data, uintptr_t left, uintptr_t right),
	overflow(data, "/", left, right))
HANDLER(negate_overflow, (struct overflow_data * data, uintptr_t value),
	overflow(data, "negated", value, 0))
HANDLER(pointer_overflow, (struct source_location * where, uintptr_t base, uintptr_t result),
	panic("ubsan: %s:%u: pointer arithmetic from %#lx to %#lx", where->file, where->line,
	      (unsigned long)base, (unsigned long)result))
HANDLER(shift_out_of_bounds, (struct shift_data * data, uintptr_t left, uintptr_t right),
	panic("ubsan: %s:%u: shift of %lld by %lld (%s)", data->where.file, data->where.line,
	      value_of(data->left, left), value_of(data->right, right), data->left->name))
HANDLER(out_of_bounds, (struct bounds_data * data, uintptr_t index),
	panic("ubsan: %s:%u: index %lld is outside of %s", data->where.file, data->where.line,
	      value_of(data->index, index), data->array->name))
HANDLER(type_mismatch_v1, (struct mismatch_data * data, uintptr_t pointer),
	panic("ubsan: %s:%u: %s pointer %#lx to %s", data->where.file, data->where.line,
	      !pointer					     ? "null"
	      : pointer & ((1ul << data->log_alignment) - 1) ? "misaligned"
							     : "too small an object for",
	      (unsigned long)pointer, data->type->name))
HANDLER(vla_bound_not_positive, (struct value_data * data, uintptr_t value),
	panic("ubsan: %s:%u: array of %lld elements", data->where.file, data->where.line,
	      value_of(data->type, value)))
HANDLER(load_invalid_value, (struct value_data * data, uintptr_t value),
	panic("ubsan: %s:%u: %lld is no value of %s", data->where.file, data->where.line,
	      value_of(data->type, value), data->type->name))
HANDLER(nonnull_arg, (struct nonnull_arg_data * data),
	panic("ubsan: %s:%u: argument %d is null", data->where.file, data->where.line,
	      data->argument))
HANDLER(nonnull_return_v1,
	(__weak_unused struct nonnull_return_data * data, struct source_location *where),
	panic("ubsan: %s:%u: null is returned", where->file, where->line))
HANDLER(alignment_assumption,
	(struct value_data * data, uintptr_t pointer, __weak_unused uintptr_t alignment,
	 __weak_unused uintptr_t offset),
	panic("ubsan: %s:%u: pointer %#lx is not aligned as assumed", data->where.file,
	      data->where.line, (unsigned long)pointer))
HANDLER(invalid_builtin, (struct source_location * where),
	panic("ubsan: %s:%u: zero given to a bit-counting builtin", where->file, where->line))

void __ubsan_handle_builtin_unreachable(struct source_location *where);
void __ubsan_handle_builtin_unreachable(struct source_location *where)
{
	panic("ubsan: %s:%u: unreachable code was reached", where->file, where->line);
}

void __ubsan_handle_missing_return(struct source_location *where);
void __ubsan_handle_missing_return(struct source_location *where)
{
	panic("ubsan: %s:%u: end of a function that must return a value", where->file, where->line);
}
