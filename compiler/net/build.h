/* Inside of net_build: what its steps share. */
#ifndef COMPILER_NET_BUILD_H
#define COMPILER_NET_BUILD_H
#include "compiler/net/net.h"

typedef struct NetBuild {
    Ctx *cx;
    const Model *m;
    Net *net;
    size_t limit, used;         /* bytes that blocks may take in all, and have taken */
    NetDetail read;             /* what is drawn */
    bool is_too_large;          /* in all for exact weights to be read */
    VEC(Block) blocks;          /* so far */
} NetBuild;

/* net_build with a memory limit of the caller's choice. */
bool net_build_within(Ctx *cx, const Model *m, size_t max_bytes, Net *out);

/* ---- neuron.c: what each neuron has of its own ---- */
/* Time constants, gains and thresholds by expression or draw; false after E0401, E0403, E0805. */
bool neurons_build(NetBuild *b, NetPop *p);
/* ---- no_value.c ---- */
/* E0403: the attribute `name`, `of`, has none for neuron k, and why. Always false. */
bool neuron_has_no_value(NetBuild *b, const NetPop *p, const Expr *of, Span at, const char *name, size_t k);
/* ---- defined.c ---- */
/* False after E0403: an input, a start or a noise without time in it has no finite value for some neuron. */
bool neurons_begin_with_values(NetBuild *b, const NetPop *p);
/* Whether the form of an expression of i and draws shows that it has a finite value for each of so many neurons. */
bool neurons_show_values(const Expr *e, size_t n_neurons);
/* Whether it is of the neuron's number and draws alone. */
bool neurons_know(const Expr *e);
/* Such a one in the doubles of a run, out[n], for n neurons from `first` on, 64 at most. */
void neurons_compute(const NetBuild *b, const Expr *e, size_t first, size_t n, double *out);
/* ---- lengths.c ---- */
/* False after E0401: a pulse or a ramp of a population has a length below 0, or a ramp 0, for some neuron. */
bool neurons_have_lengths(NetBuild *b, const NetPop *p);
/* ---- support.c: the same, without a look at any neuron ---- */
/* Ends that hold the value for each of so many neurons, and that values come close to: of an expression with i once at
 * most and draws from closed intervals. False where its form does not show them. */
bool neurons_lie_between(NumPool *nums, const Expr *e, size_t n_neurons, Num *lo, Num *hi);

/* ---- least.c ---- */
/* Whether the reader may come to the weights at all: false where rows or entries are certainly more than it reads. */
bool net_is_read_exactly(const NetBuild *b);

/* ---- memory.c ---- */
/* Sets n * bytes_each aside, or E0451 with the bytes in words and the repair. */
bool memory_take(NetBuild *b, const ModelConn *c, double n, size_t bytes_each, const char *repair);
/* Whether so many bytes more are left while the connection is drawn; E0451 where not. */
bool memory_spare(NetBuild *b, const ModelConn *c, double bytes, const char *repair);

/* ---- pattern.c: who is connected, as rows by target ---- */
typedef struct Pairs {
    size_t n;
    uint64_t *row_from;         /* targets + 1; NULL: they are not read, and n is what is expected */
    uint32_t *column;           /* n sources, ascending within a row */
    const char *sha256;         /* of the file that lists them, or NULL */
} Pairs;
bool pattern_pairs(NetBuild *b, const ModelConn *c, Pairs *out);
/* Synapses of the connection's pattern, on average. */
double pattern_synapses(const Net *net, const ModelConn *c);
/* Bytes that each of them takes. */
size_t synapse_bytes(const NetBuild *b, const ModelConn *c);
/* Whether neither population, nor the network, has more neurons than somebody reads; whether the synapses are drawn. */
bool pattern_is_small(const NetBuild *b, const ModelConn *c);
bool pattern_is_read(const NetBuild *b, const ModelConn *c);
/* pattern_p.c: random(p). */
bool pattern_random_p(NetBuild *b, const ModelConn *c, Pairs *out);

/* build.c: all pairs of the pattern have the same weight, sign included, so that it is kept once. */
bool pattern_has_one_weight(const NetBuild *b, const ModelConn *c);

/* ---- pair.c: weights by expression ---- */
/* Numbers of a SPARSE or DENSE block of values.n pairs, rounded where no proof reads them. */
bool pair_weights(NetBuild *b, const ModelConn *c, Block *out);
/* Those of a rounded block anew, as products with a factor of a current: one rounding. */
bool pair_times(NetBuild *b, const ModelConn *c, Num factor, Block *out);
/* Whether so many weights are kept exactly. */
bool pair_is_exact(const NetBuild *b, const ModelConn *c, double n);

/* ---- kernel.c: weights by displacement ---- */
/* Whether a kernel may have so many exact numbers, one for each displacement but its sign, or E0454. */
bool pair_few_enough(NetBuild *b, const ModelConn *c, double n);
bool kernel_block(NetBuild *b, const ModelConn *c, Block *out);

/* ---- edges.c, matrix.c: weights by list; they fill a whole block ---- */
bool edges_block(NetBuild *b, const ModelConn *c, Block *out);
/* Whether text is a neuron's number, "E[3]" or "3", or the name of a population of one; any number from the size on may be
 * given as the size or more. */
bool neuron_number(const NetPop *p, const char *text, size_t *number);
bool matrix_block(NetBuild *b, const ModelConn *c, Block *out);
/* Whether the names of a file's rows, or of its columns ("row", "column"), are those of the population's neurons, or E0513. */
bool matrix_names_fit(NetBuild *b, const ModelConn *c, const char *path, const char *axis, const char **name, const NetPop *p);

/* ---- low_rank.c ---- */
/* A product of two files: `rank` blocks like `like`. */
bool low_rank_blocks(NetBuild *b, const ModelConn *c, Block like, size_t *rank, Block **out);

/* ---- entries.c ---- */
typedef enum EntrySigns {
    ENTRIES_ARE_ONE,            /* each is 1, and the factor has the sign */
    ENTRIES_ARE_MAGNITUDES,     /* each takes the sign of its source */
    ENTRIES_MAY_BE_SIGNED       /* they do too, unless one of them is negative: then all are kept as they are */
} EntrySigns;
/* Signs and factor alone. */
void entries_take_signs(NetBuild *b, EntrySigns signs, Block *out);
/* Signs, factor, missing self-connections; then zeros are dropped and a mostly
 * empty dense block becomes a sparse one. */
void entries_finish(NetBuild *b, const ModelConn *c, EntrySigns signs, Block *out);

/* ---- tiles.c ---- */
/* Puts the numbers of a rounded dense block, row-major with room behind them, where a step reads them, so that a run needs no
 * second copy; those of currents of each pair stay. Others are left alone. */
void tiles_make(NetBuild *b, Block *out);
#endif
