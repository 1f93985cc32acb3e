/* The network: numbers, with the structure of the text kept. A projection is
 * never expanded beyond what the model says: a uniform all-to-all projection
 * is one rational, however many neurons it joins.
 *
 * Weights carry their sign here (from the source population, or from a signed
 * matrix). Everything is exact; canonical units. Built by net_build, const
 * afterwards; points into the Model, which must outlive it. */
#ifndef COMPILER_NET_NET_H
#define COMPILER_NET_NET_H
#include "compiler/model/model.h"

typedef enum BlockKind {
    BLOCK_UNIFORM,              /* every pair has the weight `factor` */
    BLOCK_PRODUCT,              /* factor * left[post] * right[pre]; a connection of low rank is several of them */
    BLOCK_DIAGONAL,             /* neuron k to neuron k (equal sizes): `factor` */
    BLOCK_KERNEL,               /* factor * values, by displacement: populations of one place and size */
    BLOCK_SPARSE,               /* factor * values[e], rows by target (CSR); one weight for all: values without numbers */
    BLOCK_UNDRAWN,              /* random or by expression, and the reader said it will not read it: no values */
    BLOCK_DENSE                 /* factor * values[post * pre_size + pre], row-major unless it is tiled */
} BlockKind;

typedef struct Block {
    BlockKind kind;
    size_t pre, post;           /* populations */
    size_t conn;                /* ModelConn it came from */
    const ModelTerm *term;      /* of the current that it is part of; NULL: a weight times a rate */
    Num factor;                 /* signed where there are no values; else >= 0, and the values are signed. PRODUCT: as it is written */
    bool self;                  /* false: the diagonal of a pre == post block is absent (UNIFORM and PRODUCT; elsewhere entries are simply not there or 0) */
    bool was_signed;            /* the file's entries had signs of their own */
    bool is_rounded;            /* too many for exact numbers: each value is the double nearest to the weight, and no proof reads it */
    bool is_tiled;              /* DENSE, rounded: the values stand as a step reads them, by tiles (runtime/problem.h) */
    size_t n_expected;          /* UNDRAWN: pairs, about; else 0 */
    Values values;              /* SPARSE: n = number of entries; DENSE: post*pre; KERNEL: one for each displacement, target - source */
    Values left, right;         /* PRODUCT: one for each target and each source, the source's sign in `right` */
    size_t extent[2];           /* KERNEL: neuron i stands in column i % extent[0], row i / extent[0] */
    bool is_periodic;           /* KERNEL: displacements modulo extent, values extent[0] * extent[1]; else from 1 - extent to
                                 * extent - 1 in each direction, values (2 extent[0] - 1) * (2 extent[1] - 1). Columns fastest */
    uint64_t *row_from;         /* SPARSE: post_size + 1 */
    uint32_t *column;           /* SPARSE: n, ascending within a row */
    const char *sha256;         /* of the file the entries came from, or NULL */
} Block;

typedef struct NetPop {
    const ModelPop *model;      /* name, sign, tau, activation, input, start */
    size_t from, size;          /* neurons from .. from+size-1 of the whole network */
    Num tau_min, tau_max;       /* where they differ by the text (ModelPop.tau_of), or ends that hold them all; NULL elsewhere */
    Values gain, threshold;     /* neuron by neuron where one of them differs (Activation.gain_of) and somebody reads them; n is 0 elsewhere.
                                 * Exact where a proof may read each (NetDetail.most_neurons); of more neurons the doubles nearest */
    bool gain_is_rounded;       /* some double is not the gain itself */
    Num gain_min, gain_max;     /* the least and the largest gain; NULL where there are no gains */
} NetPop;

typedef struct Net {
    const Model *model;
    size_t n;                   /* neurons */
    size_t n_pops, n_blocks;
    NetPop *pop;
    Block *block;               /* in the order of the text */
    NumPool *nums;
} Net;

/* Model -> Net. False after E04xx, E05xx, E06xx. Refuses a dense block whose
 * bytes exceed the memory limit, naming the bytes it would need. */
bool net_build(Ctx *cx, const Model *m, Net *out);

/* Weights of a connection that are kept exactly, where that takes a rational each: some 150 bytes. */
enum { NET_MAX_EXACT = 4 * 1000 * 1000 };
/* Neurons of a place with a kernel: as many displacements, of which a run keeps those that are no doubles exactly, and a check the signs. */
enum { NET_MAX_DISPLACEMENTS = 20 * 1000 * 1000 };
/* Values of a kernel that a proof reads: a spectrum of so many takes some ten seconds. */
enum { NET_MAX_KERNEL = 1 << 19 };

/* Hears once that `what` takes so many seconds. */
typedef void NetSlow(const char *what, double seconds);

/* What a reader of a Net looks at: it has no use for exact weights between populations of more neurons than
 * this, nor for more synapses at once; and it takes at most so many different weights of a connection exactly. */
typedef struct NetDetail {
    size_t most_neurons;
    double most_synapses;       /* INFINITY: it runs the network, and wants all of them, rounded where they are not exact */
    double most_exact;
    NetSlow *slow;              /* NULL: nobody is told */
} NetDetail;
/* The same; what goes beyond what is read is not drawn. */
bool net_build_for(Ctx *cx, const Model *m, NetDetail read, Net *out);
void net_print(const Net *net, Sbuf *out);
void net_verify(const Net *net);

/* The least and the largest time constant of a population. */
Num net_tau_min(const NetPop *p);
Num net_tau_max(const NetPop *p);
/* Sign of the neuron `k` of a population. */
Sign net_neuron_sign(const NetPop *p, size_t k);
/* "E[3]", or "AVAL" where neurons are named; a population of one is its name. */
void net_neuron_name(const NetPop *p, size_t k, Sbuf *out);
/* What it brings is a number of each pair. */
static inline bool block_is_by_pairs(const Block *b)
{
    return b->term && b->term->pair;
}
/* Place in the values of a KERNEL block of the displacement (dx, dy). */
size_t block_kernel_at(const Block *b, long dx, long dy);
/* Place in the values of a DENSE block of the entry from `pre` to `post`. */
size_t block_dense_at(const Net *net, const Block *b, size_t post, size_t pre);
/* Exact weight of entry e of a SPARSE, DENSE or KERNEL block. */
Num block_entry(NumPool *pool, const Block *b, size_t e);
#endif
