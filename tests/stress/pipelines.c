// SPDX-License-Identifier: MIT
// Shell pipelines, one after the other: pipelines [COUNT].

#include "contract.h"

int main(int argc, char **argv)
{
	char script[256];

	snprintf(script, sizeof(script),
		 "i=0; while [ $i -lt %d ]; do echo $i | cat | grep -q . || exit 1; "
		 "(exit 3) | sleep 0 | cat < /dev/null | wc > /dev/null; i=$((i+1)); done",
		 argc > 1 ? atoi(argv[1]) : 1000);
	CHECK_EXIT(CHILD(execl("/bin/sh", "sh", "-c", script, (char *)NULL)), 0);
	say("ok");
	return 0;
}
