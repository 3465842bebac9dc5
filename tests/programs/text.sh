#!/bin/bash
# SPDX-License-Identifier: MIT
# sed, gawk and tar: editing, reports, archives.
cd "$(mktemp -d)"
export LC_ALL=C TZ=UTC
printf '%s\n' one two three > file
sed -i.bak -e 's/o/0/g' -e '2d' file; cat file file.bak; sed -n '$=' file.bak; sed -E 's/(.)(.)/\2\1/' file.bak; sed '/two/r file' file.bak; sed 'N;N;s/\n/+/g' file.bak
sed -s -n -z '$p' file | tr '\0' '!'; sed --debug p /dev/null > /dev/null; echo "sed $?"
seq 1 100 | gawk '{ s += $1; q[$1 % 3] += $1 } END { print s, q[0], q[1], q[2]; printf "%.3f %x %s\n", s / 7, s, toupper("done") }'
gawk 'BEGIN { "echo from command" | getline line; print line; print strftime("%F", 0, 1); print substr("hello", 2, 3), index("hello", "l"), (length(ENVIRON["HOME"]) > 0) }' < /dev/null
gawk 'BEGIN { cmd = "tr a-z A-Z"; print "both ways" |& cmd; close(cmd, "to"); cmd |& getline answer; print answer; close(cmd); print (PROCINFO["pid"] > 0), system("exit 3") }'
gawk -F: '$3 == 0 { print $1, NF }' /etc/passwd; gawk -v n=3 'BEGIN { while (n--) print n | "sort"; close("sort"); print (systime() > 1000000) }'
printf 'a,b\n"c,d",e\n' | gawk -v FPAT='([^,]+)|("[^"]+")' '{ print $1 }'
mkdir -p tree/deep; seq 1 20000 > tree/numbers; ln -s numbers tree/soft; ln tree/numbers tree/hard; mkfifo tree/fifo; chmod 751 tree/deep; touch -d '2010-10-10 10:10:10' tree/deep
tar --sort=name -cf t.tar tree; tar -tvf t.tar | tr -s ' ' | cut -d' ' -f1,2,6- | sort
mkdir out; tar -xpf t.tar -C out; diff <(cd tree && find . -printf '%p %m %y %l %n\n' | sort) <(cd out/tree && find . -printf '%p %m %y %l %n\n' | sort) && cmp tree/numbers out/tree/numbers && stat -c %y out/tree/deep
tar -cf - tree | tar -df - && echo "no difference"; tar --exclude='*umb*' -cf - tree | tar -tf - | sort
echo more > tree/new; tar -rf t.tar tree/new; tar -tf t.tar | tail -1; tar --delete -f t.tar tree/new; tar -tf t.tar | wc -l
tar -cSf sparse.tar --sparse <(echo) 2>/dev/null; truncate -s 5M hole; echo end >> hole; tar -cSf hole.tar hole; test $(stat -c %s hole.tar) -lt 100000 && tar -xOf hole.tar | tail -c 4
tar -czf t.tgz tree 2>/dev/null && tar -tzf t.tgz | wc -l; tar --listed-incremental=snap -cf i.tar tree; echo y > tree/later; tar --listed-incremental=snap -cf i2.tar tree; tar -tf i2.tar | grep -c later
