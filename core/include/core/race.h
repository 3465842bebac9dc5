/* SPDX-License-Identifier: MIT */
/* core/race.h - the data-race detector (core/debug/race.c), in builds with TERN_RACE. */
#ifndef CORE_RACE_H
#define CORE_RACE_H

#include <core/types.h>

/* An expression whose plain accesses may race, and why that does no harm stands beside it. */
#define data_race(expression) (expression)

#ifdef TERN_RACE
/* From here on accesses are watched: all processors run. */
void race_start(void);
/* How many pairs of places were reported so far. Any context. */
unsigned int race_reports(void);
#else
static inline void race_start(void)
{
}
#endif

#endif
