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

# Checks of the tree itself. What an architecture's build must supply is skipped until it is there; scripts/test builds all first.
add_test(NAME check/layers COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-layers)
add_test(NAME check/format COMMAND ${CMAKE_SOURCE_DIR}/scripts/format --check)
add_test(NAME check/tidy COMMAND ${CMAKE_SOURCE_DIR}/scripts/tidy x86_64)
set_tests_properties(check/tidy PROPERTIES SKIP_RETURN_CODE 125 TIMEOUT 600)
add_test(NAME check/syscalls COMMAND ${CMAKE_SOURCE_DIR}/scripts/syscalls --check)
add_test(NAME check/abi COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-abi)
set_tests_properties(check/abi PROPERTIES SKIP_RETURN_CODE 77)

# The skeleton of a fourth port must go on compiling against the interface, together with the page-table code it is promised.
file(GLOB_RECURSE template CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/hal/template/*.c)
add_library(hal_template OBJECT ${template} ${CMAKE_SOURCE_DIR}/hal/common/pagetable.c ${CMAKE_SOURCE_DIR}/hal/common/contract.c)
target_link_libraries(hal_template PRIVATE tern_warnings)
target_compile_options(hal_template PRIVATE -ffreestanding -fno-builtin)
target_include_directories(hal_template PRIVATE ${CMAKE_SOURCE_DIR}/core/include ${CMAKE_SOURCE_DIR}/hal/include
	${CMAKE_SOURCE_DIR}/hal/template/include ${CMAKE_SOURCE_DIR}/hal/common/include)
