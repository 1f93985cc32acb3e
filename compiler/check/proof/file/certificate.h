/* Certificate files, "eig-certificate/1" (docs/certificate.md). Reading trusts
 * nothing: what is not exactly the format (unknown or repeated fields, numbers
 * that are not rationals in strings, rows of the wrong length, row numbers out
 * of range) is refused with a reason. Whether what was read is a proof, whole
 * components and p > 0 and X != 0 among it, is for verify_evidence to say. */
#ifndef COMPILER_CHECK_CERTIFICATE_H
#define COMPILER_CHECK_CERTIFICATE_H
#include <stdio.h>

#include "compiler/check/proof/evidence.h"
#include "compiler/check/proof/ranges.h"
#include "compiler/check/proof/verify.h"
#include "compiler/model/setting.h"

/* Where the claim's model came from; kept in the file for the reader. */
typedef struct CertificateModel {
    const char *path, *sha256;
    size_t n_set;
    const Setting *set;
    size_t n_imports;
    const Setting *import;      /* the other files of the model: path and sha256 */
    bool is_drawn;              /* the matrix depends on what neurons draw, with this seed */
    uint64_t seed;
} CertificateModel;

/* Values of the params at which the network is not diagonally stable: what is claimed for all their values is false. */
typedef struct RefutedPoint {
    mpq_t *at;                  /* of each param, in its range */
    struct CertificateFile *proof;      /* of the network there, a file of its own but for the model; in the arena */
} RefutedPoint;

typedef struct RefutedRanges {
    size_t n_params;
    const char **name;          /* the model's own params that have a range */
    mpq_t *lo, *hi;
    size_t n;                   /* 0: nothing is refuted over ranges */
    RefutedPoint *point;
} RefutedRanges;

enum { REFUTED_MAX_PARAMS = 256, REFUTED_MAX_POINTS = 16 };

typedef struct CertificateFile {
    ClaimMatrix matrix;
    Evidence evidence;
    Ranges ranges;              /* no cells: no claim over ranges; its cells go with a certificate */
    RefutedRanges refuted;      /* in place of cells */
    bool has_model;             /* else model is empty */
    CertificateModel model;
    struct CertificateFile *everywhere;     /* the proof about the network's slopes everywhere, where this one is about those in a box of
                                             * rates; in the arena, without a model; NULL: none */
} CertificateFile;

/* JSON text, the same bytes for the same proof. */
void certificate_write(const CertificateFile *f, Sbuf *out);

/* The same bytes in pieces, one after another. */
typedef struct CertificateSink {
    void (*put)(void *state, const char *bytes, size_t n);
    void *state;
} CertificateSink;
void certificate_write_pieces(const CertificateFile *f, const CertificateSink *to);

/* Decides whether all that is claimed is proved: by the evidence, over ranges, everywhere; *everywhere: how that last one is; may be NULL. */
VerifyResult certificate_verify(Ctx *cx, const CertificateFile *f, const char **everywhere);
/* certificate_points.c: room for the params and n points without proofs, all numbers 0. */
void refuted_ranges_init(Ctx *cx, RefutedRanges *r, size_t n_params, size_t n);
/* The points are in the ranges, and not diagonally stable. */
VerifyResult verify_refuted(Ctx *cx, const RefutedRanges *r);
/* Returns the numbers of params and points; those of the proofs too where they were read. */
void refuted_ranges_clear(RefutedRanges *r, bool with_proofs);

/* Returns the numbers of a file that was read. */
void certificate_clear(CertificateFile *f);

/* False with *reason set (arena) and *out empty when the text is not a well-formed
 * certificate. What was read is returned by certificate_clear. */
bool certificate_read(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason);
/* The same in pieces, the text never in memory as one: of files as certificate_write() makes them, their matrix in neuron form and
 * its numbers doubles, or such times a rational of their row. False where a file is anything else, right or wrong: certificate_read()
 * knows. The file is one that can be sought in. */
bool certificate_read_file(Ctx *cx, FILE *f, CertificateFile *out);
bool certificate_read_text(Ctx *cx, const char *text, size_t n, CertificateFile *out);
/* Any file, all of it as one: what certificate_read() does where the other way gives up. */
bool certificate_read_whole(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason);
#endif
