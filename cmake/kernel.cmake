# The kernel of one architecture: tern.elf with its symbols and, where the boot protocol wants one, Image.
# CMake's own -O3 -DNDEBUG and the like would come before ours: flags.cmake has the whole set.
foreach(language IN ITEMS C ASM)
	foreach(type IN ITEMS DEBUG RELEASE)
		set(CMAKE_${language}_FLAGS_${type} "")
	endforeach()
endforeach()
include(flags)
include(room)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(generated ${CMAKE_BINARY_DIR}/generated)
set(TERN_INCLUDES ${CMAKE_SOURCE_DIR}/core/include ${CMAKE_SOURCE_DIR}/hal/include
	${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/include ${generated})
include(generated)
include(third_party)

find_room(core)
find_room(hal/common)
find_room(hal/${TERN_ARCH})
file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} subsys/*.c)
set(folders "")
foreach(file IN LISTS files)
	cmake_path(GET file PARENT_PATH folder)
	list(APPEND folders ${folder})
endforeach()
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
	find_room(${folder})
endforeach()

find_room(tests/kernel)

get_property(rooms GLOBAL PROPERTY TERN_ROOMS)
get_property(libraries GLOBAL PROPERTY TERN_LIBRARIES)
list(REMOVE_DUPLICATES libraries)
set(script ${CMAKE_SOURCE_DIR}/hal/${TERN_ARCH}/kernel.ld)

# The linker is called by itself: the compiler driver would add what a Linux program needs.
set(CMAKE_C_LINK_EXECUTABLE "${TERN_LD_LLD} <LINK_FLAGS> -o <TARGET> <OBJECTS> <LINK_LIBRARIES>")

# Linked twice: the second time with the symbol table of the first (scripts/symtab).
function(kernel name symbols)
	add_executable(${name} ${symbols})
	foreach(room IN LISTS rooms)
		target_sources(${name} PRIVATE $<TARGET_OBJECTS:${room}>)
	endforeach()
	set_target_properties(${name} PROPERTIES OUTPUT_NAME ${name}.elf LINKER_LANGUAGE C
		LINK_DEPENDS "${script};${CMAKE_SOURCE_DIR}/cmake/registries.ld")
	target_link_libraries(${name} PRIVATE tern_kernel ${libraries})
	target_link_options(${name} PRIVATE -T ${script} -L ${CMAKE_SOURCE_DIR}/cmake)
endfunction()

kernel(tern_without_symbols ${CMAKE_CURRENT_LIST_DIR}/no_symbols.S)
add_custom_command(OUTPUT ${generated}/symbols.S DEPENDS tern_without_symbols ${CMAKE_SOURCE_DIR}/scripts/symtab
	COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/symtab ${CMAKE_NM}
		$<TARGET_FILE:tern_without_symbols> ${generated}/symbols.S VERBATIM)
kernel(tern ${generated}/symbols.S)

if(NOT TERN_ARCH STREQUAL x86_64)
	add_custom_command(OUTPUT Image DEPENDS tern
		COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:tern> Image VERBATIM)
	add_custom_target(image ALL DEPENDS Image)
endif()

# Suites of scripts/test; each writes its results to build/report. What tests the tools is for the release builds only.
set(suites kernel contracts differ busybox stress)
if(NOT TERN_RACE)
	list(APPEND suites boot packages session)
	if(NOT TERN_DEBUG)
		list(APPEND suites tools)
	endif()
endif()
cmake_path(GET CMAKE_BINARY_DIR FILENAME preset)
foreach(suite IN LISTS suites)
	add_test(NAME ${suite} COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/testlib --suite-of ${preset} ${suite})
	set_tests_properties(${suite} PROPERTIES TIMEOUT 14400)
endforeach()
