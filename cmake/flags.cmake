# Compiler and linker flags. docs: platform page, section 1; warnings: style page.
#   tern_warnings   our own code only, never third-party
#   tern_kernel     everything that runs in the kernel, third-party libraries too
option(TERN_DEBUG "Asserts, UBSan and the other debug checks" OFF)
option(TERN_KASAN "Kernel address sanitizer (core/mm/kasan.c)" OFF)
option(TERN_RACE "Data-race detector (core/debug/race.c)" OFF)
# The sanitizers keep more in a frame.
set(TERN_FRAME_LIMIT $<IF:$<OR:$<BOOL:${TERN_KASAN}>,$<BOOL:${TERN_DEBUG}>,$<BOOL:${TERN_RACE}>>,2048,1024>)

add_library(tern_warnings INTERFACE)
target_compile_options(tern_warnings INTERFACE $<$<COMPILE_LANGUAGE:C>:
	-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wmissing-prototypes -Wvla
	-Wimplicit-fallthrough -Wthread-safety -Wframe-larger-than=${TERN_FRAME_LIMIT} -Werror>)

if(NOT TERN_ARCH)
	return()
endif()

set(machine_x86_64 -march=x86-64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only
	-fcf-protection=branch -mstack-protector-guard=global)
set(machine_arm64 -march=armv8-a -mgeneral-regs-only -mno-outline-atomics
	-mbranch-protection=standard)
set(machine_riscv64 -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax)

add_library(tern_kernel INTERFACE)
target_compile_options(tern_kernel INTERFACE
	${machine_${TERN_ARCH}}
	-ffreestanding -fno-builtin -nostdlibinc -fpie -fvisibility=hidden -fno-common
	# One image: other files' variables are not looked up in a table of offsets.
	-fdirect-access-external-data
	-fno-asynchronous-unwind-tables -g
	# Paths in the image do not depend on where the tree lies.
	-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
	$<$<COMPILE_LANGUAGE:C>:-fno-strict-aliasing -fstack-protector-strong
	-ftrivial-auto-var-init=zero -ffunction-sections -fdata-sections -fno-omit-frame-pointer
	-fno-delete-null-pointer-checks -fsanitize=kcfi>
	-O2)
target_compile_definitions(tern_kernel INTERFACE $<$<BOOL:${TERN_DEBUG}>:TERN_DEBUG=1>)
target_link_options(tern_kernel INTERFACE
	-nostdlib -pie --no-dynamic-linker -ztext --pack-dyn-relocs=relr -znoexecstack
	-zmax-page-size=4096 -znostart-stop-gc --gc-sections --build-id=none)

# Sanitizers instrument our own C code; third-party code would only add noise.
add_library(tern_sanitize INTERFACE)
if(TERN_DEBUG)
	# "function" is kCFI's work here; the rest traps unless our runtime exists.
	set(ubsan -fsanitize=undefined -fno-sanitize=function,vptr)
	if(NOT EXISTS ${CMAKE_SOURCE_DIR}/core/debug/ubsan.c)
		list(APPEND ubsan -fsanitize-trap=undefined)
	endif()
	target_compile_options(tern_sanitize INTERFACE $<$<COMPILE_LANGUAGE:C>:${ubsan}>)
endif()
if(TERN_KASAN)
	# Every access becomes a call: the runtime needs no shadow memory, so neither stacks nor globals have red zones.
	target_compile_options(tern_sanitize INTERFACE "$<$<COMPILE_LANGUAGE:C>:-fsanitize=kernel-address;SHELL:-mllvm -asan-instrumentation-with-call-threshold=0 -mllvm -asan-stack=0 -mllvm -asan-globals=0>")
	target_compile_definitions(tern_kernel INTERFACE TERN_KASAN=1)
endif()
if(TERN_RACE)
	# Plain accesses only: an atomic one is how code says that others are there too.
	target_compile_options(tern_sanitize INTERFACE "$<$<COMPILE_LANGUAGE:C>:-fsanitize=thread;SHELL:-mllvm -tsan-instrument-atomics=0 -mllvm -tsan-instrument-func-entry-exit=0 -mllvm -tsan-instrument-memintrinsics=0 -mllvm -tsan-distinguish-volatile=1 -mllvm -tsan-compound-read-before-write=1>")
	target_compile_definitions(tern_kernel INTERFACE TERN_RACE=1)
endif()
