# The host preset: unit tests of the portable code under ASan and UBSan, with a fake HAL.
#
# Every tests/unit/**/*_test.c is one program. It names what it tests in comment lines of its own:
#   // sources: core/lib/rbtree.c core/lib/list.c   (paths on any comment line after the word count)
include(flags)

add_library(tern_host INTERFACE)
target_compile_options(tern_host INTERFACE -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
	-fno-omit-frame-pointer)
target_link_options(tern_host INTERFACE -fsanitize=address,undefined)
target_compile_definitions(tern_host INTERFACE TERN_DEBUG=1 TERN_HOST=1)
file(GLOB room_includes CONFIGURE_DEPENDS LIST_DIRECTORIES true ${CMAKE_SOURCE_DIR}/subsys/*/*/include)
target_include_directories(tern_host INTERFACE ${CMAKE_SOURCE_DIR}/tests/unit
	${CMAKE_SOURCE_DIR}/core/include ${CMAKE_SOURCE_DIR}/hal/include
	${CMAKE_SOURCE_DIR}/tests/unit/fake_hal/include ${CMAKE_SOURCE_DIR}/hal/common/include ${room_includes})
find_package(Threads REQUIRED)
target_link_libraries(tern_host INTERFACE Threads::Threads)

file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/*_test.c)
foreach(test IN LISTS tests)
	cmake_path(RELATIVE_PATH test BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/tests/unit OUTPUT_VARIABLE name)
	string(REGEX REPLACE "_test\\.c$" "" name ${name})
	string(REPLACE "/" "-" target ${name}_test)
	# A changed sources line is a changed build.
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${test})
	file(STRINGS ${test} lines REGEX "^//")
	list(JOIN lines " " text)
	set(sources "")
	# A formatter may have folded the lines: every path after the first "sources:" counts.
	if(text MATCHES "sources:(.*)")
		string(REGEX MATCHALL " (core|subsys|hal|tests)/[^ ;]+\\.c" paths "${CMAKE_MATCH_1}")
		foreach(path IN LISTS paths)
			string(STRIP ${path} path)
			list(APPEND sources ${CMAKE_SOURCE_DIR}/${path})
		endforeach()
	endif()
	list(REMOVE_DUPLICATES sources)
	add_executable(${target} ${test} ${sources})
	target_link_libraries(${target} PRIVATE tern_host tern_warnings)
	add_test(NAME unit/${name} COMMAND ${target})
	set_tests_properties(unit/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()

# Fuzzers: each tests/fuzz/NAME_fuzz.c names its sources as the tests do. They start from tests/fuzz/seeds.py's files and run for
# TERN_FUZZ_SECONDS; what they find new stays in the build tree for the next time.
set(TERN_FUZZ_SECONDS 10 CACHE STRING "How long each fuzzer runs under ctest")
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/fetch zlib OUTPUT_VARIABLE zlib
	OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/fetch zstd OUTPUT_VARIABLE zstd
	OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(inflate inflate.c inftrees.c inffast.c adler32.c crc32.c zutil.c)
list(TRANSFORM inflate PREPEND ${zlib}/)
set(decompress common/entropy_common.c common/error_private.c common/fse_decompress.c common/xxhash.c
	common/zstd_common.c decompress/huf_decompress.c decompress/zstd_ddict.c
	decompress/zstd_decompress.c decompress/zstd_decompress_block.c)
list(TRANSFORM decompress PREPEND ${zstd}/lib/)
add_library(fuzz_decompression STATIC ${inflate} ${decompress})
target_compile_options(fuzz_decompression PRIVATE -w -g -O1 -fsanitize=fuzzer-no-link,address -include string.h)
target_compile_definitions(fuzz_decompression PUBLIC Z_SOLO PRIVATE HAVE_MEMCPY ZSTD_DISABLE_ASM DYNAMIC_BMI2=0
	ZSTD_LEGACY_SUPPORT=0)
target_include_directories(fuzz_decompression SYSTEM PUBLIC ${zlib} ${zstd}/lib)
foreach(fuzz elf initramfs)
	add_executable(fuzz_${fuzz} ${CMAKE_SOURCE_DIR}/tests/fuzz/${fuzz}_fuzz.c
		${CMAKE_SOURCE_DIR}/tests/unit/fake_hal/fake_hal.c ${CMAKE_SOURCE_DIR}/tests/unit/fake_hal/fake_core.c)
	target_link_libraries(fuzz_${fuzz} PRIVATE tern_host fuzz_decompression)
	target_compile_options(fuzz_${fuzz} PRIVATE -fsanitize=fuzzer)
	target_link_options(fuzz_${fuzz} PRIVATE -fsanitize=fuzzer)
	add_test(NAME fuzz/${fuzz}/seeds COMMAND ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds.py ${CMAKE_BINARY_DIR}/fuzz)
	add_test(NAME fuzz/${fuzz} COMMAND fuzz_${fuzz} -max_total_time=${TERN_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=1024
		-max_len=16384 -verbosity=0 -print_final_stats=1 ${CMAKE_BINARY_DIR}/fuzz/${fuzz})
	set_tests_properties(fuzz/${fuzz}/seeds PROPERTIES FIXTURES_SETUP seeds_${fuzz})
	set_tests_properties(fuzz/${fuzz} PROPERTIES FIXTURES_REQUIRED seeds_${fuzz} TIMEOUT 86400)
endforeach()
target_sources(fuzz_elf PRIVATE ${CMAKE_SOURCE_DIR}/core/proc/elf.c)
target_sources(fuzz_initramfs PRIVATE ${CMAKE_SOURCE_DIR}/core/vfs/initramfs.c ${CMAKE_SOURCE_DIR}/core/vfs/cpio.c)

# Checks of the tree itself. What an architecture's build must supply is skipped until it is there; scripts/test builds all first.
add_test(NAME check/layers COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-layers)
add_test(NAME check/format COMMAND ${CMAKE_SOURCE_DIR}/scripts/format --check)
add_test(NAME check/tidy COMMAND ${CMAKE_SOURCE_DIR}/scripts/tidy x86_64)
set_tests_properties(check/tidy PROPERTIES SKIP_RETURN_CODE 125 TIMEOUT 600)
add_test(NAME check/contracts COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-contracts --quiet)
add_test(NAME check/syscalls COMMAND ${CMAKE_SOURCE_DIR}/scripts/syscalls --check)
add_test(NAME check/abi COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-abi)
set_tests_properties(check/abi PROPERTIES SKIP_RETURN_CODE 77)

# The skeleton of a fourth port must go on compiling against the interface, together with the page-table code it is promised.
file(GLOB_RECURSE template CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/hal/template/*.c)
add_library(hal_template OBJECT ${template} ${CMAKE_SOURCE_DIR}/hal/common/pagetable.c ${CMAKE_SOURCE_DIR}/hal/common/pagetable_range.c ${CMAKE_SOURCE_DIR}/hal/common/pageblock.c ${CMAKE_SOURCE_DIR}/hal/common/contract.c)
target_link_libraries(hal_template PRIVATE tern_warnings)
target_compile_options(hal_template PRIVATE -ffreestanding -fno-builtin)
target_include_directories(hal_template PRIVATE ${CMAKE_SOURCE_DIR}/core/include ${CMAKE_SOURCE_DIR}/hal/include
	${CMAKE_SOURCE_DIR}/hal/template/include ${CMAKE_SOURCE_DIR}/hal/common/include)
