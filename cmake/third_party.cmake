# libfdt, zlib (inflate) and zstd (decompression) as freestanding libraries inside the kernel. Sources come pinned from
# scripts/fetch; headers are <libfdt.h>, <zlib.h>, <zstd.h>. They have warning flags of their own, but kCFI and the stack guard as
# everything else. A room names them in DEPENDS.

function(fetched name variable)
	execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/fetch ${name} OUTPUT_VARIABLE folder
		OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
	set(${variable} ${folder} PARENT_SCOPE)
endfunction()

# third_party(target include-folder sources...)
function(third_party target include)
	add_library(${target} STATIC ${ARGN})
	target_link_libraries(${target} PRIVATE tern_kernel)
	# <string.h> and its like, as far as these libraries need them.
	target_include_directories(${target} PRIVATE ${include} ${CMAKE_SOURCE_DIR}/core/include
		${CMAKE_SOURCE_DIR}/hal/include ${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/include)
	target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_SOURCE_DIR}/cmake/third_party)
	target_include_directories(${target} SYSTEM INTERFACE ${include})
	target_compile_options(${target} PRIVATE -w)
endfunction()

fetched(dtc folder)
set(sources fdt.c fdt_ro.c fdt_addresses.c fdt_check.c fdt_strerror.c)
list(TRANSFORM sources PREPEND ${folder}/libfdt/)
third_party(libfdt ${folder}/libfdt ${sources})

fetched(zlib folder)
set(sources inflate.c inftrees.c inffast.c adler32.c crc32.c zutil.c)
list(TRANSFORM sources PREPEND ${folder}/)
third_party(zlib ${folder} ${sources})
target_compile_definitions(zlib PUBLIC Z_SOLO PRIVATE HAVE_MEMCPY)
# Without this, Z_SOLO copies byte by byte.
target_compile_options(zlib PRIVATE -include string.h)

fetched(zstd folder)
set(sources common/entropy_common.c common/error_private.c common/fse_decompress.c common/xxhash.c
	common/zstd_common.c decompress/huf_decompress.c decompress/zstd_ddict.c
	decompress/zstd_decompress.c decompress/zstd_decompress_block.c)
list(TRANSFORM sources PREPEND ${folder}/lib/)
third_party(zstd ${folder}/lib ${sources})
target_compile_definitions(zstd PRIVATE ZSTD_DISABLE_ASM DYNAMIC_BMI2=0 ZSTD_NO_INTRINSICS XXH_VECTOR=0
	ZSTD_LEGACY_SUPPORT=0)
