#ifndef PGQUILL_UTIL_VERSION_H
#define PGQUILL_UTIL_VERSION_H

#include "config.h"

#define PGQUILL_VERSION PACKAGE_VERSION

#endif
