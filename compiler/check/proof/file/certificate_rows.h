/* The numbers of a matrix as they come from the text of a certificate, row after row, held as doubles times a rational of their
 * row (entries.h), exactly, or not at all: a matrix of n rows then takes 12 n^2 bytes. */
#ifndef COMPILER_CHECK_PROOF_CERTIFICATE_ROWS_H
#define COMPILER_CHECK_PROOF_CERTIFICATE_ROWS_H
#include "compiler/check/proof/evidence.h"

struct RowNumber;
struct RowKept;

typedef struct CertificateRows {
    Ctx *cx;
    bool is_entries;            /* [i, j, "x"], else lists of q numbers: the caller's to set */
    size_t q, n_rows;           /* how wide the matrix is at least, or exactly; and rows so far */
    size_t text_bytes;          /* of the whole file: what bounds how many numbers there can be */
    size_t n, room;             /* entries so far, and how many there is memory for */
    double *value;
    uint32_t *column;
    struct RowKept *row;        /* n_rows, and the one that is being read */
    size_t rows_room;
    struct RowNumber *number;   /* of the row that is being read */
    size_t n_numbers, numbers_room;
    mpq_t *longer;              /* those of them that are long */
    size_t n_longer, longer_room;
    uint64_t up, down;          /* what rows are multiples of, as far as is known: odd */
    bool is_off;                /* a number of this row is none */
} CertificateRows;

void certificate_rows_init(CertificateRows *r, Ctx *cx, size_t text_bytes);
/* An entry of the row that is being read, columns ascending. False: out of order, no number, or no memory was counted on. */
bool certificate_rows_add(CertificateRows *r, size_t column, const char *text, size_t n);
/* False where the row's numbers have no common measure with which they are doubles. */
bool certificate_rows_end_row(CertificateRows *r);
/* Into *m, in neuron form, of q rows; false where these are not what was read. */
bool certificate_rows_take(CertificateRows *r, size_t q, ClaimMatrix *m);
/* Frees what is not in the arena; the matrix that was taken stays. */
void certificate_rows_clear(CertificateRows *r);
#endif
