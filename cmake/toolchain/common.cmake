# What the three kernel toolchains share. A tree has one toolchain; the presets choose it.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR ${TERN_ARCH})
# Nothing links against a C library here, so test programs are only compiled.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

foreach(tool IN ITEMS clang ld.lld llvm-ar llvm-ranlib llvm-objcopy llvm-nm)
	string(TOUPPER ${tool} name)
	string(REGEX REPLACE "[.-]" "_" name ${name})
	find_program(TERN_${name} ${tool}-19 REQUIRED)
endforeach()

set(CMAKE_C_COMPILER ${TERN_CLANG})
set(CMAKE_ASM_COMPILER ${TERN_CLANG})
set(CMAKE_C_COMPILER_TARGET ${TERN_TRIPLE})
set(CMAKE_ASM_COMPILER_TARGET ${TERN_TRIPLE})
set(CMAKE_AR ${TERN_LLVM_AR} CACHE FILEPATH "archiver")
set(CMAKE_RANLIB ${TERN_LLVM_RANLIB} CACHE FILEPATH "archive indexer")
set(CMAKE_OBJCOPY ${TERN_LLVM_OBJCOPY} CACHE FILEPATH "object copier")
set(CMAKE_NM ${TERN_LLVM_NM} CACHE FILEPATH "symbol lister")
