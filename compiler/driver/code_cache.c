#include "compiler/driver/code_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/data/sha256.h"
#include "compiler/driver/version.h"
#include "runtime/outfile.h"

enum { N_HEX = 64 };

/* An entry is this line, its key and the hash of the object in hex, a line each, and the object. */
static const char magic[] = "eigc object code 1\n";
enum { N_MAGIC = sizeof magic - 1, N_HEAD = N_MAGIC + 2 * (N_HEX + 1), ENTRY_MODE = 0600 };

/* ---- the folder ---- */

const char *code_cache_folder(Ctx *cx)
{
    const char *own = getenv("EIGC_CACHE_DIR"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (own)
        return *own ? own : NULL;
    /* The XDG base directory specification: a relative path is ignored. */
    if (xdg && *xdg == '/')
        return arena_printf(&cx->arena, "%s/eigc", xdg);
    return home && *home == '/' ? arena_printf(&cx->arena, "%s/.cache/eigc", home) : NULL;
}

/* The folder and those above it, as `mkdir -p -m 700`. */
static bool make_folder(Ctx *cx, const char *folder)
{
    char *path = arena_strdup(&cx->arena, folder);

    for (char *at = path + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700);
            *at = '/';
        }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* What is in the folder is run: nobody else may have put it there. */
const char *code_cache_refusal(const char *folder)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return errno == ENOENT ? NULL : strerror(errno);
    if (!S_ISDIR(st.st_mode))
        return "it is not a folder";
    if (st.st_uid != geteuid())
        return "it belongs to another user";
    return st.st_mode & 022 ? "others may write to it" : NULL;
}

/* ---- names of entries ---- */

static bool is_hex(const char *s, size_t n)
{
    return strspn(s, "0123456789abcdef") >= n;
}

static bool is_entry(const char *name)
{
    return is_hex(name, N_HEX) && !strcmp(name + N_HEX, ".o");
}

/* What a writer that was killed left beside its entry (runtime/outfile.c). */
static bool is_leftover(const char *name)
{
    size_t n = strlen(name);
    return name[0] == '.' && is_hex(name + 1, N_HEX) && n > 5 && !strcmp(name + n - 5, ".part");
}

static char *path_of(const char *folder, const char *name, const char *extension)
{
    size_t n = strlen(folder) + strlen(name) + strlen(extension) + 2;
    char *path = malloc(n);

    if (path)
        snprintf(path, n, "%s/%s%s", folder, name, extension);
    return path;
}

/* ---- what jit_compile calls ---- */

static void name_entry(void *of, Ctx *cx, const char *how, const void *code, size_t n, char key[JIT_KEY_SIZE])
{
    const CodeCache *c = of;
    const char *all = arena_printf(&cx->arena, "%s%s\n%s", c->stamp, how, sha256_hex(cx, code, n));

    snprintf(key, JIT_KEY_SIZE, "%s", sha256_hex(cx, all, strlen(all)));
}

/* A file that only this user may have written. */
static bool is_own(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 022);
}

/* The file's bytes, malloc'd, or NULL. */
static char *read_whole(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);       /* a pipe is no entry, and not waited for */
    struct stat st;
    char *bytes = NULL;

    if (fd >= 0 && fstat(fd, &st) == 0 && is_own(&st) && st.st_size > 0 && st.st_size <= CODE_CACHE_MAX_BYTES)
        bytes = malloc((size_t)st.st_size);
    size_t have = 0;
    for (ssize_t got = 1; bytes && got > 0 && have < (size_t)st.st_size; have += got > 0 ? (size_t)got : 0)
        got = read(fd, bytes + have, (size_t)st.st_size - have);
    if (bytes && have < (size_t)st.st_size) {
        free(bytes);
        bytes = NULL;
    }
    if (fd >= 0) {
        futimens(fd, NULL);     /* used now: what is not used goes first */
        close(fd);
    }
    *n = have;
    return bytes;
}

/* What stands before the object. */
static const char *head_of(Ctx *cx, const char *key, const void *object, size_t n)
{
    return arena_printf(&cx->arena, "%s%s\n%s\n", magic, key, sha256_hex(cx, object, n));
}

static char *find_entry(void *of, Ctx *cx, const char *key, size_t *n)
{
    const CodeCache *c = of;
    char *path = path_of(c->folder, key, ".o");
    size_t n_all = 0;
    char *all = path ? read_whole(path, &n_all) : NULL;

    free(path);
    if (!all)
        return NULL;
    if (n_all <= N_HEAD || memcmp(all, head_of(cx, key, all + N_HEAD, n_all - N_HEAD), N_HEAD) != 0) {
        free(all);
        return NULL;
    }
    *n = n_all - N_HEAD;
    memmove(all, all + N_HEAD, *n);
    return all;
}

typedef struct Entry {
    char name[N_HEX + 3];
    struct timespec used;
    unsigned long long n_bytes;
} Entry;

