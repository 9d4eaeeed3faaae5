#include "wire/hba.h"

#include "util/arena.h"
#include "util/buf.h"
#include "util/log.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reading the file: lines into fields, fields into lists of tokens, those into a rule. */

enum { FIELDS_MAX = 64, INCLUDE_DEPTH_MAX = 10 };

struct reader {
    struct hba *hba;
    const char *path;
    int line, depth;
};

struct fields {
    struct hba_list list[FIELDS_MAX];
    int count;
};

static void __attribute__((format(printf, 2, 3))) mistake(struct reader *reader, const char *format, ...)
{
    struct hba *hba = reader->hba;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    hba->mistakes = xrealloc(hba->mistakes, sizeof *hba->mistakes * (size_t) (hba->mistake_count + 1));
    hba->mistakes[hba->mistake_count++] = (struct hba_mistake){.line = reader->line, .text = xstrdup(text)};
}

/* Behind the last mistake. */
static void hint(struct reader *reader, const char *text)
{
    reader->hba->mistakes[reader->hba->mistake_count - 1].hint = xstrdup(text);
}

static void list_free(struct hba_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->tokens[i].text);
    free(list->tokens);
    *list = (struct hba_list){0};
}

static void list_add(struct hba_list *list, const char *text, bool quoted)
{
    list->tokens = xrealloc(list->tokens, sizeof *list->tokens * (size_t) (list->count + 1));
    list->tokens[list->count++] = (struct hba_token){.text = xstrdup(text), .quoted = quoted};
}

static void fields_free(struct fields *fields)
{
    for (int i = 0; i < fields->count; i++)
        list_free(&fields->list[i]);
    fields->count = 0;
}

/* One word up to a blank, a comma or a comment; quotes may begin and end inside it. */
static const char *scan_word(struct reader *reader, const char *p, struct buf *into, bool *quoted)
{
    bool inside = false;
    *quoted = false;
    buf_reset(into);
    for (; *p && (inside || !(isspace((unsigned char) *p) || *p == ',' || *p == '#')); p++) {
        if (*p != '"') {
            buf_putc(into, *p);
        } else if (inside && p[1] == '"') {
            buf_putc(into, *p++);
        } else {
            *quoted |= into->len == 0 && !inside;
            inside = !inside;
        }
    }
    if (inside)
        mistake(reader, "quoted token without its end");
    return p;
}

static void read_names(struct reader *reader, const char *name, struct hba_list *into);

/* A field: words with commas between them. */
static const char *scan_field(struct reader *reader, const char *p, struct hba_list *into)
{
    struct buf word;
    bool quoted, more;
    buf_init(&word);
    do {
        while (*p == ' ' || *p == '\t' || *p == ',')
            p++;
        if (!*p || *p == '#')
            break;
        p = scan_word(reader, p, &word, &quoted);
        const char *text = buf_cstr(&word);
        if (text[0] == '@' && text[1] && !quoted)
            read_names(reader, text + 1, into);
        else
            list_add(into, text, quoted);
        more = *p == ',';
    } while (more);
    buf_deinit(&word);
    return p;
}

/* A whole line, with those it continues on by a backslash at its end; false at the end of the file. */
static bool read_line(struct reader *reader, FILE *file, struct buf *into, int *lines)
{
    char *text = NULL;
    size_t size = 0;
    buf_reset(into);
    *lines = 0;
    bool goes_on = true;
    while (goes_on) {
        ssize_t length = getline(&text, &size, file);
        if (length < 0)
            break;
        ++*lines;
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            length--;
        goes_on = length > 0 && text[length - 1] == '\\';
        buf_append(into, text, (size_t) (length - goes_on));
    }
    if (ferror(file))
        mistake(reader, "could not read: %s", strerror(errno));
    free(text);
    return *lines > 0;
}

static FILE *open_beside(struct reader *reader, const char *name)
{
    struct buf path;
    const char *slash = strrchr(reader->path, '/');
    buf_init(&path);
    if (*name != '/' && slash)
        buf_append(&path, reader->path, (size_t) (slash + 1 - reader->path));
    buf_puts(&path, name);
    FILE *file = fopen(buf_cstr(&path), "re");
    if (!file)
        mistake(reader, "could not open secondary authentication file \"@%s\" as \"%s\": %s", name, buf_cstr(&path),
                strerror(errno));
    buf_deinit(&path);
    return file;
}

/* @file: its words, wherever its lines end, are names. */
static void read_names(struct reader *reader, const char *name, struct hba_list *into)
{
    if (reader->depth >= INCLUDE_DEPTH_MAX) {
        mistake(reader, "maximum nesting depth exceeded by \"@%s\"", name);
        return;
    }
    FILE *file = open_beside(reader, name);
    if (!file)
        return;
    struct buf line;
    int lines;
    buf_init(&line);
    reader->depth++;
    while (read_line(reader, file, &line, &lines)) {
        const char *p = buf_cstr(&line);
        while (*(p += strspn(p, " \t,\f\r")) && *p != '#')
            p = scan_field(reader, p, into);
    }
    reader->depth--;
    buf_deinit(&line);
    fclose(file);
}

