# room(NAME core|subsys/...|hal/... [SOURCES file...] [DEPENDS room-or-library...])
#
# A room is a folder of the tree that is compiled as one object library with the include paths its place in the design
# allows: core and subsys see <hal/*>, <hal_arch/*>, <core/*>; a subsys room also sees its own include/ and
# those of the rooms it DEPENDS on; a HAL also sees hal/common/include. Without SOURCES, every *.c and *.S below the
# folder belongs to it. Rooms need no line anywhere: kernel.cmake finds them. A folder whose room has DEPENDS has a
# room.cmake that calls room() itself.
function(room)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;DEPENDS")
	set(folder ${CMAKE_SOURCE_DIR}/${arg_NAME})
	string(REPLACE "/" "_" target "room_${arg_NAME}")
	if(NOT arg_SOURCES)
		if(arg_NAME MATCHES "^subsys/")
			# A sub-folder of a subsys room may be a room of its own.
			file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${folder}/*.c)
		else()
			file(GLOB_RECURSE arg_SOURCES CONFIGURE_DEPENDS ${folder}/*.c ${folder}/*.S)
			# Compiled by rules of their own: another address space, or only for their constants.
			list(FILTER arg_SOURCES EXCLUDE REGEX "/vdso/image/|/asm_offsets\\.c$")
		endif()
	endif()
	if(NOT arg_SOURCES)
		return()
	endif()
	add_library(${target} OBJECT ${arg_SOURCES})
	target_link_libraries(${target} PRIVATE tern_kernel tern_warnings)
	# The data-race detector leaves the machine's own code alone: parts of it run before there are processors to race.
	if(NOT (TERN_RACE AND arg_NAME MATCHES "^hal/"))
		target_link_libraries(${target} PRIVATE tern_sanitize)
	endif()
	target_include_directories(${target} PRIVATE ${TERN_INCLUDES})
	if(arg_NAME MATCHES "^hal/")
		target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/hal/common/include)
	endif()
	if(EXISTS ${folder}/include)
		target_include_directories(${target} PRIVATE ${folder}/include)
	endif()
	foreach(need IN LISTS arg_DEPENDS)
		if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${need})
			target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/${need}/include)
		else()
			target_link_libraries(${target} PRIVATE ${need})
			set_property(GLOBAL APPEND PROPERTY TERN_LIBRARIES ${need})
		endif()
	endforeach()
	if(TARGET tern_generated)
		add_dependencies(${target} tern_generated)
	endif()
	set_property(GLOBAL APPEND PROPERTY TERN_ROOMS ${target})
endfunction()

# Make a room of NAME by its room.cmake, or by the defaults.
function(find_room name)
	if(EXISTS ${CMAKE_SOURCE_DIR}/${name}/room.cmake)
		include(${CMAKE_SOURCE_DIR}/${name}/room.cmake)
	else()
		room(NAME ${name})
	endif()
endfunction()
