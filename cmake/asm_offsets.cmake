# cmake -DIN=assembly -DOUT=header -P: "->NAME VALUE" marks become "#define NAME VALUE".
file(STRINGS ${IN} lines REGEX "->[A-Za-z0-9_]+ ")
set(text "/* Generated from asm_offsets.c. */\n")
foreach(line IN LISTS lines)
	if(line MATCHES "->([A-Za-z0-9_]+) [$#]?(-?[0-9]+)")
		string(APPEND text "#define ${CMAKE_MATCH_1} ${CMAKE_MATCH_2}\n")
	endif()
endforeach()
file(WRITE ${OUT} "${text}")
