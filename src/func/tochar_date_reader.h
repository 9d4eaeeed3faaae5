#ifndef PGQUILL_FUNC_TOCHAR_DATE_READER_H
#define PGQUILL_FUNC_TOCHAR_DATE_READER_H

#include "func/tochar_date.h"
#include "type/datetime.h"

/* Reading by a picture, for those who make values of what was read. */

struct picture_fields {
    enum picture_calendar calendar;
    int hh, mi, ss, ssss, ms, us, d, dd, ddd, mm, year, bc, ww, w, cc, j, pm, year_digits, fraction_digits;
    bool half_day;
    int zone_sign, zone_hours, zone_minutes;
};

struct picture_reader {
    struct fcall *call;
    const struct picture *picture;
    const char *start, *at; /* NUL-terminated */
    int extra;              /* blanks skipped beyond what the picture has */
    bool fixed;
    bool is_standard; /* separators and quoted text match exactly, and nothing may be left over */
    struct picture_fields fields;
};

/* args: text and picture. The fields that the picture does not have are those of 0001-01-01 BC 00:00. 22007, 22008, 22009, 0A000. */
bool picture_parse(struct picture_reader *r, const struct datum *args, struct datetime *parts);

#endif
