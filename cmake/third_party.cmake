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
	target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/third_party)
	target_include_directories(${target} SYSTEM INTERFACE ${include})
	target_compile_options(${target} PRIVATE -w)
endfunction()
