/* A set is made of parts: each population, connection and record, and what is left. A part follows from the params that stand in it
 * (ModelMade). So where each part of a set stood in some set before, none has to be made again: the model is right, as every part is, and
 * its numbers are those of its parts. A sweep over several axes compiles little more than the sets of one axis, as long as no part depends
 * on all of them.
 *
 * What parts see of one another is the same in a family: the shape of the plan, and units and bare zeros, which have any unit. One thing
 * is seen of numbers themselves, in which order sums are added: that is asked for each set anew (compiler/plan/watch.h). There are no
 * families where more is seen: a method that depends on all time constants, proximal steps, of which a proof may go from one population to
 * another, and trials, whose seed is in all that is drawn; nor of neurons in memory, whose sets share arrays of weights. */
#include "compiler/driver/sweep/cells.h"

#include <string.h>

#include "compiler/plan/watch.h"
#include "runtime/layout.h"

enum { MOST_FAMILIES = 16, MOST_NUMBERS = 1 << 24 };

/* A part, by the values of its axes. */
typedef struct Cell {
    uint64_t axes;
    size_t stride[SURVEY_MAX_AXES], n_keys;     /* stride 0: the axis does not stand in it */
    size_t field, n_fields;     /* of the set's own numbers */
    size_t start, n_starts;     /* constants of starts */
    size_t x, n_x;              /* of the state */
    size_t width;               /* all three */
    double *kept;               /* by key */
    unsigned char *known;       /* by key: 1 once the numbers are there */
} Cell;

typedef struct Family Family;
struct Family {
    Arena arena;
    const Shape *shape;
    size_t n_made, n_blocks;
    ModelMade *made;            /* the whole, populations, connections, records */
    size_t *net_block, *conn;   /* by block */
    EigProblem problem;         /* of the shape, with the starts of the first set */
    double *number, *start;     /* of the first set: whatever is compared */
    size_t *number_of;          /* by field: its place in the row of the plan */
    size_t n_cells;
    Cell *cell;
    struct Family *next;
};

typedef struct Watched {
    const Family *of;
    PlanWatch watch;
    const double **last, **row; /* by cell: what stands in the watch, what is to */
} Watched;

struct CellReader {
    Arena arena;
    size_t n;
    Watched watched[MOST_FAMILIES];
};

/* ---- what is the same in a family ---- */

static size_t count_made(const Model *m)
{
    return 1 + m->pops.n + m->conns.n + m->sim.records.n;
}

static ModelMade made_at(const Model *m, size_t k)
{
    if (k-- == 0)
        return m->made;
    if (k < m->pops.n)
        return m->pops.at[k].made;
    k -= m->pops.n;
    return k < m->conns.n ? m->conns.at[k].made : m->sim.records.at[k - m->conns.n].made;
}

static size_t conn_of(const Plan *p, size_t block)
{
    return p->net->block[p->net_block[block]].conn;
}

static bool same_made(const Family *f, const Model *m)
{
    if (f->n_made != count_made(m))
        return false;
    for (size_t k = 0; k < f->n_made; k++)
        if (f->made[k].axes != made_at(m, k).axes || f->made[k].units != made_at(m, k).units)
            return false;
    return true;
}

static bool same_blocks(const Family *f, const Plan *p)
{
    for (size_t k = 0; k < f->n_blocks; k++)
        if (f->net_block[k] != p->net_block[k] || f->conn[k] != conn_of(p, k))
            return false;
    return f->n_blocks == p->problem.n_blocks;
}

static bool same_starts(const EigProblem *a, const EigProblem *b)
{
    for (size_t q = 0; q < a->n_pops; q++) {
        const EigCode *x = &a->pop[q].start, *y = &b->pop[q].start;
        if (x->n != y->n)
            return false;
        for (size_t k = 0; k < x->n; k++)
            if (x->op[k].kind != y->op[k].kind || (x->op[k].kind != EIG_OP_CONST && x->op[k].which != y->op[k].which))
                return false;
    }
    return true;
}

/* ---- whether there may be one ---- */

static bool starts_are_plain(const EigProblem *p)
{
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t k = 0; k < p->pop[q].start.n; k++) {
            uint8_t kind = p->pop[q].start.op[k].kind;
            if (kind != EIG_OP_CONST && kind != EIG_OP_VAR && kind != EIG_OP_CALL)
                return false;
        }
    return true;
}

