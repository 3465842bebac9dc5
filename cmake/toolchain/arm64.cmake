# The arm64 kernel: clang 19 with the Linux triple, because the bare one refuses the kernel sanitizers.
set(TERN_ARCH arm64)
set(TERN_TRIPLE aarch64-unknown-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
