#include "wire/hba.h"

#include "util/log.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

static char logged[4096];

static void remember(enum log_level level, const char *message)
{
    (void) level;
    strncat(logged, message, sizeof logged - strlen(logged) - 2);
    strcat(logged, "\n");
}

static char dir[] = "/tmp/pgquill-hba-XXXXXX";

static void start(void)
{
    cr_assert(mkdtemp(dir));
    log_set_sink(remember);
}

static void stop(void)
{
    char command[128];
    log_set_sink(NULL);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(wire_hba, .init = start, .fini = stop);

static const char *write_file(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

static bool member_of_staff(void *self, const char *user, const char *role)
{
    (void) self;
    return !strcmp(user, role) || (!strcmp(role, "staff") && !strcmp(user, "ann"));
}

/* The line of the rule that `address` ("" for a unix socket) meets; 0: none. */
static int matched(const struct hba *hba, const char *address, const char *user, const char *database, bool is_encrypted)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNIX};
    if (strchr(address, ':')) {
        storage.ss_family = AF_INET6;
        inet_pton(AF_INET6, address, &((struct sockaddr_in6 *) &storage)->sin6_addr);
    } else if (*address) {
        storage.ss_family = AF_INET;
        inet_pton(AF_INET, address, &((struct sockaddr_in *) &storage)->sin_addr);
    }
    struct hba_client client = {.user = user,
                                .database = database,
                                .address = (struct sockaddr *) &storage,
                                .address_length = sizeof storage,
                                .is_encrypted = is_encrypted,
                                .is_member = member_of_staff};
    const struct hba_rule *rule = hba_match(hba, &client);
    return rule ? rule->line : 0;
}

Test(wire_hba, takes_the_first_rule_that_fits)
{
    write_file("names", "carl # a comment\n\"all\", dora\n");
    struct hba *hba = hba_load(write_file("hba", "# rules\n"
                                                 "local all all trust\n"
                                                 "host db1,db2 ann 10.0.0.0/8 reject\n"
                                                 "host \"all\" all 10.0.0.0 255.0.0.0 trust\n"
                                                 "host sameuser all ::1/128 trust\n"
                                                 "hostssl all +staff 192.168.1.7/32 trust\n"
                                                 "hostnossl all \"+staff\" 192.168.1.0/24 trust\n"
                                                 "host all @names 172.16.0.0/12 trust\n"
                                                 "host samerole \\\n all 127.0.0.0/8 trust\n"
                                                 "host all,replication all samehost reject\n"));
    cr_assert(hba, "%s", logged);
    static const struct {
        const char *address, *user, *database;
        bool is_encrypted;
        int line;
    } cases[] = {
        {"", "any", "any", false, 2},
        {"10.2.3.4", "ann", "db2", false, 3},
        {"10.2.3.4", "ann", "db3", false, 0},
        {"10.2.3.4", "bob", "all", true, 4},
        {"11.2.3.4", "bob", "all", false, 0},
        {"::1", "bob", "bob", false, 5},
        {"::2", "bob", "bob", false, 0},
        {"192.168.1.7", "ann", "x", true, 6},
        {"192.168.1.7", "bob", "x", true, 0},
        {"192.168.1.7", "ann", "x", false, 0},
        {"192.168.1.7", "+staff", "x", false, 7},
        {"172.31.0.1", "dora", "x", false, 8},
        {"172.31.0.1", "all", "x", false, 8},
        {"172.31.0.1", "ann", "x", false, 0},
        {"127.0.0.1", "ann", "staff", false, 9},
        {"127.0.0.1", "bob", "staff", false, 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(matched(hba, cases[i].address, cases[i].user, cases[i].database, cases[i].is_encrypted), cases[i].line,
                     "%s %s %s: line %d", cases[i].address, cases[i].user, cases[i].database,
                     matched(hba, cases[i].address, cases[i].user, cases[i].database, cases[i].is_encrypted));
    hba_free(hba);
}

Test(wire_hba, names_file_and_line_of_each_mistake)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"near all all trust\n", "invalid connection type \"near\""},
        {"local,host all all trust\n", "multiple values specified for connection type"},
        {"local\n", "end-of-line before database specification"},
        {"local all\n", "end-of-line before role specification"},
        {"local all all\n", "end-of-line before authentication method"},
        {"host all all\n", "end-of-line before IP address specification"},
        {"host all all 10.0.0.1/33 trust\n", "invalid CIDR mask in address \"10.0.0.1/33\""},
        {"host all all 10.0.0.1\n", "end-of-line before netmask specification"},
        {"host all all 10.0.0.1 trust\n", "invalid IP mask \"trust\""},
        {"host all all 10.0.0.1 ffff:: trust\n", "IP address and mask do not match"},
        {"host all all a.example/8 trust\n", "specifying both host name and CIDR mask is invalid: \"a.example/8\""},
        {"local all all magic\n", "invalid authentication method \"magic\"\n"},
        {"local all all ldap\n", "invalid authentication method \"ldap\": not supported by this build"},
        {"host all all all peer\n", "peer authentication is only supported on local sockets"},
        {"local all all trust map=x\n", "unrecognized authentication option name: \"map\""},
        {"local all all trust map\n", "authentication option not in name=value format: map"},
        {"local all @missing trust\n", "could not open secondary authentication file \"@missing\""},
        {"# nothing\n", "contains no entries"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        logged[0] = '\0';
        cr_assert_null(hba_load(write_file("hba", cases[i].text)), "%s", cases[i].text);
        cr_assert(strstr(logged, cases[i].expected), "%s: %s", cases[i].text, logged);
        cr_assert(strstr(logged, "line 1 of configuration file") || i + 1 == sizeof cases / sizeof *cases, "%s", logged);
    }
}
