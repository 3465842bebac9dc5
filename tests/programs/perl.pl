#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# perl: fork, pipes, signals, files, select, sprintf and sort, POSIX and IPC modules.
use strict; use warnings;
use POSIX qw(:sys_wait_h :signal_h :fcntl_h mkfifo dup2 setsid ttyname strftime);
use Fcntl qw(:flock :seek); use File::Temp qw(tempdir); use File::Find; use File::Copy; use Time::HiRes qw(usleep alarm time); use IO::Select; use IPC::Open3; use Cwd; use Errno qw(ENOENT EAGAIN);
$| = 1;
my $dir = tempdir(CLEANUP => 1); chdir $dir or die;
pipe(my $r, my $w) or die; my $pid = fork; die unless defined $pid;
if (!$pid) { close $r; print $w "child of ", (getppid() > 0 ? "a parent" : "nobody"), "\n"; close $w; POSIX::_exit(9); }
close $w; print "read: ", scalar <$r>; waitpid($pid, 0); print "status ", $? >> 8, "\n";
local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm(0.2); select(undef, undef, undef, 5); }; print "eval: $@";
local $SIG{CHLD} = sub { while ((my $p = waitpid(-1, WNOHANG)) > 0) { print "reaped ", WEXITSTATUS($?), "\n" } };
if (!fork) { exit 4 } select(undef, undef, undef, 1) for 1 .. 2; $SIG{CHLD} = 'DEFAULT';
open(my $f, '+>', 'file') or die; print $f "line $_\n" for 1 .. 1000; flock($f, LOCK_EX) or die; seek($f, -10, SEEK_END); print "tail: ", <$f>; truncate($f, 100); close $f; print "size ", -s 'file', "\n";
print "missing: ", (open(my $g, '<', 'nothing') ? 'opened' : ($!{ENOENT} ? 'ENOENT' : $!)), "\n";
mkdir 'd'; symlink('../file', 'd/link'); link('file', 'd/hard'); print "nlink ", (stat 'file')[3], " link ", readlink('d/link'), "\n"; my @found; find(sub { push @found, $File::Find::name }, '.'); print join(' ', sort @found), "\n";
utime(1000000000, 1000000001, 'file'); print join(' ', (stat 'file')[8, 9]), " ", strftime('%F %T', gmtime 1000000001), "\n"; rename('file', 'moved'); copy('moved', 'copied'); print -e 'file' ? 'still' : 'gone', " ", -s 'copied', "\n";
my $sum = qx(seq 1 10 | tr '\\n' ' '); print "$sum $?\n"; system('sh', '-c', 'exit 3'); print $? >> 8, "\n"; system('kill -9 $$'); print $? & 127, "\n";
my $p3 = open3(my $in, my $out, undef, 'sort'); print $in "b\na\n"; close $in; print "open3: ", join(',', map { chomp; $_ } <$out>), "\n"; waitpid $p3, 0;
my $sel = IO::Select->new; pipe(my $sr, my $sw); $sel->add($sr); print "ready ", scalar(@{[$sel->can_read(0.1)]}), "\n"; syswrite $sw, 'x'; print "ready ", scalar(@{[$sel->can_read(1)]}), "\n";
mkfifo('fifo', 0600); if (!fork) { open(my $o, '>', 'fifo'); print $o "by fifo\n"; exit 0 } open(my $i, '<', 'fifo'); print scalar <$i>; wait;
my $set = POSIX::SigSet->new(SIGUSR1); sigprocmask(SIG_BLOCK, $set); my $hits = 0; $SIG{USR1} = sub { $hits++ }; kill 'USR1', $$; print "blocked $hits\n"; sigprocmask(SIG_UNBLOCK, $set); print "then $hits\n";
my $start = time; usleep 100_000; print "slept ", (time - $start >= 0.1 ? 'enough' : 'too little'), "\n"; print "times ", scalar(@{[times]}), " umask ", sprintf('%03o', umask), " cwd ", (getcwd() eq Cwd::realpath($dir) ? 'same' : getcwd()), "\n";
my %h = map { $_ => $_ ** 2 } 1 .. 1000; my $t = 0; $t += $h{$_} for sort { $a <=> $b } keys %h; print "sum $t ", join(',', map { sprintf '%03d', $_ } grep { $_ % 333 == 0 } 1 .. 1000), "\n"; (my $text = 'the cat sat') =~ s/(\w+)/\u$1/g; print "$text ", pack('H*', '414243'), " ", unpack('%32C*', 'abc'), "\n";
opendir(my $dh, '/proc/self/fd') or die; my @fds = grep { /^\d+$/ } readdir $dh; print "fds ", (@fds >= 4 ? 'some' : 'few'), "\n"; print "pw ", (getpwnam('root'))[2], " ", (getgrgid(0))[0], "\n"; print "uname ", (POSIX::uname())[0], " page ", POSIX::sysconf(POSIX::_SC_PAGESIZE()), "\n"; $0 = 'renamed'; open(my $c, '<', '/proc/self/cmdline'); my $name = <$c>; print "name ", $name =~ /^renamed/ ? 'changed' : 'kept', "\n";
kill 'TERM', $$; sleep 1; print "not reached\n";
