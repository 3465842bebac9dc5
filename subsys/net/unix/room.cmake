room(NAME subsys/net/unix DEPENDS subsys/net/socket)
