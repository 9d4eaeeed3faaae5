#ifndef PGQUILL_FUNC_VARIADIC_H
#define PGQUILL_FUNC_VARIADIC_H

#include "func/func.h"

/* Functions of VARIADIC "any" called with VARIADIC and an array: an implementation named SOURCE(variadic) runs the plain one over the elements. */

/* Call `scalar` with the elements of the last argument, an array that is not NULL, as arguments of the element's type. Errors are the function's own. */
bool variadic_spread(struct fcall *call, int nargs, const struct datum *args, func_scalar *scalar, struct datum *result);

/* Define NAME_variadic, which gives NULL for a NULL array. */
#define VARIADIC(name)                                                                                                           \
    static bool name##_variadic(struct fcall *call, int nargs, const struct datum *args, struct datum *result)                   \
    {                                                                                                                            \
        *result = datum_null();                                                                                                  \
        return datum_is_null(&args[nargs - 1]) || variadic_spread(call, nargs, args, name, result);                              \
    }

#endif
