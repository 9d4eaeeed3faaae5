#include "master/options.h"
#include "master/server.h"

#include <sys/resource.h>

#include <bsd/unistd.h>
#include <locale.h>

/* Long expressions are deep ones: a chain of a thousand operators is taken apart a thousand calls deep. The stack is only address space until it is
 * used. */
static void widen_stack(void)
{
    enum { WANTED = 64 << 20 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= WANTED)
        return;
    limit.rlim_cur = limit.rlim_max < WANTED ? limit.rlim_max : WANTED;
    setrlimit(RLIMIT_STACK, &limit);
}

int main(int argc, char **argv, char **envp)
{
    struct options options;
    setlocale(LC_CTYPE, "C.UTF-8");
    switch (options_parse(&options, argc, argv)) {
    case OPTIONS_ANSWERED:
        return 0;
    case OPTIONS_WRONG:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    setproctitle_init(argc, argv, envp);
    widen_stack();
    return server_run(&options);
}
