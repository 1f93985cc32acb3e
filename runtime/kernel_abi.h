/* The contract between generated code and its caller. */
#ifndef RUNTIME_KERNEL_ABI_H
#define RUNTIME_KERNEL_ABI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/noise.h"
#include "runtime/support.h"
#include "runtime/team.h"

/* Few neurons are few populations: no more than PLAN_REGISTER_NEURONS. */
enum { EIG_SETS_MOST_POPS = 64 };
enum { EIG_ABI_VERSION = 9, EIG_KERNEL_WORK = 6 };
enum { EIG_MOST_STAGES = 4 };           /* of a method with steps of one length */
/* Rows that a team may share: one of each population, the normals of a step, and its stages. */
static inline size_t eig_n_sites(size_t n_pops)
{
    return n_pops + 1 + EIG_MOST_STAGES;
}

typedef struct EigKernelArgs {
#define KERNEL_ARG(field, type) type field;
#include "runtime/kernel_abi.def"
#undef KERNEL_ARG
} EigKernelArgs;

#define KERNEL_ARG(field, type) \
    _Static_assert(sizeof(type) == 8, "kernel arguments are pointer-sized: " #field);
#include "runtime/kernel_abi.def"
#undef KERNEL_ARG

/* dx = f(t, x). eig_n_x doubles each; dx may not overlap x. Also leaves s in args->total. NULL for fixed-step methods. */
typedef void (*EigDriftFn)(const EigKernelArgs *args, double t, const double *x, double *dx);
/* Fixed-step methods: x from step k_from to step k_to, in place, args->time filled for them. NULL for adaptive methods.
 * With delays every step needs the ones before it: no step is taken twice. */
typedef void (*EigAdvanceFn)(const EigKernelArgs *args, int64_t k_from, int64_t k_to, double *x);
/* The quantities recorded by a clock at (t, x), in order (with delays: at the start of step t / h), into out (sum of their widths). */
typedef void (*EigObserveFn)(const EigKernelArgs *args, double t, const double *x, double *out, int64_t clock);

/* taylor: the coefficients 1 to `order` of the solution at (t, c_0), rows of eig_n_x numbers behind the state in c. In registers all of them;
 * else what is sent, of order k into the states of EigJets.linear, and coefficient k + 1 from its total inputs. */
typedef void (*EigJetFn)(const EigKernelArgs *args, double t, double *c);
typedef void (*EigJetOrderFn)(const EigKernelArgs *args, double t, double *c, double *of_linear, int64_t k);

/* The same of sets of parameters side by side, L of them: x holds neuron 0 of each set, then neuron 1 of each, ..., out likewise the
 * recorded quantities; own the numbers in which they differ, L of each. With neurons in registers only `time` is read of args; else also
 * the arrays of the blocks, and total and work have room for all sets. 64-byte aligned. */
typedef void (*EigAdvanceSetsFn)(const EigKernelArgs *args, int64_t k_from, int64_t k_to, double *x, const double *own);
/* rk45, dopri8: slopes, each set at a time of its own, and of every population the rate of each set. */
typedef void (*EigDriftSetsFn)(const EigKernelArgs *args, const double *t, const double *x, double *dx, const double *own);
typedef void (*EigRatesSetsFn)(double *out, const double *own);
typedef void (*EigObserveSetsFn)(const EigKernelArgs *args, double t, const double *x, double *out, const double *own);

typedef struct EigKernel {
    EigDriftFn drift;
    EigAdvanceFn advance;
    EigObserveFn observe;
    EigDriftFn tangent;                 /* of the problem's tangent; NULL without one */
    EigJetFn jet;                       /* taylor in registers; else NULL and these, jet_sent NULL where states are sent */
    EigJetOrderFn jet_sent, jet_slope;
    EigDriftFn linear;                  /* of EigJets.linear */
    EigAdvanceSetsFn advance_sets;      /* of a kernel for sets, which has no others */
    EigObserveSetsFn observe_sets;
    EigDriftSetsFn drift_sets;          /* adaptive methods: these in place of advance_sets */
    EigRatesSetsFn rates_sets;
    unsigned lanes;
    bool sets_in_memory;                /* neurons are not in registers */
    unsigned threads;                   /* that may share an evaluation; the numbers do not depend on it */
} EigKernel;

/* Exported symbols: eig_drift or eig_advance, eig_observe, or eig_advance_sets (adaptive methods: eig_drift_sets
 * and eig_rates_sets) and eig_observe_sets, and the i64 eig_abi_version. */
#endif