static bool parts_are_apart(const Maker *m)
{
    const Model *model = m->c.model;
    const Plan *p = m->c.plan;
    bool apart = p->state == STATE_IN_REGISTERS && m->grid->n_axes == m->grid->n_params && (!model->sim.is_auto || model->sim.method == EIG_METHOD_RK4);
    for (size_t k = 0; k < model->pops.n; k++)
        apart &= !model->pops.at[k].prox_step && !model->pops.at[k].is_switched;
    return apart && p->problem.n_pops == model->pops.n && p->problem.n_records == model->sim.records.n && starts_are_plain(&p->problem);
}

/* ---- cells ---- */

static void set_axes(Cell *c, const Grid *g, uint64_t axes)
{
    c->axes = axes;
    c->n_keys = 1;
    for (size_t k = g->n_axes; k-- > 0;)
        if (axes >> k & 1) {
            c->stride[k] = c->n_keys;
            c->n_keys *= g->axis[k].n;
        }
}

/* The numbers of the row of the plan from..to that vary. */
static void set_fields(Cell *c, const Shape *s, size_t from, size_t to)
{
    for (size_t k = 0; k < from; k++)
        c->field += s->varies[k];
    for (size_t k = from; k < to; k++)
        c->n_fields += s->varies[k];
}

static size_t end_of(const PlanNumbers *p, const EigProblem *of, size_t block)
{
    return block + 1 < of->n_blocks ? p->block[block + 1] : of->n_records ? p->record[0] : p->n;
}

static void set_pops(Family *f, const Model *m, const Grid *g, const PlanNumbers *place)
{
    const EigProblem *p = &f->problem;
    size_t start = 0;
    for (size_t q = 0; q < p->n_pops; q++) {
        Cell *c = &f->cell[f->n_cells++];
        size_t end = q + 1 < p->n_pops ? place->pop[q + 1] : p->n_blocks ? place->block[0] : p->n_records ? place->record[0] : place->n;
        set_axes(c, g, m->made.axes | m->pops.at[q].made.axes);
        set_fields(c, f->shape, place->pop[q], end);
        c->start = start;
        start += c->n_starts = plan_code_numbers(&p->pop[q].start);
        c->x = eig_state_from(p, q);
        c->n_x = p->pop[q].size;
    }
}

/* What stands in no part, and was right for these values together, is a part without numbers. */
static void set_together(Family *f, const Model *m, const Grid *g)
{
    for (size_t k = 0; k < m->together.n; k++) {
        size_t j = 0;
        while (j < f->n_cells && m->together.at[k] & ~f->cell[j].axes)
            j++;
        if (j == f->n_cells)
            set_axes(&f->cell[f->n_cells++], g, m->together.at[k]);
    }
}

static void set_cells(Family *f, const Model *m, const Grid *g, const PlanNumbers *place)
{
    const EigProblem *p = &f->problem;
    f->cell = ARENA_ARRAY(&f->arena, p->n_pops + p->n_blocks + p->n_records + m->together.n + 1, Cell);
    set_pops(f, m, g, place);
    for (size_t k = 0; k < p->n_blocks; k++) {
        Cell *c = &f->cell[f->n_cells++];
        set_axes(c, g, m->made.axes | m->conns.at[f->conn[k]].made.axes);
        set_fields(c, f->shape, place->block[k], end_of(place, p, k));
    }
    for (size_t k = 0; k < p->n_records; k++) {
        Cell *c = &f->cell[f->n_cells++];
        set_axes(c, g, m->made.axes | m->sim.records.at[k].made.axes);
        set_fields(c, f->shape, place->record[k], k + 1 < p->n_records ? place->record[k + 1] : place->n);
    }
    set_together(f, m, g);
}

/* False where little would be known of a set, or too much kept. */
static bool make_room(Family *f, size_t n_sets)
{
    double n = 0;
    for (size_t k = 0; k < f->n_cells; k++) {
        Cell *c = &f->cell[k];
        c->width = c->n_fields + c->n_starts + c->n_x;
        n += (double)c->n_keys * (double)(c->width + 1);
        if (c->n_keys > n_sets / 2)
            return false;
    }
    for (size_t k = 0; k < f->n_cells && n <= MOST_NUMBERS; k++) {
        f->cell[k].kept = ARENA_ARRAY(&f->arena, f->cell[k].n_keys * f->cell[k].width + 1, double);
        f->cell[k].known = ARENA_ARRAY(&f->arena, f->cell[k].n_keys, unsigned char);
    }
    return n <= MOST_NUMBERS;
}

static size_t key_of(const Cell *c, const Grid *g, const size_t *index)
{
    size_t key = 0;
    for (size_t k = 0; k < g->n_axes; k++)
        key += c->stride[k] * index[k];
    return key;
}

/* ---- families ---- */

