/* What several threads compute: populations whose total inputs are much work,
 * the normals of a step, and what a step makes of many slopes, in pieces that are worth a thread's while. */
#include "compiler/plan/build.h"

#include "runtime/layout.h"

/* Multiplications with an addition; some 10 us, and 2 us. */
enum { LEAST_WORK = 1 << 17, WORK_OF_A_PIECE = 1 << 14, LEAST_PIECES = 16, OF_AN_OPERATION = 4, LARGEST_PIECE = 1024,
       LEAST_NORMALS = 2048, NORMALS_OF_A_PIECE = 512, LEAST_STATES = 1 << 15, STATES_OF_A_PIECE = 1 << 13 };

/* Weights of a kernel that are not 0: displacements. */
static double reach(const EigBlock *b)
{
    size_t a = b->extent[0], c = b->extent[1], n = b->is_periodic ? a * c : (2 * a - 1) * (2 * c - 1), count = 0;
    for (size_t k = 0; k < n; k++)
        count += b->w[k] != 0.0;
    return (double)count;
}

/* For one target of the block, on the mean. */
static double block_work(const EigProblem *p, const EigBlock *b)
{
    double pre = (double)p->pop[b->pre].size, post = (double)p->pop[b->post].size, each = b->pair.n ? OF_AN_OPERATION * (double)b->pair.n : 1.0;
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:  return b->pair.n ? pre * each : 1.0;
    case EIG_BLOCK_DIAGONAL: return each;
    case EIG_BLOCK_SPARSE:   return (double)b->row_from[(size_t)post] / post * (b->pair.n ? each : 2.0);
    case EIG_BLOCK_DENSE:    return pre * each;
    case EIG_BLOCK_KERNEL:   return b->circle ? 0.0 : reach(b);
    }
    return 0.0;
}

static double own_work(const EigPop *pop)
{
    double n = (double)(pop->input.n + pop->phi.n);
    for (size_t k = 0; k < pop->n_states; k++)
        n += (double)(pop->state[k].drift.n + pop->state[k].noise.n + pop->state[k].noise_slope.n);
    return OF_AN_OPERATION * n;
}

/* Kernels by circular convolution are computed for all targets at once, in memory of their own; targets of one total input have no work of
 * their own. */
static bool is_shared(const Plan *plan, size_t pop)
{
    const EigProblem *p = &plan->problem;
    if (!plan->general_why && plan_is_plain(p, pop))
        return false;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].post == pop && p->block[k].kind == EIG_BLOCK_KERNEL && p->block[k].circle)
            return false;
    return true;
}

static size_t in_tiles(double n)
{
    size_t tiles = (size_t)(n / EIG_TILE) + 1;
    return tiles * EIG_TILE;
}

/* A multiple of a tile. */
static size_t piece_of(const EigPop *pop, double work)
{
    double size = (double)pop->size;
    if (work * size < LEAST_WORK || pop->size <= EIG_TILE)
        return 0;
    double piece = WORK_OF_A_PIECE / work;
    if (piece > size / LEAST_PIECES)
        piece = size / LEAST_PIECES;
    return piece < LARGEST_PIECE - EIG_TILE ? in_tiles(piece) : LARGEST_PIECE;
}

void plan_share(Ctx *cx, Plan *plan)
{
    const EigProblem *p = &plan->problem;
    plan->piece_of_normals = eig_noise_from(p, p->n_pops, 0) < LEAST_NORMALS ? 0 : NORMALS_OF_A_PIECE;
    double *work = ARENA_ARRAY(&cx->arena, p->n_pops + 1, double);
    size_t *piece = ARENA_ARRAY(&cx->arena, p->n_pops + 1, size_t);
    plan->piece = piece;
    plan->piece_of_states = plan->general_why && eig_n_x(p) >= LEAST_STATES ? STATES_OF_A_PIECE : 0;
    if (plan->state == STATE_IN_REGISTERS || plan->recompute)
        return;
    for (size_t q = 0; q < p->n_pops; q++)
        work[q] = own_work(&p->pop[q]);
    for (size_t k = 0; k < p->n_blocks; k++)
        work[p->block[k].post] += block_work(p, &p->block[k]);
    for (size_t q = 0; q < p->n_pops; q++)
        piece[q] = is_shared(plan, q) ? piece_of(&p->pop[q], work[q]) : 0;
}
