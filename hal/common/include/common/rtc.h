/* SPDX-License-Identifier: MIT */
/* common/rtc.h - battery clocks. */
#ifndef HAL_COMMON_RTC_H
#define HAL_COMMON_RTC_H

#include <hal/types.h>

/* hal_rtc_read() for an MC146818 whose registers cmos reads. */
__must_check int mc146818_read(uint8_t (*cmos)(uint8_t reg), uint64_t *seconds);

#endif