static int by_age(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    return (x->used.tv_nsec > y->used.tv_nsec) - (x->used.tv_nsec < y->used.tv_nsec);
}

/* Visits what is in the folder; false with errno where it cannot be read. */
static bool each_file(const char *folder, void (*visit)(void *of, int dir, const char *name, const struct stat *st), void *of)
{
    DIR *d = opendir(folder);

    if (!d)
        return errno == ENOENT;
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            visit(of, dirfd(d), e->d_name, &st);
    }
    closedir(d);
    return true;
}

typedef struct Listing {
    Entry *at;
    size_t n, cap;
    unsigned long long n_bytes;
} Listing;

static void list_entry(void *of, int dir, const char *name, const struct stat *st)
{
    Listing *l = of;

    (void)dir;
    if (!is_entry(name))
        return;
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        Entry *at = realloc(l->at, cap * sizeof *at);
        if (!at)
            return;
        l->at = at;
        l->cap = cap;
    }
    Entry *e = &l->at[l->n++];
    memcpy(e->name, name, sizeof e->name);
    e->used = st->st_mtim;
    e->n_bytes = (unsigned long long)st->st_size;
    l->n_bytes += e->n_bytes;
}

/* Down to three quarters, so that not every new entry looks for an old one. */
static void make_room(const char *folder)
{
    Listing l = { 0 };

    if (each_file(folder, list_entry, &l) && (l.n > CODE_CACHE_MAX_FILES || l.n_bytes > CODE_CACHE_MAX_BYTES)) {
        qsort(l.at, l.n, sizeof *l.at, by_age);
        size_t n = l.n;
        for (size_t k = 0; k < l.n && (n > CODE_CACHE_MAX_FILES * 3 / 4 || l.n_bytes > CODE_CACHE_MAX_BYTES / 4 * 3ull); k++, n--) {
            char *path = path_of(folder, l.at[k].name, "");
            if (path)
                unlink(path);
            free(path);
            l.n_bytes -= l.at[k].n_bytes;
        }
    }
    free(l.at);
}

static void keep_entry(void *of, Ctx *cx, const char *key, const void *object, size_t n)
{
    CodeCache *c = of;
    char *path = path_of(c->folder, key, ".o");
    OutFile f;

    if (!path)
        return;
    bool kept = outfile_open(&f, path) && fchmod(f.fd, ENTRY_MODE) == 0 && outfile_write(&f, head_of(cx, key, object, n), N_HEAD) &&
                outfile_write(&f, object, n) && outfile_commit(&f);
    if (kept)
        make_room(c->folder);
    else
        c->why_not_kept = f.error[0] ? arena_strdup(&cx->arena, f.error) : "the permissions of the file cannot be set";
    outfile_close(&f);
    free(path);
}

/* ---- opening ---- */

/* Two builds may have one version. */
static bool stamp_of(Ctx *cx, const char *library, const char **stamp)
{
    struct stat st;

    if (stat(library, &st) != 0)
        return false;
    *stamp = arena_printf(&cx->arena, "eigc %s, %lld bytes of %lld.%09ld, inode %llu\n", EIGC_VERSION, (long long)st.st_size,
                          (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
    return true;
}

bool code_cache_open(Ctx *cx, const char *library, CodeCache *c, const char **why)
{
    *c = (CodeCache){ .folder = code_cache_folder(cx) };
    c->jit = (JitCache){ .of = c, .name = name_entry, .find = find_entry, .keep = keep_entry };
    *why = NULL;
    if (!c->folder)
        return false;
    *why = make_folder(cx, c->folder) ? code_cache_refusal(c->folder) : arena_strdup(&cx->arena, strerror(errno));
    return !*why && stamp_of(cx, library, &c->stamp);
}

/* ---- eigc cache ---- */

static void count_file(void *of, int dir, const char *name, const struct stat *st)
{
    CodeCacheSize *is = of;

    (void)dir;
    if (is_entry(name) || is_leftover(name)) {
        is->n_files++;
        is->n_bytes += (unsigned long long)st->st_size;
    }
}

bool code_cache_measure(const char *folder, CodeCacheSize *is)
{
    *is = (CodeCacheSize){ 0 };
    return each_file(folder, count_file, is);
}

typedef struct Clearing {
    CodeCacheSize gone;
    int error;                  /* errno of what could not be removed, or 0 */
} Clearing;

static void remove_file(void *of, int dir, const char *name, const struct stat *st)
{
    Clearing *c = of;

    if (!is_entry(name) && !is_leftover(name))
        return;
    if (unlinkat(dir, name, 0) != 0) {
        c->error = errno == ENOENT ? c->error : errno;
        return;
    }
    c->gone.n_files++;
    c->gone.n_bytes += (unsigned long long)st->st_size;
}

bool code_cache_clear(const char *folder, CodeCacheSize *gone)
{
    Clearing c = { 0 };
    bool read = each_file(folder, remove_file, &c);

    *gone = c.gone;
    if (read && c.error)
        errno = c.error;
    return read && !c.error;
}
