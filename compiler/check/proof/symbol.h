/* The Fourier transform of a kernel, with a bound of its error: part of what a
 * proof rests on (verify.h). For frequency k = (f, g)
 *
 *   c^(k) = sum over (x, y) of c(x, y) exp(-2 pi i (f x / extent[0] + g y / extent[1]))
 *
 * is what the kernel multiplies exp(2 pi i (f x / extent[0] + ...)) with. */
#ifndef COMPILER_CHECK_SYMBOL_H
#define COMPILER_CHECK_SYMBOL_H
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

/* Of extent[0] * extent[1] frequencies, f fastest. */
typedef struct Symbol {
    double *re, *im;            /* malloc'd */
    double error;               /* |re + i im - c^(k)| is at most this, for every k */
} Symbol;

/* Operations that a transform of this extent takes: its largest prime factor counts. */
double symbol_work(const size_t extent[2]);
enum { SYMBOL_MOST_WORK = 1000 * 1000 * 1000 };
/* NULL when it would take longer, memory is short, or numbers are beyond the doubles. */
Symbol *symbol_new(const mpq_t *value, const size_t extent[2]);
void symbol_free(Symbol *s);

/* Characters of frequency k are +1 and -1 only: the symbol is then a sum of rationals. */
bool symbol_is_real(const size_t extent[2], size_t k);
void symbol_exact(const mpq_t *value, const size_t extent[2], size_t k, mpq_t out);

/* One of k and -k, which have conjugate symbols; not the frequency 0. */
bool symbol_counts(const size_t extent[2], size_t k);

/* A complex number within `radius` of re + i im. */
typedef struct Ball {
    double re, im, radius;
} Ball;
Ball ball_of(mpq_srcptr x);
Ball ball_add(Ball a, Ball b);
Ball ball_mul(Ball a, Ball b);
/* Every Hermitian matrix in the lower triangle m[i * n + j], j <= i, is positive definite. Destroys m. */
bool ball_positive(size_t n, Ball *m);
#endif
