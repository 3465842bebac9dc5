room(NAME subsys/fs/ramfs DEPENDS subsys/fs/ramfs)
