// SPDX-License-Identifier: MIT
// Covers: SYS-03. /sys/devices/system/cpu has a folder for each processor, as the lists beside
// them say.
#include "contract.h"
#include <dirent.h>

CONTRACT
{
	DIR *folder = opendir("/sys/devices/system/cpu");
	long folders = 0, highest = -1, first, last;
	struct dirent *entry;
	int lists;

	CHECK(folder != NULL);
	while ((entry = readdir(folder)) != NULL) {
		int number, length;

		if (sscanf(entry->d_name, "cpu%d%n", &number, &length) != 1 ||
		    entry->d_name[length])
			continue;
		folders++;
		highest = number > highest ? number : highest;
		CHECK_EQ(entry->d_type, DT_DIR);
	}
	CHECK_EQ(folders, sysconf(_SC_NPROCESSORS_CONF));
	CHECK_EQ(highest, folders - 1);
	lists = sscanf(get_file("/sys/devices/system/cpu/present"), "%ld-%ld", &first, &last);
	CHECK_EQ(first, 0);
	CHECK_EQ(lists == 2 ? last : first, highest);
}
