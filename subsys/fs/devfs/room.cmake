# devfs is a tmpfs that the kernel fills.
room(NAME subsys/fs/devfs DEPENDS subsys/fs/ramfs)
