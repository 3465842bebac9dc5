#!/bin/bash
# SPDX-License-Identifier: MIT
# find and xargs, with grep: what searching in a tree uses.
cd "$(mktemp -d)"
export LC_ALL=C
mkdir -p src/{a,b}/{x,y}; for i in $(seq 1 40); do echo "line $i in file $i" > "src/a/x/f$i.txt"; done
ln -s ../a src/b/link; touch -d '10 days ago' src/a/x/f1.txt; chmod 600 src/a/x/f2.txt; : > src/empty
find src -type f | wc -l; find src -type d | sort; find -L src -name 'f3.txt' | sort
find src -mtime +5; find src -perm 600 -printf '%p %m %s %y\n'; find src -empty | sort; find src -size -18c -name 'f*' | wc -l
find src -name 'f1*.txt' -newer src/a/x/f1.txt | sort | head -3
find src -maxdepth 1 -mindepth 1 -printf '%f %d\n' | sort
find src -name 'f?.txt' -exec grep -c in {} + | sort
find src -name 'f4.txt' -execdir pwd \; | sed 's|.*/src|src|'
find src -type f -print0 | xargs -0 -n 7 -P 2 sh -c 'echo $#' sh | sort | uniq -c | tr -s ' '
seq 1 50000 | xargs echo | wc -lw; seq 1 3 | xargs -I{} echo '<{}>'; echo a | xargs false; echo "xargs $?"
find src -name 'f2*' -delete; find src -type f | wc -l; find src -inum "$(stat -c %i src/empty)"; find src -samefile src/empty
find /proc/self -maxdepth 1 -name 'st*' | sort
grep -rn 'file 1[0-2]$' src | sort; grep -c . src/a/x/f5.txt; grep -ohE '[0-9]+ in' -r src | sort -n | tail -1; grep -q nothing -r src; echo "grep $?"
grep -P '^line (\d)\d in file \1' -rl src | wc -l; grep -a -c root /etc/passwd; grep -z -o root /etc/passwd | tr '\0' '\n' | head -1
printf 'alpha\nbeta\n' | grep -v alpha; printf 'x\ny\nz\nw\n' | grep -A1 -B1 y; grep -F -x -f <(echo beta) <(printf 'alpha\nbeta\n')
