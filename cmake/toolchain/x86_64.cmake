# The x86_64 kernel: clang 19 with the Linux triple, because the bare one refuses the kernel sanitizers.
set(TERN_ARCH x86_64)
set(TERN_TRIPLE x86_64-unknown-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
