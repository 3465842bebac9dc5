# The riscv64 kernel: clang 19 with the Linux triple, because the bare one refuses the kernel sanitizers.
set(TERN_ARCH riscv64)
set(TERN_TRIPLE riscv64-unknown-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
