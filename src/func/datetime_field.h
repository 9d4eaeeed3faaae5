#ifndef PGQUILL_FUNC_DATETIME_FIELD_H
#define PGQUILL_FUNC_DATETIME_FIELD_H

#include "func/func.h"
#include "type/datetime.h"

/* "unit … not recognized for type …" (22023), or "not supported" (0A000) where it is a unit of others. False. */
bool datetime_unit_error(struct fcall *call, const struct datum *name, enum datetime_unit unit, oid_t type);

/* ISO 8601 weeks: the year that a day's week belongs to, the week, the day within that year; the Julian day of a week's Monday. */
int iso_year(int year, int month, int day);
int iso_week(int year, int month, int day);
int iso_year_day(int year, int month, int day);
int iso_week_julian(int year, int week);

#endif
