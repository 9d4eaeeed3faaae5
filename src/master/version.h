#ifndef PGQUILL_MASTER_VERSION_H
#define PGQUILL_MASTER_VERSION_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef PACKAGE_VERSION
#define PGQUILL_VERSION PACKAGE_VERSION
#else
#define PGQUILL_VERSION "0.1.0"
#endif

#endif