static EigCode copy_code(Arena *a, EigCode code)
{
    EigOp *op = ARENA_ARRAY(a, code.n + 1, EigOp);
    if (code.n)
        memcpy(op, code.op, code.n * sizeof *op);
    code.op = op;
    return code;
}

static double *read_starts(Arena *a, const EigProblem *p)
{
    size_t n = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        n += plan_code_numbers(&p->pop[q].start);
    double *start = ARENA_ARRAY(a, n + 1, double), *to = start;
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t k = 0; k < p->pop[q].start.n; k++)
            if (p->pop[q].start.op[k].kind == EIG_OP_CONST)
                *to++ = p->pop[q].start.op[k].value;
    return start;
}

/* The problem of the shape stays; but for starts it is that of the set, numbers apart. */
static void copy_problem(Family *f, const EigProblem *is)
{
    f->problem = f->shape->maker.c.plan->problem;
    EigPop *pop = ARENA_ARRAY(&f->arena, is->n_pops + 1, EigPop);
    for (size_t q = 0; q < is->n_pops; q++) {
        pop[q] = f->problem.pop[q];
        pop[q].start = copy_code(&f->arena, is->pop[q].start);
    }
    f->problem.pop = pop;
    f->start = read_starts(&f->arena, is);
}

static void copy_identity(Family *f, const Maker *m)
{
    const Plan *p = m->c.plan;
    f->n_made = count_made(m->c.model);
    f->made = ARENA_ARRAY(&f->arena, f->n_made, ModelMade);
    for (size_t k = 0; k < f->n_made; k++)
        f->made[k] = made_at(m->c.model, k);
    f->n_blocks = p->problem.n_blocks;
    f->net_block = ARENA_ARRAY(&f->arena, f->n_blocks + 1, size_t);
    f->conn = ARENA_ARRAY(&f->arena, f->n_blocks + 1, size_t);
    for (size_t k = 0; k < f->n_blocks; k++) {
        f->net_block[k] = p->net_block[k];
        f->conn[k] = conn_of(p, k);
    }
}

static void copy_numbers(Family *f, const double *numbers)
{
    const Shape *s = f->shape;
    f->number = ARENA_ARRAY(&f->arena, s->n_numbers + 1, double);
    f->number_of = ARENA_ARRAY(&f->arena, s->n_fields + 1, size_t);
    for (size_t k = 0, n = 0; k < s->n_numbers; k++) {
        f->number[k] = numbers[k];
        if (s->varies[k])
            f->number_of[n++] = k;
    }
}

/* NULL where there can be none. */
static Family *family_new(Shapes *s, const Shape *shape, const Maker *m, const double *numbers)
{
    Arena arena = { 0 };
    Family *f = ARENA_NEW(&arena, Family);
    PlanNumbers place;
    f->shape = shape;
    f->arena = arena;
    copy_problem(f, &m->c.plan->problem);
    copy_identity(f, m);
    copy_numbers(f, numbers);
    plan_numbers_place(&f->arena, shape->maker.c.plan, &place);
    set_cells(f, m->c.model, m->grid, &place);
    if (make_room(f, m->grid->n_sets)) {
        f->next = s->families;
        __atomic_store_n(&s->families, f, __ATOMIC_RELEASE);
        return f;
    }
    arena = f->arena;
    arena_free(&arena);
    return NULL;
}

static Family *family_of(Shapes *s, const Shape *shape, const Maker *m, const double *numbers)
{
    size_t n = 0;
    Family *f = s->families;
    for (; f; f = f->next, n++)
        if (f->shape == shape && same_blocks(f, m->c.plan) && same_made(f, m->c.model) && same_starts(&f->problem, &m->c.plan->problem))
            return f;
    f = n < MOST_FAMILIES && parts_are_apart(m) ? family_new(s, shape, m, numbers) : NULL;
    s->no_families |= !f && n == 0;
    return f;
}

/* A part that was known is what it was. */
static void keep_part(Cell *c, size_t key, const SetNumbers *is, const double *start)
{
    const struct { const double *from; size_t n; } piece[3] = { { is->own + c->field, c->n_fields }, { start + c->start, c->n_starts }, { is->x + c->x, c->n_x } };
    double *kept = c->kept + key * c->width;
    for (int k = 0; k < 3; kept += piece[k++].n) {
        if (c->known[key] && memcmp(kept, piece[k].from, piece[k].n * sizeof *kept) != 0)
            BUG("a part of a set depends on more than the axes that stand in it");
        if (!c->known[key])
            memcpy(kept, piece[k].from, piece[k].n * sizeof *kept);
    }
    __atomic_store_n(&c->known[key], 1, __ATOMIC_RELEASE);
}

