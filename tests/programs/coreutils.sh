#!/bin/bash
# SPDX-License-Identifier: MIT
# coreutils: files, links, times, sizes, text, and the calls behind cp, mv, ls, df, stat, timeout, nohup, env.
cd "$(mktemp -d)"
export LC_ALL=C TZ=UTC
seq 1 100000 > numbers; wc -lc numbers; sha256sum numbers; md5sum < numbers
sort -R numbers | sort -n | cmp - numbers && echo sorted
sort -n -r --parallel=2 -S 1M numbers | head -2
split -n l/3 numbers part.; cat part.* | cmp - numbers && ls part.*
shuf -i 1-10 | sort -n | paste -sd,
cp -a numbers copy; touch -d '2001-02-03 04:05:06.789012345' copy; stat -c '%s %h %F %a %y' copy
ln copy hard; ln -s copy soft; stat -c '%h' hard; readlink soft; realpath --relative-to=. soft
cp --preserve=all --sparse=always copy sparse; cmp copy sparse && echo same
truncate -s 10M hole; du -k --apparent-size hole; du -k hole | cut -f1
dd if=/dev/zero of=block bs=4k count=3 seek=2 conv=notrunc 2>&1 | head -2; stat -c %s block
mkdir -p tree/a/b; chmod 700 tree/a; cp -r tree tree2; mv tree2 tree/moved; find tree | sort
install -D -m 640 numbers deep/er/file; stat -c %A deep/er/file
chmod u+s,g-w,o= numbers; ls -l numbers | cut -c1-10
mkfifo pipe; (cat pipe > got &); echo through > pipe; sleep 0.2; cat got
timeout 0.2 sleep 5; echo "timeout $?"
{ timeout -s KILL 0.2 sleep 5; } 2>/dev/null; echo "timeout kill $?"
env -i A=1 B=2 env | sort; nice -n 5 nice; nohup true 2>/dev/null; echo "nohup $?"
tac numbers | head -1; cut -c2-3 numbers | tail -1; tr -d 0-8 < numbers | tr -s 9 | tail -1 | od -c | head -1
join <(seq 1 5) <(seq 3 8) | paste -sd' '; comm -12 <(seq 1 5) <(seq 3 8) | wc -l
printf 'b\na\nb\n' | sort | uniq -c | tr -s ' '
base64 -w 20 <<< "some text to encode"; echo aGVsbG8K | base64 -d; factor 1234567890; numfmt --to=iec 1048576
tee one two < <(echo copy) ; cat one two; rm -r tree; ls tree 2>&1
test -p pipe && test ! -s /dev/null && test numbers -nt copy; echo "test $?"
df --output=fstype /proc | tail -1; stat -f -c %T /proc /dev/pts; nproc > /dev/null && echo nproc
mktemp -u XXXX | wc -c; tty < /dev/null; whoami; id -u; id -Gn; uname -s; pwd -P | cut -c1-5
chown 1:1 copy; stat -c %u:%g copy; chroot / /bin/echo chroot; sync copy; echo "sync $?"
date -d '2024-02-29 +1 year' +%F; expr 6 \* 7; seq -s+ 3; fold -w 5 <<< abcdefghij; nl <<< line; csplit -s one 1 2>/dev/null; pr -t <<< page
stdbuf -oL echo buffered; head -c 3 /dev/urandom | wc -c; yes | head -1000000 | wc -l; ls -1U deep; dircolors -b | head -c 9; echo
head -c 2 /dev/full | od -An -c; echo x > /dev/full; echo "full $?"
