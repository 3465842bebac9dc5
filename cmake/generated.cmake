# Files made from others at build time.
add_custom_target(tern_generated)

# hal/<arch>/asm_offsets.c -> generated/asm_offsets.h: constants of C that assembly needs (<common/asm_offsets.h> has the
# macros). The file is compiled to assembly text, from which the marked lines are taken.
set(source ${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/asm_offsets.c)
if(EXISTS ${source})
	add_library(asm_offsets OBJECT ${source})
	target_link_libraries(asm_offsets PRIVATE tern_kernel tern_warnings)
	target_compile_options(asm_offsets PRIVATE -S -g0)
	target_include_directories(asm_offsets PRIVATE ${TERN_INCLUDES} ${CMAKE_SOURCE_DIR}/hal/common/include)
	add_custom_command(OUTPUT ${generated}/asm_offsets.h
		DEPENDS asm_offsets $<TARGET_OBJECTS:asm_offsets> ${CMAKE_CURRENT_LIST_DIR}/asm_offsets.cmake
		COMMAND ${CMAKE_COMMAND} -DIN=$<TARGET_OBJECTS:asm_offsets> -DOUT=${generated}/asm_offsets.h
			-P ${CMAKE_CURRENT_LIST_DIR}/asm_offsets.cmake VERBATIM)
	add_custom_target(asm_offsets_header DEPENDS ${generated}/asm_offsets.h)
	add_dependencies(tern_generated asm_offsets_header)
endif()

# hal/<arch>/vdso/image/{*.c,*.S,vdso.ld} -> a shared object for user space, embedded page-aligned in the kernel's
# read-only data between hal_vdso_start and hal_vdso_end. It runs in user mode: no kernel code model, kCFI, stack guard.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/vdso/image/*.c
	${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/vdso/image/*.S)
if(sources)
	set(script ${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/vdso/image/vdso.ld)
	set(machine ${machine_${TERN_ARCH}})
	list(FILTER machine EXCLUDE REGEX "mcmodel|stack-protector")
	add_library(vdso_objects OBJECT ${sources})
	target_link_libraries(vdso_objects PRIVATE tern_warnings)
	target_compile_options(vdso_objects PRIVATE ${machine} -O2 -ffreestanding -fno-builtin -nostdlibinc -fpic
		-fno-stack-protector -fno-jump-tables -fomit-frame-pointer -fasynchronous-unwind-tables
		-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
	target_include_directories(vdso_objects PRIVATE ${TERN_INCLUDES} ${CMAKE_SOURCE_DIR}/hal/common/include)
	if(TARGET asm_offsets_header)
		add_dependencies(vdso_objects asm_offsets_header)
	endif()
	add_custom_command(OUTPUT ${generated}/vdso.so
		DEPENDS vdso_objects $<TARGET_OBJECTS:vdso_objects> ${script}
		COMMAND ${TERN_LD_LLD} -shared -soname linux-vdso.so.1 --hash-style=both --build-id=sha1 --eh-frame-hdr
			-Bsymbolic -znoexecstack -znodelete -zmax-page-size=4096 --strip-all -T ${script}
			-o ${generated}/vdso.so $<TARGET_OBJECTS:vdso_objects>
		COMMAND_EXPAND_LISTS VERBATIM)
	file(CONFIGURE OUTPUT ${generated}/vdso_image.S CONTENT [[
/* The vDSO's image. */
	.section .rodata.vdso, "a", @progbits
	.balign 4096
	.globl hal_vdso_start, hal_vdso_end
	.hidden hal_vdso_start, hal_vdso_end
hal_vdso_start:
	.incbin "@generated@/vdso.so"
hal_vdso_end:
	.balign 4096
	.section .note.GNU-stack, "", @progbits
]] @ONLY)
	set_source_files_properties(${generated}/vdso_image.S PROPERTIES OBJECT_DEPENDS ${generated}/vdso.so)
	add_library(room_vdso OBJECT ${generated}/vdso_image.S)
	target_link_libraries(room_vdso PRIVATE tern_kernel)
	set_property(GLOBAL APPEND PROPERTY TERN_ROOMS room_vdso)
endif()

# core/syscall/syscalls.tbl -> <generated/syscalls.h>: this machine's system calls as a list of macros.
set(source ${CMAKE_SOURCE_DIR}/core/syscall/syscalls.tbl)
if(EXISTS ${source})
	file(MAKE_DIRECTORY ${generated}/generated)
	add_custom_command(OUTPUT ${generated}/generated/syscalls.h
		DEPENDS ${source} ${CMAKE_SOURCE_DIR}/scripts/syscalls
		COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/syscalls --table ${TERN_ARCH}
			> ${generated}/generated/syscalls.h VERBATIM)
	add_custom_target(syscalls_header DEPENDS ${generated}/generated/syscalls.h)
	add_dependencies(tern_generated syscalls_header)
endif()
