/* The words of the language, from the tables that the compiler reads: what gets
 * a row there is drawn and fuzzed without a change here. */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H
#include <stdbool.h>
#include <stddef.h>

#define LENGTH_OF(array) ((unsigned)(sizeof(array) / sizeof *(array)))

typedef struct CostWord {
    const char *name;
    struct { const char *name, *standard, *domain; } param[3];
} CostWord;

#define PARAM(name, standard, domain, unit) { name, standard, #domain }
#define PARAMS(...) { __VA_ARGS__ }
#define NO_PARAMS { { 0 } }
#define COST(id, name, parameters, unit, text) { name, parameters },
#define ALIAS(name, id)
static const CostWord cost_word[] = {
#include "compiler/model/cost/cost.def"
};
#undef COST
#undef ALIAS
#undef PARAM
#undef PARAMS
#undef NO_PARAMS

typedef struct CallWord {
    const char *name;           /* NULL: an operator */
    int n_args;
} CallWord;

#define FUNCTION(id, name, n_args, text) { name, n_args },
static const CallWord function_word[] = {
#include "runtime/function.def"
};
#undef FUNCTION

#define SHAPE(id, name, parameter, condition, text) { name, #condition },
static const struct { const char *name, *condition; } shape_word[] = {
#include "compiler/model/kernel.def"
};
#undef SHAPE

#define DISTRIBUTION(id, name, first, second, unit_a, unit_b, text) { name, second ? 2 : 1 },
static const CallWord distribution_word[] = {
#include "runtime/distribution.def"
};
#undef DISTRIBUTION

#define UNIT(name, scale, time, voltage, current, length, angle) name,
static const char *const unit_word[] = {
#include "compiler/expr/unit.def"
};
#undef UNIT

typedef struct MethodWord {
    const char *name;
    bool adaptive, noise, delays;
} MethodWord;

#define METHOD(id, name, order, stages, adaptive, noise, delays, text) { name, adaptive, noise, delays },
static const MethodWord method_word[] = {
#include "runtime/method.def"
};
#undef METHOD

/* Words that stand in no table of the compiler. */
static const char *const other_word[] = {
    "t", "i", "pre", "post", "position", "distance", "index", "pi", "inf", "input", "noise", "rate", "n", "k", "x", "y", "v", "w",
    "mean", "sum", "neuron", "random", "p", "indegree", "kernel", "normalize", "all_to_all", "one_to_one", "matrix", "edges",
    "samples", "every", "times", "column", "interpolation", "linear", "step", "noise_ou", "sigma", "truncated", "line", "ring",
    "grid", "torus", "spacing", "yes", "no", "stratonovich", "ito", "dale", "stable", "unique_equilibrium", "table", "E", "I",
};

/* Numbers at the edges: of the doubles, of 32 and 64 bits, of what the language takes. */
static const char *const edge_number[] = {
    "0", "1", "2", "3", "0.5", "1e-9", "1e308", "1e309", "1e-308", "1e-320", "5e-324", "9007199254740992", "9007199254740993",
    "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551616", "1e5000", "1e5001", "1e-5000", "0.1",
    "1000", "64", "65", "99999999999999999999999999999999999999999999", ".0000000000000000000000000000000000000000000001",
};
#endif