static void split(struct reader *reader, const char *p, struct fields *fields)
{
    while (*(p += strspn(p, " \t\f\r")) && *p != '#') {
        if (fields->count == FIELDS_MAX) {
            mistake(reader, "too many fields");
            return;
        }
        struct hba_list *list = &fields->list[fields->count++];
        *list = (struct hba_list){0};
        p = scan_field(reader, p, list);
    }
}

/* The single word of a field; NULL after a report. `what` names the field for that. */
static const char *single(struct reader *reader, const struct fields *fields, int index, const char *what)
{
    if (fields->list[index].count == 1)
        return fields->list[index].tokens[0].text;
    mistake(reader, "multiple values specified for %s", what);
    return NULL;
}

static bool take_type(struct reader *reader, const char *word, struct hba_rule *rule)
{
    static const char *const names[] = {"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"};
    for (size_t i = 0; word && i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], word)) {
            rule->type = (enum hba_type) i;
            return true;
        }
    if (word)
        mistake(reader, "invalid connection type \"%s\"", word);
    return false;
}

static int parse_address(const char *text, struct sockaddr_storage *into)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
    int error = getaddrinfo(text, NULL, &hints, &found);
    if (!error) {
        memcpy(into, found->ai_addr, found->ai_addrlen);
        freeaddrinfo(found);
    }
    return error;
}

static bool make_mask(int family, const char *bits_text, struct sockaddr_storage *mask)
{
    char *end;
    long bits = strtol(bits_text, &end, 10), most = family == AF_INET ? 32 : 128;
    if (!*bits_text || *end || bits < 0 || bits > most)
        return false;
    *mask = (struct sockaddr_storage){.ss_family = (sa_family_t) family};
    unsigned char *bytes = family == AF_INET ? (unsigned char *) &((struct sockaddr_in *) mask)->sin_addr
                                             : (unsigned char *) &((struct sockaddr_in6 *) mask)->sin6_addr;
    for (int i = 0; i < bits; i++)
        bytes[i / 8] |= (unsigned char) (0x80 >> i % 8);
    return true;
}

/* ADDRESS/BITS, ADDRESS MASK, a key word or a host's name. Moves *at past what it used. */
static bool take_address(struct reader *reader, const struct fields *fields, int *at, struct hba_rule *rule)
{
    static const char *const words[] = {"all", NULL, "samehost", "samenet"};
    if (*at >= fields->count) {
        mistake(reader, "end-of-line before IP address specification");
        return false;
    }
    const char *text = single(reader, fields, *at, "host address");
    if (!text)
        return false;
    bool quoted = fields->list[(*at)++].tokens[0].quoted;
    for (int i = 0; i < 4 && !quoted; i++)
        if (words[i] && !strcmp(words[i], text)) {
            rule->address = (enum hba_address) i;
            return true;
        }
    char *plain = xstrdup(text), *slash = strchr(plain, '/');
    if (slash)
        *slash = '\0';
    int error = parse_address(plain, &rule->network);
    bool good = true;
    if (error == EAI_NONAME && !slash) {
        rule->address = HBA_ADDRESS_NAME;
        rule->host = xstrdup(text);
    } else if (error) {
        if (error == EAI_NONAME)
            mistake(reader, "specifying both host name and CIDR mask is invalid: \"%s\"", text);
        else
            mistake(reader, "invalid IP address \"%s\": %s", plain, gai_strerror(error));
        good = false;
    } else {
        rule->address = HBA_ADDRESS_MASK;
        if (slash) {
            good = make_mask(rule->network.ss_family, slash + 1, &rule->mask);
            if (!good)
                mistake(reader, "invalid CIDR mask in address \"%s\"", text);
        } else if (*at >= fields->count) {
            mistake(reader, "end-of-line before netmask specification");
            hint(reader, "Specify an address range in CIDR notation, or provide a separate netmask.");
            good = false;
        } else {
            const char *mask = single(reader, fields, (*at)++, "netmask");
            error = mask ? parse_address(mask, &rule->mask) : 0;
            good = mask && !error && rule->mask.ss_family == rule->network.ss_family;
            if (mask && error)
                mistake(reader, "invalid IP mask \"%s\": %s", mask, gai_strerror(error));
            else if (mask && !good)
                mistake(reader, "IP address and mask do not match");
        }
    }
    free(plain);
    return good;
}

static bool take_method(struct reader *reader, const struct fields *fields, int *at, struct hba_rule *rule)
{
    static const char *const known[] = {"md5", "scram-sha-256", "password", "gss",    "sspi", "ident",
                                        "pam", "bsd",           "ldap",     "radius", "cert"};
    if (*at >= fields->count) {
        mistake(reader, "end-of-line before authentication method");
        return false;
    }
    const char *name = single(reader, fields, (*at)++, "authentication type");
    if (!name)
        return false;
    rule->method = auth_method(name);
    if (!rule->method) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known |= !strcmp(known[i], name);
        mistake(reader,
                is_known ? "invalid authentication method \"%s\": not supported by this build"
                         : "invalid authentication method \"%s\"",
                name);
        return false;
    }
    if (rule->type != HBA_LOCAL && !strcmp(name, "peer")) {
        mistake(reader, "peer authentication is only supported on local sockets");
        return false;
    }
    return true;
}

