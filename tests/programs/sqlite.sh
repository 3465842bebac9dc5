#!/bin/bash
# SPDX-License-Identifier: MIT
# sqlite3: journals, locks between processes, write-ahead log (shared memory), in a file.
cd "$(mktemp -d)"
sqlite3 db 'create table t(id integer primary key, name text, n real); create index i on t(name);'
(echo 'begin;'; for i in $(seq 1 2000); do echo "insert into t(name, n) values('name $((i * 7 % 101))', $i / 3.0);"; done; echo 'commit;') | sqlite3 db
sqlite3 db 'select count(*), round(sum(n), 2), max(name) from t; select name, count(*) c from t group by name order by c desc, name limit 3;' 'pragma integrity_check'
for mode in delete truncate persist memory wal; do
	sqlite3 db "pragma journal_mode=$mode; begin; update t set n = n + 1 where id < 100; commit; begin; delete from t; rollback; select count(*), round(sum(n), 1) from t;"
done
for writer in 1 2 3 4; do
	(for i in $(seq 1 5); do sqlite3 -cmd '.timeout 60000' db "insert into t(name, n) values('writer', $writer);"; done) &
done
wait; sqlite3 db "select count(*), sum(n) from t where name = 'writer'; pragma wal_checkpoint(truncate); vacuum; pragma integrity_check;"
sqlite3 db <<'END'
begin immediate; insert into t(name) values('x');
.shell sqlite3 db "insert into t(name) values('y')" 2>&1 | sed 's/.*database/database/'
rollback; select count(*) from t where name in ('x', 'y');
END
sqlite3 db .dump | sqlite3 copy; sqlite3 copy 'select count(*) from t'; sqlite3 db '.backup saved'; cmp <(sqlite3 db .dump) <(sqlite3 saved .dump) && echo same
sqlite3 :memory: 'with recursive f(a, b) as (select 0, 1 union all select b, a + b from f limit 50) select max(a) from f;' "select hex(zeroblob(3)), json_extract('{\"a\":[1,2]}', '\$.a[1]'), printf('%08.3f', 3.14159), strftime('%Y', 0, 'unixepoch');"
sqlite3 db 'pragma mmap_size=1000000; select sum(id) from t;' 'pragma cache_size=10; select count(distinct name) from t;'; ls
