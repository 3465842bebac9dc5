// SPDX-License-Identifier: MIT
// Covers: MEM-10. MFD_NOEXEC_SEAL: what is sealed against execution gets no right to be executed, and loses none that it has.
#include "contract.h"

#include <sys/mman.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif

CONTRACT
{
	int fd = (int)MUST(memfd_create("data", MFD_NOEXEC_SEAL));
	struct stat found;

	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_EXEC);
	CHECK_ERRNO(fchmod(fd, 0777), EPERM);
	CHECK_ERRNO(fchmod(fd, 0100), EPERM);
	CHECK_EQ(fchmod(fd, 0600), 0);
	CHECK_EQ(fchmod(fd, 0644), 0);
	MUST(fstat(fd, &found));
	CHECK_EQ(found.st_mode & 07777, 0644);
	close(fd);

	fd = (int)MUST(memfd_create("program", MFD_ALLOW_SEALING));
	MUST(fchmod(fd, 0755));
	MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_EXEC));
	CHECK_ERRNO(fchmod(fd, 0644), EPERM);
	CHECK_EQ(fchmod(fd, 0711), 0);
	close(fd);
}
