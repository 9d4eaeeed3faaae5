#include "engine/internal.h"

#include <stdlib.h>
#include <unistd.h>

/* SQLite maps the database file, and unmaps it whenever another connection has committed: on some systems a file that was truncated and has grown again
 * would leave an old mapping that looks right but is not. Here a shared mapping shows the file as it is, so it need only go when the file's size is another.
 * With several writers that is an munmap, an mmap and a page fault for each page saved in every transaction. A page behind a new, smaller end of the
 * file is in no snapshot: a checkpoint truncates only when no reader needs more.
 *
 * And where SQLite wants a copy of a page, as every statement that writes does, it copies out of the mapping if there is one. The first touch of a mapped page
 * costs more than reading it, and a writer pays for it while others wait. So copies are read. */

struct mapping {
    sqlite3_io_methods methods; /* what the file has in place of its own: first, so that the file's pointer to it leads here */
    const sqlite3_io_methods *original;
    sqlite3_file *file;
    int fd;             /* SQLite's, of the file */
    bool is_mapped;     /* perhaps */
    sqlite3_int64 size; /* of the file when it was last unmapped */
};

/* SQLite tells nobody its descriptors; it can be told by which function to open files. */
static int (*system_open)(const char *path, int flags, int mode);
static int last_opened = -1;

static int open_and_note(const char *path, int flags, int mode)
{
    return last_opened = system_open(path, flags, mode);
}

static void note_opened_files(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    if (system_open || vfs->iVersion < 3)
        return;
    system_open = (int (*)(const char *, int, int)) vfs->xGetSystemCall(vfs, "open");
    if (system_open)
        vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr) open_and_note);
}

int engine_open_handle(const char *path, sqlite3 **db, int flags, int *fd)
{
    note_opened_files();
    last_opened = -1;
    int code = sqlite3_open_v2(path, db, flags, NULL);
    *fd = last_opened;
    return code;
}

static struct mapping *mapping_of(sqlite3_file *file)
{
    return (struct mapping *) file->pMethods;
}

static int read_copy(sqlite3_file *file, void *to, int size, sqlite3_int64 offset)
{
    const struct mapping *mapping = mapping_of(file);
    if (pread(mapping->fd, to, (size_t) size, offset) == size)
        return SQLITE_OK;
    return mapping->original->xRead(file, to, size, offset);
}

static int fetch(sqlite3_file *file, sqlite3_int64 offset, int size, void **page)
{
    struct mapping *mapping = mapping_of(file);
    mapping->is_mapped = true;
    return mapping->original->xFetch(file, offset, size, page);
}

/* Without a page this asks to unmap the file. */
static int unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page)
{
    struct mapping *mapping = mapping_of(file);
    if (!page) {
        sqlite3_int64 size = 0;
        if (!mapping->is_mapped || (mapping->original->xFileSize(file, &size) == SQLITE_OK && size == mapping->size))
            return SQLITE_OK;
        mapping->size = size;
        mapping->is_mapped = false;
    }
    return mapping->original->xUnfetch(file, offset, page);
}

void engine_keep_mapping(struct engine *engine, int fd)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(engine->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file || !file->pMethods ||
        file->pMethods->iVersion < 3 || fd < 0)
        return;
    struct mapping *mapping = engine->mapping = xcalloc(1, sizeof *mapping);
    *mapping = (struct mapping){.methods = *file->pMethods, .original = file->pMethods, .file = file, .fd = fd, .size = -1};
    mapping->methods.xRead = read_copy;
    mapping->methods.xFetch = fetch;
    mapping->methods.xUnfetch = unfetch;
    file->pMethods = &mapping->methods;
}

void engine_forget_mapping(struct engine *engine)
{
    if (engine->mapping)
        engine->mapping->file->pMethods = engine->mapping->original;
    free(engine->mapping);
    engine->mapping = NULL;
}
