room(NAME subsys/net/socket DEPENDS subsys/net/socket)
