#include "master/path.h"

#include "util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char *path_printf(const char *format, ...)
{
    char *path;
    va_list args;
    va_start(args, format);
    if (vasprintf(&path, format, args) < 0)
        fatal_out_of_memory(strlen(format));
    va_end(args);
    return path;
}

char *path_join(const char *dir, const char *name)
{
    return path_printf("%s/%s", strcmp(dir, "/") ? dir : "", name);
}
