#!/bin/bash
# SPDX-License-Identifier: MIT
# util-linux: what asks the kernel about itself, mounts, limits, locks, namespaces of none.
cd "$(mktemp -d)"
export LC_ALL=C
mkdir m n; mount -t tmpfs -o size=1M,mode=700 none m; findmnt -n -o FSTYPE,OPTIONS m | tr -s ' ' | sed 's/,inode64//'; stat -c %a m
echo x > m/x; mount --bind m n; cat n/x; mountpoint n; umount n; mountpoint n; mount -o remount,ro m; touch m/y 2>&1; umount m; ls m
dd if=/dev/zero of=big bs=1M count=3 2>/dev/null; fallocate -l 4M alloc; stat -c %s alloc; fallocate -p -o 0 -l 1M big; cmp -n 100 big /dev/zero && echo punched
flock lock -c 'flock -n lock -c "echo got" || echo busy'; flock -s lock -c 'flock -s -n lock -c "echo shared"'
setsid sh -c 'ps -o pid=,sid= -p $$' | awk '{ print $1 == $2 }'; setsid -w sh -c 'exit 3'; echo "setsid $?"
prlimit --nofile=32:64 sh -c 'ulimit -Sn; ulimit -Hn'; prlimit -p $$ --nproc -o RESOURCE --noheadings
taskset -c 0 sh -c 'taskset -p $$' | sed 's/.*: //'; chrt -f 5 chrt -p 0 2>&1 | sed 's/[0-9]* *$//' | head -2 | sed "s/pid [0-9]*/pid N/"; chrt -b 0 true; echo "chrt $?"
ionice -c 3 ionice 2>&1; renice -n 3 -p $$ | sed 's/[0-9]* (/N (/'; nice
getopt -o ab: -l long: -- -a -b x --long y z; column -t <<< $'a bb\nccc d'; rev <<< abc; look root /etc/passwd | cut -d: -f1; hexdump -C <<< abc | head -1
dmesg > /dev/null; echo "dmesg $?"; lscpu | grep -E '^(Byte Order|CPU\(s\)):' | tr -s ' ' | sed 's/[0-9]* *$//'; lsblk 2>&1 | head -1
mcookie | wc -c; whereis -b ls | cut -d: -f1; logger -s --no-act hello 2>&1 | sed 's/.*: //'; kill -l 15; cal 2 2024 | head -1 | tr -s ' '
script -qec 'tty > /dev/null && echo on a terminal; stty size' /dev/null < /dev/null | tr -d '\r'
lslocks -n -o TYPE 2>/dev/null | sort -u | head; unshare --help > /dev/null; echo "unshare $?"; setpriv --reuid 1 --clear-groups id -u; nsenter --help > /dev/null; echo "nsenter $?";
cat /proc/self/mountinfo | awk '{ print $5 }' | grep -c '^/proc$'; pivot_root 2>&1 | head -1; wdctl 2>&1 | head -1; swapon --show
