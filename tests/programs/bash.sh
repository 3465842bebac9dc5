#!/bin/bash
# SPDX-License-Identifier: MIT
# bash: jobs, pipes, substitution, traps, arrays, here-documents, coprocesses, globs.
set -u
cd "$(mktemp -d)"
echo "version ${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}"

declare -A count
while read -r word; do count[$word]=$((${count[$word]:-0} + 1)); done < <(printf '%s\n' a b a c b a)
for word in $(printf '%s\n' "${!count[@]}" | sort); do echo "$word ${count[$word]}"; done

cat <<END | tr a-z A-Z
here is $((6 * 7)) and $(echo nested "$(echo deeper)")
END

trap 'echo "trap USR1 in $BASH_SUBSHELL"' USR1
kill -USR1 $$
(trap 'echo "exit trap"' EXIT; exit 3)
echo "status $?"

sleep 0.2 & first=$!
(exit 7) & second=$!
wait $second; echo "second $?"
wait $first; echo "first $?"
wait $first; echo "again $?"

false | true | (exit 5)
echo "pipeline ${PIPESTATUS[*]}"
set -o pipefail; (exit 4) | true; echo "pipefail $?"; set +o pipefail

coproc UPPER { while read -r line; do echo "${line^^}"; done; }
echo hello >&"${UPPER[1]}"; read -r answer <&"${UPPER[0]}"; echo "coproc $answer"
eval "exec ${UPPER[1]}>&-"; wait "$UPPER_PID"

shopt -s globstar nullglob extglob
mkdir -p d/e/f; touch d/1.c d/e/2.c d/e/f/3.h
echo d/**/*.c; echo d/e/f/!(*.c); echo none*

exec 7<>file; echo one >&7; echo two >&7; exec 7>&-; mapfile -t lines <file; echo "${#lines[@]} ${lines[1]}"
read -r -t 0.1 nothing < <(sleep 1); echo "read timed out: $(($? > 128))"
yes | head -n 3 | wc -l
(ulimit -n 64; ulimit -n); umask 027; touch private; stat -c %a private
{ (bash -c 'kill -SEGV $$'; exit $?); } 2>/dev/null; echo "killed $?"
bash -c 'exec /no/such' 2>/dev/null; echo "not found $?"
(set -m; sleep 5 & kill -STOP %1; sleep 0.3; jobs -s | sed 's/  */ /g'; kill -KILL %1; wait %1; echo "job $?") 2>/dev/null
{ time -p true; } 2>&1 | cut -d' ' -f1
printf '%(%Y)T %s\n' 0 "$(TZ=UTC date -u -d @86400 +%F)"
