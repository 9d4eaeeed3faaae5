#include "master/options.h"
#include "master/server.h"

#include <bsd/unistd.h>
#include <locale.h>

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
    return server_run(&options);
}
