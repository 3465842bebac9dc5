#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""python3: processes, threads, signals, files, memory maps, pools, temporary files, sqlite and compression in one small day's work."""

import concurrent.futures
import fcntl
import hashlib
import json
import mmap
import os
import queue
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib

print(sys.version_info[:2], sys.platform, os.name, sys.getfilesystemencoding())
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("data", "wb+") as file:
        file.write(b"0123456789" * 1000)
        file.flush()
        with mmap.mmap(file.fileno(), 0) as view:
            view[10:15] = b"HELLO"
            print(view.find(b"HELLO"), len(view), view[8:17])
        print(os.pread(file.fileno(), 7, 9), os.stat("data").st_size, hashlib.sha256(open("data", "rb").read()).hexdigest()[:16])
        fcntl.lockf(file, fcntl.LOCK_EX)
        print(subprocess.run([sys.executable, "-c", "import fcntl; f = open('data', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)"],
                             stderr=subprocess.PIPE, text=True).stderr.splitlines()[-1])
    print(sorted(entry.name for entry in os.scandir(".")), os.path.realpath("/proc/self/cwd") == os.path.realpath(folder))
    os.chdir("/")

lines = queue.Queue()
threads = [threading.Thread(target=lambda n=n: [lines.put((n, i)) for i in range(100)]) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(lines.qsize(), len({lines.get() for _ in range(800)}))

event, log = threading.Event(), []
signal.signal(signal.SIGUSR1, lambda number, frame: (log.append(number), event.set()))
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
print(event.wait(20), [int(n) for n in log])
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
print(signal.sigtimedwait([signal.SIGCHLD], 0.1))

process = subprocess.Popen("while read x; do echo got $x; done; exit 6", shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(process.communicate("a\nb\n"), process.returncode)
try:
    subprocess.run(["sleep", "10"], timeout=0.3)
except subprocess.TimeoutExpired as error:
    print("timeout", error.timeout)
print(subprocess.run("exit 1 | kill -9 $$", shell=True).returncode, subprocess.getoutput("echo err >&2; echo out").split())

with concurrent.futures.ProcessPoolExecutor(2, mp_context=__import__("multiprocessing").get_context("fork")) as pool:
    print(sum(pool.map(pow, range(100), [2] * 100, chunksize=10)))
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(zlib.crc32, [bytes([i]) * 1000 for i in range(4)])))

reading, writing = os.pipe2(os.O_NONBLOCK)
poll = select.epoll()
poll.register(reading, select.EPOLLIN)
print(poll.poll(0), os.write(writing, b"x"), poll.poll(1) == [(reading, select.EPOLLIN)])
pid = os.fork()
if not pid:
    os.setsid()
    os._exit(0 if os.getsid(0) == os.getpid() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), resource.getrlimit(resource.RLIMIT_STACK)[0], os.sched_getaffinity(0) == set(range(os.cpu_count())))
started = time.monotonic()
time.sleep(0.05)
print(time.monotonic() - started >= 0.05, time.clock_getres(time.CLOCK_MONOTONIC), time.gmtime(0).tm_year)
master, slave = os.openpty()
os.write(master, b"line\n")
print(os.read(slave, 100), os.isatty(slave), os.read(master, 100))
import sqlite3
base = sqlite3.connect(":memory:")
base.executescript("create table t(a); insert into t values(1),(2),(3);")
print(json.dumps(base.execute("select sum(a) from t").fetchall()), len(os.listdir("/proc/self/fd")) > 3, os.getloadavg()[0] >= 0)
memory = bytearray(50_000_000)
memory[::4096] = b"x" * len(memory[::4096])
print(memory.count(b"x"), sum(i * i for i in range(100000)))
