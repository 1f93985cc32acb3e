/* Recordings as comma-separated text, RFC 4180 with `# ` lines of meta in
 * front (inside this folder only). */
#ifndef RUNTIME_CSV_H
#define RUNTIME_CSV_H
#include "runtime/outfile.h"
#include "runtime/problem.h"

typedef struct Csv {
    OutFile *out;
    size_t row_width, column;   /* cells per row; number of the next one in its row */
} Csv;

/* The meta lines and the header: t, then the records, clock after clock; a record
 * of several numbers has the columns E[0], E[1], ... or worm[AVAL], worm[AVAR], ... */
bool csv_open(Csv *c, OutFile *out, const EigProblem *p, const char *meta);
/* The next n cells, row by row: numbers, each the shortest text that reads back exactly, or nothing. */
bool csv_doubles(Csv *c, const double *values, size_t n);
bool csv_blanks(Csv *c, size_t n);
/* The next cell, a text. */
bool csv_name(Csv *c, const char *text);
/* The lines of meta in front of the header. */
bool csv_meta(OutFile *out, const char *meta);
#endif