static bool take_option(struct reader *reader, const char *text, struct hba_rule *rule)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        mistake(reader, "authentication option not in name=value format: %s", text);
        return false;
    }
    char *name = xstrdup(text);
    name[equals - text] = '\0';
    if (!rule->method->option_is_known || !rule->method->option_is_known(name)) {
        mistake(reader, "unrecognized authentication option name: \"%s\"", name);
        free(name);
        return false;
    }
    rule->options = xrealloc(rule->options, sizeof *rule->options * (size_t) (rule->option_count + 1));
    rule->options[rule->option_count++] = (struct hba_option){.name = name, .value = xstrdup(equals + 1)};
    return true;
}

static bool take_list(struct reader *reader, struct fields *fields, int *at, struct hba_list *into, const char *what)
{
    if (*at >= fields->count) {
        mistake(reader, "end-of-line before %s specification", what);
        return false;
    }
    *into = fields->list[*at];
    fields->list[(*at)++] = (struct hba_list){0};
    return true;
}

static bool take_rule(struct reader *reader, struct fields *fields, struct hba_rule *rule)
{
    int at = 1;
    const char *type = single(reader, fields, 0, "connection type");
    if (!take_type(reader, type, rule)) {
        if (!type)
            hint(reader, "Specify exactly one connection type per line.");
        return false;
    }
    if (!take_list(reader, fields, &at, &rule->databases, "database") || !take_list(reader, fields, &at, &rule->users, "role") ||
        (rule->type != HBA_LOCAL && !take_address(reader, fields, &at, rule)) || !take_method(reader, fields, &at, rule))
        return false;
    for (; at < fields->count; at++)
        for (int i = 0; i < fields->list[at].count; i++)
            if (!take_option(reader, fields->list[at].tokens[i].text, rule))
                return false;
    return true;
}

static void rule_free(struct hba_rule *rule)
{
    list_free(&rule->databases);
    list_free(&rule->users);
    for (int i = 0; i < rule->option_count; i++) {
        free(rule->options[i].name);
        free(rule->options[i].value);
    }
    free(rule->options);
    free(rule->host);
}

void hba_free(struct hba *hba)
{
    if (!hba)
        return;
    for (int i = 0; i < hba->count; i++)
        rule_free(&hba->rules[i]);
    for (int i = 0; i < hba->mistake_count; i++) {
        free(hba->mistakes[i].text);
        free(hba->mistakes[i].hint);
    }
    free(hba->mistakes);
    free(hba->rules);
    free(hba->path);
    free(hba);
}

static void read_rules(struct reader *reader, FILE *file, struct hba *hba)
{
    struct buf line;
    struct fields fields = {.count = 0};
    int lines;
    buf_init(&line);
    for (reader->line = 1; read_line(reader, file, &line, &lines); reader->line += lines) {
        split(reader, buf_cstr(&line), &fields);
        if (fields.count > 0) {
            struct hba_rule rule = {.line = reader->line};
            if (take_rule(reader, &fields, &rule)) {
                hba->rules = xrealloc(hba->rules, sizeof *hba->rules * (size_t) (hba->count + 1));
                hba->rules[hba->count++] = rule;
            } else {
                rule_free(&rule);
            }
        }
        fields_free(&fields);
    }
    buf_deinit(&line);
}

struct hba *hba_read(const char *path)
{
    struct hba *hba = xcalloc(1, sizeof *hba);
    struct reader reader = {.hba = hba, .path = path};
    FILE *file = fopen(path, "re");
    hba->path = xstrdup(path);
    if (!file) {
        mistake(&reader, "could not open configuration file \"%s\": %s", path, strerror(errno));
        return hba;
    }
    read_rules(&reader, file, hba);
    fclose(file);
    /* A file without rules lets nobody in: that is never meant. */
    reader.line = 0;
    if (!hba->mistake_count && hba->count == 0)
        mistake(&reader, "configuration file \"%s\" contains no entries", path);
    return hba;
}

struct hba *hba_load(const char *path)
{
    struct hba *hba = hba_read(path);
    for (int i = 0; i < hba->mistake_count; i++) {
        const struct hba_mistake *one = &hba->mistakes[i];
        char context[4200];
        snprintf(context, sizeof context, "line %d of configuration file \"%s\"", one->line, path);
        log_report(LOG_LEVEL_LOG,
                   &(struct log_report){.message = one->text, .hint = one->hint, .context = one->line ? context : NULL});
    }
    if (!hba->mistake_count)
        return hba;
    hba_free(hba);
    return NULL;
}
