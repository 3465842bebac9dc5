# The initramfs may be compressed.
room(NAME core DEPENDS zlib zstd)

if(TERN_KASAN)
	# They touch free objects and frames, or are the sanitizer.
	foreach(file IN ITEMS mm/kasan.c mm/slab.c mm/page.c lib/string.c debug/panic.c debug/printk.c)
		set_source_files_properties(${CMAKE_SOURCE_DIR}/core/${file} PROPERTIES COMPILE_OPTIONS -fno-sanitize=kernel-address)
	endforeach()
endif()

if(TERN_RACE)
	# The detector, and what its reports need.
	foreach(file IN ITEMS debug/race.c debug/panic.c debug/printk.c debug/symbols.c lib/string.c lib/printf.c)
		set_source_files_properties(${CMAKE_SOURCE_DIR}/core/${file} PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread)
	endforeach()
endif()
