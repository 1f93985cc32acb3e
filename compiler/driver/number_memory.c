#include "compiler/driver/number_memory.h"

#include <gmp.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/driver/options.h"
#include "lang/base/arena.h"

/* A matrix of a million exact entries is two million blocks of 8 or 16 bytes: malloc
 * would spend 32 on each. GMP says how long a block was when it returns it, so
 * blocks need no heads; returned ones wait in a list for their length. */
enum { UNIT = 16, LISTS = 8, FIRST_SLAB = 32 * 1024, LAST_SLAB = 8 * 1024 * 1024 };
enum { LARGEST_KEPT = 32 * 1024 * 1024, TOP_PAD = 1024 * 1024 };    /* 32 MB are the most that malloc takes for it */
enum { LARGE_PAGE = 2 * 1024 * 1024 };

typedef struct Block {
    struct Block *next;
} Block;

/* Of each thread; a number may end in another than the one that made it. */
static _Thread_local __attribute__((tls_model("initial-exec"))) struct {
    Block *returned[LISTS];     /* of (k + 1) * UNIT bytes */
    char *at, *end;
    size_t slab;                /* bytes of the last one; each is twice as long as the one before */
    Arena slabs;                /* for the whole run of the program */
} numbers;

static void out_of_memory(size_t bytes)
{
    fprintf(stderr, "eigc: out of memory (%zu more bytes were needed)\n", bytes);
    exit(STATUS_SYSTEM);
}

static void *large(void *p, size_t bytes)
{
    p = realloc(p, bytes);
    if (!p)
        out_of_memory(bytes);
    return p;
}

/* The list for so many bytes; LISTS and more: malloc's. */
static size_t list_of(size_t bytes)
{
#ifdef EIGC_ARENA_MALLOC
    return LISTS + bytes;
#else
    return bytes ? (bytes - 1) / UNIT : 0;
#endif
}

static void *number_alloc(size_t bytes)
{
    size_t list = list_of(bytes), padded = (list + 1) * UNIT;
    if (list >= LISTS)
        return large(NULL, bytes);
    Block *b = numbers.returned[list];
    if (b) {
        numbers.returned[list] = b->next;
        return b;
    }
    if ((size_t)(numbers.end - numbers.at) < padded) {
        numbers.slab = !numbers.slab ? FIRST_SLAB : numbers.slab < LAST_SLAB ? 2 * numbers.slab : LAST_SLAB;
        numbers.at = arena_alloc(&numbers.slabs, numbers.slab);
        numbers.end = numbers.at + numbers.slab;
    }
    numbers.at += padded;
    return numbers.at - padded;
}

static void number_free(void *p, size_t bytes)
{
    size_t list = list_of(bytes);
    if (list >= LISTS) {
        free(p);
        return;
    }
    Block *b = p;
    b->next = numbers.returned[list];
    numbers.returned[list] = b;
}

static void *number_realloc(void *p, size_t old_bytes, size_t bytes)
{
    size_t before = list_of(old_bytes), after = list_of(bytes);
    if (before >= LISTS && after >= LISTS)
        return large(p, bytes);
    if (before == after)
        return p;
    void *moved = number_alloc(bytes);
    memcpy(moved, p, old_bytes < bytes ? old_bytes : bytes);
    number_free(p, old_bytes);
    return moved;
}

/* The first of malloc's heap is one large page, where the system has them: a small model is read and checked in
 * some 200 pages, and each of these costs a page fault, more than all the arithmetic in a guest of a virtual machine.
 * Malloc writes the first page that it gets, which therefore lies before it: a page once written stays small. */
static void begin_heap_large(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *top = sbrk(0);
    if (top == (char *)-1)
        return;
    size_t before = -((uintptr_t)top + page) % LARGE_PAGE;
    char *start = top + before + page;
    if (sbrk((intptr_t)before) == (void *)-1)
        return;
    mallopt(M_TOP_PAD, LARGE_PAGE + (int)page);
    char *first = malloc(1);
    mallopt(M_TOP_PAD, TOP_PAD);
    if (first && first >= top && first < start && (char *)sbrk(0) - start >= LARGE_PAGE)
        madvise(start, LARGE_PAGE, MADV_HUGEPAGE);
    free(first);
}

void number_memory_start(void)
{
    arena_on_exhausted = out_of_memory;
    /* Matrices that come and go stay with the process: the system would zero their pages again each time. */
    mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT);
    mallopt(M_TRIM_THRESHOLD, 4 * LARGEST_KEPT);
    begin_heap_large();
    mp_set_memory_functions(number_alloc, number_realloc, number_free);
}
