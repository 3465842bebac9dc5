#!/bin/bash
# SPDX-License-Identifier: MIT
# procps: ps, pgrep, top, free, vmstat, pmap, w, sysctl read /proc as Linux writes it.
export LC_ALL=C
sleep 50 & child=$!; sleep 0.5
ps -o pid=,ppid=,comm=,stat=,args= -p $child | sed "s/$child/CHILD/; s/$$/SHELL/" | tr -s ' '
ps -o pid,ppid,pgid,sid,tpgid,tty,uid,user,ni,pri,nlwp,rss,vsz,start,time,etime,wchan,psr,cls -p $$ | head -1 | tr -s ' '
ps -o ni=,nlwp=,uid=,user=,cls= -p $$ | tr -s ' '; ps -e -o comm= | grep -c '^sleep$'; ps aux | head -1 | tr -s ' '; ps -ef --forest | grep -c 'sleep 50'
pgrep -x sleep | wc -l; pgrep -P $$ -l | sed 's/^[0-9]* //' | grep sleep; pidof sleep | wc -w
ps -L -o lwp=,nlwp= -p $child | wc -l; kill -STOP $child; sleep 0.2; ps -o stat= -p $child | cut -c1; kill -CONT $child; sleep 0.2; ps -o stat= -p $child | cut -c1
awk '{ print $3 }' /proc/$child/stat; tr '\0' ' ' < /proc/$child/cmdline; echo; readlink /proc/$child/exe; ls -l /proc/$child/fd | wc -l; grep -E '^(Name|State|Threads|Uid|SigIgn):' /proc/$child/status
pkill -x sleep; wait $child; echo "killed $?"
free -m | head -1 | tr -s ' '; free | awk '/^Mem:/ { print ($2 >= $3 && $2 >= $4 && $2 > 100000) }'; awk '{ print $2, $3 }' /proc/meminfo | head -1 | sed 's/[0-9]\+/N/'
vmstat | sed -n 2p | tr -s ' '; vmstat -s | sed 's/^ *[0-9]* //' | head -5; uptime | sed 's/.*load/load/; s/[0-9.]\+/N/g'
top -b -n 1 -p $$ | sed -n '7p' | tr -s ' '; top -b -n 2 -d 0.2 -p $$ | grep -c bash
pmap $$ | head -1 | sed "s/$$/SHELL/"; pmap -x $$ | tail -1 | awk '{ print $1, ($3 > 1000) }'; pmap $$ | grep -c '\[ stack \]'
sysctl -n kernel.ostype kernel.pid_max fs.pipe-max-size vm.overcommit_memory 2>&1; pwdx $$ | cut -d: -f2; w -h | wc -l; slabtop --version | cut -d' ' -f1
grep -c ^processor /proc/cpuinfo | awk '{ print ($1 > 0) }'; awk 'NF >= 10 { print $1 }' /proc/stat | head -1; grep -E '^(ctxt|btime|processes|procs_running)' /proc/stat | cut -d' ' -f1
cut -d' ' -f4 /proc/loadavg | grep -c /; awk '{ print ($1 > 0) }' /proc/uptime; cat /proc/sys/kernel/random/uuid | wc -c; ls -d /proc/self/task/*/ | wc -l; wc -w < /proc/self/stat; wc -w < /proc/self/statm
for name in /proc/self/*; do [ -d "$name" ] || echo "${name##*/}"; done | grep -E '^(auxv|cmdline|comm|environ|io|limits|maps|mem|mountinfo|mounts|oom_adj|oom_score|oom_score_adj|personality|root|schedstat|smaps|smaps_rollup|stat|statm|status|wchan|cgroup|cwd|exe)$'
cat /proc/self/limits | awk '{ print $1, $2 }' | head -20; cut -d: -f1 /proc/self/io; cat /proc/self/oom_score_adj; cat /proc/filesystems | grep -E 'proc|tmpfs|sysfs|devpts' | sort
watch --version | cut -d' ' -f1; cat /proc/self/cgroup; cat /proc/sys/kernel/hostname; head -1 /proc/version | cut -d' ' -f1-2; head -1 /proc/self/smaps | wc -w; sed -n '2,23p' /proc/self/smaps | cut -d: -f1