void cells_keep(Shapes *s, const Maker *m, size_t set, const double *numbers, const SetNumbers *is)
{
    Arena room = { 0 };
    size_t index[SURVEY_MAX_AXES];
    for (size_t k = 0; k < m->grid->n_axes; k++)
        index[k] = grid_index(m->grid, set, k);
    pthread_mutex_lock(&s->lock);
    Family *f = s->no_families ? NULL : family_of(s, is->shape, m, numbers);
    const double *start = read_starts(&room, &m->c.plan->problem);
    for (size_t k = 0; f && k < f->n_cells; k++)
        keep_part(&f->cell[k], key_of(&f->cell[k], m->grid, index), is, start);
    pthread_mutex_unlock(&s->lock);
    arena_free(&room);
}

void cells_free(Shapes *s)
{
    for (Family *f = s->families, *next; f; f = next) {
        Arena arena = f->arena;
        next = f->next;
        arena_free(&arena);
    }
}

/* ---- sets ---- */

static Watched *watched_of(CellReader **reader, const Family *f)
{
    if (!*reader) {
        Arena arena = { 0 };
        CellReader *new = ARENA_NEW(&arena, CellReader);
        new->arena = arena;
        *reader = new;
    }
    CellReader *r = *reader;
    for (size_t k = 0; k < r->n; k++)
        if (r->watched[k].of == f)
            return &r->watched[k];
    Watched *w = &r->watched[r->n++];
    *w = (Watched){ .of = f, .last = ARENA_ARRAY(&r->arena, f->n_cells + 1, const double *),
                    .row = ARENA_ARRAY(&r->arena, f->n_cells + 1, const double *) };
    plan_watch(&r->arena, f->shape->maker.c.plan, &f->problem, &w->watch);
    for (size_t k = 0; k < f->shape->n_numbers; k++)
        if (w->watch.number[k])
            *w->watch.number[k] = f->number[k];
    for (size_t k = 0; k < w->watch.n_starts; k++)
        *w->watch.start[k] = f->start[k];
    plan_watch_begin(&r->arena, &w->watch);
    return w;
}

static void watch_part(Watched *w, size_t cell)
{
    const Family *f = w->of;
    const Cell *c = &f->cell[cell];
    const double *row = w->row[cell];
    if (w->last[cell] == row)
        return;
    w->last[cell] = row;
    for (size_t k = 0; k < c->n_fields; k++) {
        double *at = w->watch.number[f->number_of[c->field + k]];
        if (at)
            *at = row[k];
    }
    for (size_t k = 0; k < c->n_starts; k++)
        *w->watch.start[c->start + k] = row[c->n_fields + k];
}

static bool all_known(Watched *w, const Grid *g, const size_t *index)
{
    const Family *f = w->of;
    for (size_t k = 0; k < f->n_cells; k++) {
        const Cell *c = &f->cell[k];
        size_t key = key_of(c, g, index);
        if (!__atomic_load_n(&c->known[key], __ATOMIC_ACQUIRE))
            return false;
        w->row[k] = c->kept + key * c->width;
    }
    return true;
}

static void put_together(const Family *f, const double *const *row, Arena *room, SetNumbers *out)
{
    double *x = ARENA_ARRAY(room, f->problem.n + f->shape->n_fields + 1, double), *own = x + f->problem.n;
    for (size_t k = 0; k < f->n_cells; k++) {
        const Cell *c = &f->cell[k];
        memcpy(own + c->field, row[k], c->n_fields * sizeof *own);
        memcpy(x + c->x, row[k] + c->n_fields + c->n_starts, c->n_x * sizeof *x);
    }
    *out = (SetNumbers){ f->shape, x, own };
}

bool cells_find(Shapes *s, CellReader **reader, const Grid *g, size_t set, Arena *room, SetNumbers *out)
{
    size_t index[SURVEY_MAX_AXES];
    const Family *f = __atomic_load_n(&s->families, __ATOMIC_ACQUIRE);
    for (size_t k = g->n_axes; f && k-- > 0; set /= g->axis[k].n)
        index[k] = set % g->axis[k].n;
    for (; f; f = f->next) {
        Watched *w = watched_of(reader, f);
        if (!all_known(w, g, index))
            continue;
        for (size_t k = 0; k < f->n_cells; k++)
            watch_part(w, k);
        if (!plan_watch_holds(&w->watch))
            continue;
        put_together(f, w->row, room, out);
        return true;
    }
    return false;
}

void cells_reader_free(CellReader *r)
{
    if (!r)
        return;
    Arena arena = r->arena;
    arena_free(&arena);
}
