/* SPDX-License-Identifier: MIT */
/* subsys/tty/termios.h - Linux's terminal settings: layouts, flags and ioctl numbers, the same on
 * the three machines. */
#ifndef TTY_TERMIOS_H
#define TTY_TERMIOS_H

#include <stdint.h>

#define NCCS 19

struct termios { /* TCGETS */
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[NCCS];
};
_Static_assert(sizeof(struct termios) == 36, "struct termios is 36 bytes");

struct termios2 { /* TCGETS2: with the speeds as numbers */
	struct termios base;
	uint32_t ispeed, ospeed;
};
_Static_assert(sizeof(struct termios2) == 44, "struct termios2 is 44 bytes");

struct winsize {
	uint16_t rows, columns, xpixel, ypixel;
};

/* c_cc */
enum {
	VINTR,
	VQUIT,
	VERASE,
	VKILL,
	VEOF,
	VTIME,
	VMIN,
	VSWTC,
	VSTART,
	VSTOP,
	VSUSP,
	VEOL,
	VREPRINT,
	VDISCARD,
	VWERASE,
	VLNEXT,
	VEOL2
};

/* c_iflag */
#define IGNBRK	0x0001u
#define BRKINT	0x0002u
#define IGNPAR	0x0004u
#define PARMRK	0x0008u
#define INPCK	0x0010u
#define ISTRIP	0x0020u
#define INLCR	0x0040u
#define IGNCR	0x0080u
#define ICRNL	0x0100u
#define IUCLC	0x0200u
#define IXON	0x0400u
#define IXANY	0x0800u
#define IXOFF	0x1000u
#define IMAXBEL 0x2000u
#define IUTF8	0x4000u

/* c_oflag */
#define OPOST  0x01u
#define OLCUC  0x02u
#define ONLCR  0x04u
#define OCRNL  0x08u
#define ONOCR  0x10u
#define ONLRET 0x20u
#define TABDLY 0x1800u
#define XTABS  0x1800u

/* c_cflag */
#define B38400 0x000fu
#define CS8    0x0030u
#define CREAD  0x0080u
#define HUPCL  0x0400u
#define CLOCAL 0x0800u

/* c_lflag */
#define ISIG	0x0001u
#define ICANON	0x0002u
#define XCASE	0x0004u
#define ECHO	0x0008u
#define ECHOE	0x0010u
#define ECHOK	0x0020u
#define ECHONL	0x0040u
#define NOFLSH	0x0080u
#define TOSTOP	0x0100u
#define ECHOCTL 0x0200u
#define ECHOPRT 0x0400u
#define ECHOKE	0x0800u
#define FLUSHO	0x1000u
#define PENDIN	0x4000u
#define IEXTEN	0x8000u
#define EXTPROC 0x10000u

#define TCGETS	    0x5401u
#define TCSETS	    0x5402u
#define TCSETSW	    0x5403u
#define TCSETSF	    0x5404u
#define TCSBRK	    0x5409u
#define TCXONC	    0x540Au
#define TCFLSH	    0x540Bu
#define TIOCEXCL    0x540Cu
#define TIOCNXCL    0x540Du
#define TIOCSCTTY   0x540Eu
#define TIOCGPGRP   0x540Fu
#define TIOCSPGRP   0x5410u
#define TIOCOUTQ    0x5411u
#define TIOCSTI	    0x5412u
#define TIOCGWINSZ  0x5413u
#define TIOCSWINSZ  0x5414u
#define TIOCINQ	    0x541Bu /* FIONREAD */
#define TIOCPKT	    0x5420u
#define TIOCNOTTY   0x5422u
#define TIOCSETD    0x5423u
#define TIOCGETD    0x5424u
#define TCSBRKP	    0x5425u
#define TIOCGSID    0x5429u
#define TCGETS2	    0x802C542Au
#define TCSETS2	    0x402C542Bu
#define TCSETSW2    0x402C542Cu
#define TCSETSF2    0x402C542Du
#define TIOCGPTN    0x80045430u
#define TIOCSPTLCK  0x40045431u
#define TIOCGDEV    0x80045432u
#define TIOCGPKT    0x80045438u
#define TIOCGPTLCK  0x80045439u
#define TIOCGEXCL   0x80045440u
#define TIOCGPTPEER 0x5441u

#define TCIFLUSH  0u
#define TCOFLUSH  1u
#define TCIOFLUSH 2u
#define TCOOFF	  0u
#define TCOON	  1u
#define TCIOFF	  2u
#define TCION	  3u

/* Packet mode: the first byte of a master's read */
#define TIOCPKT_DATA	   0u
#define TIOCPKT_FLUSHREAD  1u
#define TIOCPKT_FLUSHWRITE 2u
#define TIOCPKT_STOP	   4u
#define TIOCPKT_START	   8u
#define TIOCPKT_NOSTOP	   16u
#define TIOCPKT_DOSTOP	   32u
#define TIOCPKT_IOCTL	   64u

#endif
