/* The words of runtime/elementary_form.h for doubles. */
#ifndef RUNTIME_ELEMENTARY_NUMBER_H
#define RUNTIME_ELEMENTARY_NUMBER_H
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bits_of(double a)
{
    uint64_t w;
    memcpy(&w, &a, sizeof w);
    return w;
}

static inline double of_bits(uint64_t w)
{
    double a;
    memcpy(&a, &w, sizeof a);
    return a;
}

#define FORM
#define WITH
#define NUM double
#define INT uint64_t
#define YES int
#define K(c) ((double)(c))
#define W(c) ((uint64_t)(c))
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define DIV(a, b) ((a) / (b))
#define FMA(a, b, c) __builtin_fma(a, b, c)
#define ABS(a) fabs(a)
#define SIGN(a, b) copysign(a, b)
#define LESS(a, b) ((a) < (b))
#define EQUAL(a, b) ((a) == (b))
#define PICK(yes, a, b) ((yes) ? (a) : (b))
#define BITS(a) bits_of(a)
#define OF_BITS(w) of_bits(w)
#define BY_PRODUCT 1
#define IADD(a, b) ((a) + (b))
#define ISUB(a, b) ((a) - (b))
#define SHL(a, n) ((a) << (n))
#define SHR(a, n) ((uint64_t)((int64_t)(a) >> (n)))
#define BIT(a, n) (((a) >> (n)) & 1)
#define SQRT(a) sqrt(a)
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* A machine without the instruction for a b + c rounded once has a function for it, of the same bits and many times
 * slower; where it has the instruction is known when the program runs. */
#if defined(__x86_64__) && !defined(__FMA__)
#define ELEMENTARY_FUSED __attribute__((target("fma,sse4.1"), flatten))
#define ELEMENTARY_PLAIN __attribute__((flatten))
#define ELEMENTARY_BY_MACHINE(fused, plain) (__builtin_cpu_supports("fma") ? (fused) : (plain))
#endif
#endif
