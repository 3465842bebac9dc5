# The initramfs may be compressed.
room(NAME core DEPENDS zlib zstd)
