// SPDX-License-Identifier: MIT
// Covers: SOCK-06. MSG_OOB on AF_UNIX streams: where reads end, what is dropped, what marks remain, peeks,
// SO_OOBINLINE, SIOCATMARK, POLLPRI.
#include "out_of_band.h"

static const char *sent(const char *text, int flags)
{
	ssize_t n = send(pair[0], text, strlen(text), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	char number[16];

	snprintf(number, sizeof(number), "%zd", n);
	return state(n < 0 ? failure() : number);
}

static const char *received(size_t size, int flags)
{
	char bytes[64] = {0}, text[96];
	struct iovec part = {bytes, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n = recvmsg(pair[1], &message, flags | MSG_DONTWAIT);

	if (n <= 0)
		return state(n < 0 ? failure() : "end");
	snprintf(text, sizeof(text), "%zd '%s'%s", n, bytes,
		 message.msg_flags == MSG_OOB ? " oob"
		 : message.msg_flags	      ? " flags"
					      : "");
	return state(text);
}

#define SEND(text, flags, outcome) CHECK_TEXT(sent(text, flags), outcome)
#define RECV(size, flags, outcome) CHECK_TEXT(received(size, flags), outcome)

static void taking(void)
{
	fresh("basic");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'o' oob: in 4 readable, 1536 charged");
	RECV(10, 0, "4 'hell': in mark 0 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("basic2");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	RECV(10, 0, "4 'hell': in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'o' oob: in mark 0 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
	fresh("basic3 skip");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	RECV(10, 0, "4 'hell': in pri mark 1 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	SEND("x", 0, "1: in 1 readable, 768 charged");
	RECV(10, 0, "1 'x': 0 readable, 0 charged");
	fresh("one");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("one oob first");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'x' oob: in mark 0 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
	SEND("y", 0, "1: in 1 readable, 768 charged");
	RECV(10, 0, "1 'y': 0 readable, 0 charged");
	fresh("waitall");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(9, MSG_WAITALL, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(9, MSG_WAITALL, "5 'world': 0 readable, 0 charged");
	fresh("zero len");
	RECV(0, MSG_OOB, "invalid: 0 readable, 0 charged");
	SEND("", MSG_OOB, "not supported: 0 readable, 0 charged");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(0, MSG_OOB, "1 '' oob: in mark 0 readable, 768 charged");
	RECV(0, 0, "again: 0 readable, 0 charged");
	RECV(2, MSG_OOB, "invalid: 0 readable, 0 charged");
	SEND("yz", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	RECV(0, MSG_OOB | MSG_PEEK, "1 '' oob: in pri 2 readable, 1536 charged");
	RECV(5, MSG_OOB, "1 'z' oob: in 1 readable, 1536 charged");
	fresh("big oob buffer");
	SEND("xyz", MSG_OOB, "3: in pri 3 readable, 1536 charged");
	RECV(10, MSG_OOB, "1 'z' oob: in 2 readable, 1536 charged");
	RECV(10, MSG_OOB | MSG_WAITALL, "invalid: in 2 readable, 1536 charged");
	RECV(10, 0, "2 'xy': in mark 0 readable, 768 charged");
	fresh("oob taken then eof");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'x' oob: in mark 0 readable, 768 charged");
	MUST(shutdown(pair[0], SHUT_WR));
	RECV(10, 0, "end: in end 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: in end 0 readable, 0 charged");
	fresh("oob then eof");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	MUST(shutdown(pair[0], SHUT_WR));
	RECV(10, 0, "end: in end 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: in end 0 readable, 0 charged");
	RECV(10, 0, "end: in end 0 readable, 0 charged");
	fresh("shutdown wr");
	MUST(shutdown(pair[0], SHUT_WR));
	SEND("x", MSG_OOB, "broken: in end 0 readable, 0 charged");
}

static void in_line(void)
{
	fresh("inline");
	set_inline(1);
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(1, MSG_OOB, "invalid: in pri 10 readable, 2304 charged");
	RECV(20, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(20, 0, "6 'oworld': 0 readable, 0 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	fresh("inline peek");
	set_inline(1);
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(20, MSG_PEEK, "4 'hell': in pri 10 readable, 2304 charged");
	RECV(4, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(20, MSG_PEEK, "6 'oworld': in pri mark 6 readable, 1536 charged");
	RECV(1, 0, "1 'o': in 5 readable, 768 charged");
	RECV(20, 0, "5 'world': 0 readable, 0 charged");
	fresh("inline later");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	set_inline(1);
	RECV(20, 0, "4 'hell': in pri mark 1 readable, 768 charged");
	RECV(20, 0, "1 'o': 0 readable, 0 charged");
	fresh("inline off later");
	set_inline(1);
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	RECV(20, 0, "4 'hell': in pri mark 1 readable, 768 charged");
	set_inline(0);
	RECV(20, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("inline two");
	set_inline(1);
	SEND("ab", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	SEND("cd", MSG_OOB, "2: in pri 4 readable, 3072 charged");
	RECV(20, 0, "3 'abc': in pri mark 1 readable, 768 charged");
	RECV(20, 0, "1 'd': 0 readable, 0 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	fresh("inline one");
	set_inline(1);
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(20, 0, "1 'x': 0 readable, 0 charged");
	SEND("y", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_PEEK, "1 'y': in pri mark 1 readable, 768 charged");
	RECV(20, 0, "1 'y': 0 readable, 0 charged");
	fresh("inline two single");
	set_inline(1);
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	SEND("y", MSG_OOB, "1: in pri 2 readable, 1536 charged");
	RECV(20, 0, "1 'x': in pri mark 1 readable, 768 charged");
	RECV(20, 0, "1 'y': 0 readable, 0 charged");
}

static void peeking(void)
{
	fresh("peek oob");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	RECV(1, MSG_OOB | MSG_PEEK, "1 'o' oob: in pri 5 readable, 1536 charged");
	RECV(1, MSG_OOB | MSG_PEEK, "1 'o' oob: in pri 5 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'o' oob: in 4 readable, 1536 charged");
	RECV(1, MSG_OOB | MSG_PEEK, "invalid: in 4 readable, 1536 charged");
	RECV(10, MSG_PEEK, "4 'hell': in 4 readable, 1536 charged");
	RECV(10, 0, "4 'hell': in mark 0 readable, 768 charged");
	fresh("peek normal");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(10, MSG_PEEK, "4 'hell': in pri 10 readable, 2304 charged");
	RECV(3, MSG_PEEK, "3 'hel': in pri 10 readable, 2304 charged");
	RECV(20, MSG_PEEK, "4 'hell': in pri 10 readable, 2304 charged");
	RECV(20, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(20, MSG_PEEK, "5 'world': in pri mark 6 readable, 1536 charged");
	RECV(20, 0, "5 'world': 0 readable, 0 charged");
	fresh("peek only oob");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_PEEK, "again: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_PEEK, "again: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'x' oob: in mark 0 readable, 768 charged");
	RECV(1, MSG_PEEK, "again: in mark 0 readable, 768 charged");
	fresh("peek only oob then data");
	SEND("x", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	SEND("y", 0, "1: in pri mark 2 readable, 1536 charged");
	RECV(1, MSG_PEEK, "1 'y': in pri mark 2 readable, 1536 charged");
	RECV(2, MSG_PEEK, "1 'y': in pri mark 2 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'x' oob: in mark 1 readable, 1536 charged");
	RECV(2, MSG_PEEK, "1 'y': in mark 1 readable, 1536 charged");
	RECV(2, 0, "1 'y': 0 readable, 0 charged");
	fresh("peek past taken");
	SEND("ab", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	SEND("cd", MSG_OOB, "2: in pri 4 readable, 3072 charged");
	RECV(1, MSG_OOB, "1 'd' oob: in 3 readable, 3072 charged");
	RECV(10, MSG_PEEK, "3 'abc': in 3 readable, 3072 charged");
	RECV(10, 0, "3 'abc': in mark 0 readable, 768 charged");
	RECV(10, MSG_PEEK, "again: in mark 0 readable, 768 charged");
	RECV(10, 0, "again: 0 readable, 0 charged");
}

static void passing(void)
{
	fresh("after");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(10, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(10, 0, "5 'world': 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("after, oob taken");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(1, MSG_OOB, "1 'o' oob: in 9 readable, 2304 charged");
	RECV(10, 0, "4 'hell': in mark 5 readable, 1536 charged");
	RECV(10, 0, "5 'world': 0 readable, 0 charged");
	fresh("after, taken in the middle");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(4, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'o' oob: in mark 5 readable, 1536 charged");
	RECV(10, 0, "5 'world': 0 readable, 0 charged");
	fresh("at mark");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", 0, "5: in pri 10 readable, 2304 charged");
	RECV(4, 0, "4 'hell': in pri mark 6 readable, 1536 charged");
	RECV(10, MSG_PEEK, "5 'world': in pri mark 6 readable, 1536 charged");
	RECV(10, 0, "5 'world': 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("two");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", MSG_OOB, "5: in pri 10 readable, 3072 charged");
	RECV(1, MSG_OOB, "1 'd' oob: in 9 readable, 3072 charged");
	RECV(20, 0, "9 'helloworl': in mark 0 readable, 768 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	fresh("two b");
	SEND("hello", MSG_OOB, "5: in pri 5 readable, 1536 charged");
	SEND("world", MSG_OOB, "5: in pri 10 readable, 3072 charged");
	RECV(20, 0, "9 'helloworl': in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'd' oob: in mark 0 readable, 768 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	fresh("two c");
	SEND("a", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	SEND("b", MSG_OOB, "1: in pri 2 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'b' oob: in 1 readable, 1536 charged");
	RECV(20, 0, "1 'a': in mark 0 readable, 768 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	fresh("two d");
	SEND("a", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	SEND("b", MSG_OOB, "1: in pri 2 readable, 1536 charged");
	RECV(20, 0, "1 'a': in pri mark 1 readable, 768 charged");
	RECV(20, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	fresh("two with taken first");
	SEND("ab", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'b' oob: in 1 readable, 1536 charged");
	SEND("cd", MSG_OOB, "2: in pri 3 readable, 3072 charged");
	RECV(1, MSG_OOB, "1 'd' oob: in 2 readable, 3072 charged");
	RECV(20, 0, "1 'a': in mark 1 readable, 2304 charged");
	RECV(20, 0, "1 'c': in mark 0 readable, 768 charged");
	fresh("mark + plain");
	SEND("ab", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	RECV(1, 0, "1 'a': in pri mark 1 readable, 768 charged");
	SEND("cd", 0, "2: in pri mark 3 readable, 1536 charged");
	RECV(9, 0, "2 'cd': 0 readable, 0 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
	SEND("e", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'e' oob: in mark 0 readable, 768 charged");
	SEND("f", MSG_OOB, "1: in pri mark 1 readable, 1536 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
	RECV(1, MSG_OOB, "invalid: 0 readable, 0 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
	fresh("a mark before another");
	SEND("ab", MSG_OOB, "2: in pri 2 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'b' oob: in 1 readable, 1536 charged");
	SEND("cd", MSG_OOB, "2: in pri 3 readable, 3072 charged");
	RECV(2, 0, "2 'ac': in pri mark 1 readable, 768 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
	fresh("marks in a row");
	SEND("a", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'a' oob: in mark 0 readable, 768 charged");
	SEND("b", MSG_OOB, "1: in pri mark 1 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'b' oob: in mark 0 readable, 768 charged");
	SEND("c", MSG_OOB, "1: in pri mark 1 readable, 1536 charged");
	RECV(1, MSG_OOB, "1 'c' oob: in mark 0 readable, 768 charged");
	SEND("d", 0, "1: in mark 1 readable, 1536 charged");
	RECV(9, MSG_PEEK, "1 'd': in mark 1 readable, 1536 charged");
	RECV(9, 0, "1 'd': 0 readable, 0 charged");
	fresh("mark, then a second at once");
	SEND("a", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'a' oob: in mark 0 readable, 768 charged");
	SEND("b", MSG_OOB, "1: in pri mark 1 readable, 1536 charged");
	RECV(9, MSG_PEEK, "again: in pri mark 1 readable, 1536 charged");
	SEND("c", 0, "1: in pri mark 2 readable, 2304 charged");
	RECV(9, MSG_PEEK, "1 'c': in pri mark 2 readable, 2304 charged");
	RECV(9, 0, "1 'c': 0 readable, 0 charged");
	fresh("mark, data, second");
	SEND("a", MSG_OOB, "1: in pri mark 1 readable, 768 charged");
	RECV(1, MSG_OOB, "1 'a' oob: in mark 0 readable, 768 charged");
	SEND("bc", MSG_OOB, "2: in pri 2 readable, 2304 charged");
	RECV(9, MSG_PEEK, "1 'b': in pri 2 readable, 2304 charged");
	RECV(9, 0, "1 'b': in pri mark 1 readable, 768 charged");
	RECV(9, 0, "again: 0 readable, 0 charged");
}

CONTRACT
{
	taking();
	passing();
	peeking();
	in_line();
}
