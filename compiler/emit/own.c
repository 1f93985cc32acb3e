/* The numbers of populations, and of solves, that are computed alike: one
 * function serves all of a group and reads what differs from a row of a
 * constant table; what is the same in all stands in the code. So a network of
 * many copies of a circuit, each with numbers of its own, grows by data. */
#include <stdio.h>
#include <string.h>

#include "compiler/emit/parts.h"

void own_push_f64(const Emit *e, OwnNumbers *list, double value)
{
    OwnNumber n = { .real = value };
    vec_push(&e->cx->arena, list, n);
}

void own_push_i64(const Emit *e, OwnNumbers *list, uint64_t value)
{
    OwnNumber n = { .is_integer = true, .integer = value };
    vec_push(&e->cx->arena, list, n);
}

/* To the bit: 0 and -0 are two numbers. */
static bool same_number(const OwnNumber *a, const OwnNumber *b)
{
    return a->is_integer ? a->integer == b->integer : memcmp(&a->real, &b->real, sizeof a->real) == 0;
}

bool own_same(const OwnNumbers *a, const OwnNumbers *b)
{
    for (size_t k = 0; k < a->n; k++)
        if (!same_number(&a->at[k], &b->at[k]))
            return false;
    return true;
}

static Val literal(const Ll *ll, const OwnNumber *n)
{
    return n->is_integer ? ll_i64(ll, n->integer) : LLVMConstReal(ll->f64, n->real);
}

static bool is_same_in_all(const OwnNumbers *row, size_t n_rows, size_t k)
{
    for (size_t r = 1; r < n_rows; r++)
        if (!same_number(&row[0].at[k], &row[r].at[k]))
            return false;
    return true;
}

OwnTable own_table(const Emit *e, const char *name, const OwnNumbers *row, size_t n_rows)
{
    const Ll *ll = e->ll;
    Arena *a = &e->cx->arena;
    size_t n = row[0].n;
    OwnTable t = { .first = row[0].at, .field = ARENA_ARRAY(a, n + 1, int) };
    LLVMTypeRef *type = ARENA_ARRAY(a, n + 1, LLVMTypeRef);
    Val *value = ARENA_ARRAY(a, n + 1, Val), *rows = ARENA_ARRAY(a, n_rows + 1, Val);
    size_t *number = ARENA_ARRAY(a, n + 1, size_t);
    for (size_t k = 0; k < n; k++) {
        t.field[k] = is_same_in_all(row, n_rows, k) ? -1 : (int)t.n_fields;
        if (t.field[k] < 0)
            continue;
        number[t.n_fields] = k;
        type[t.n_fields++] = row[0].at[k].is_integer ? ll->i64 : ll->f64;
    }
    if (!t.n_fields)
        return t;
    t.type = LLVMStructTypeInContext(ll->context, type, (unsigned)t.n_fields, 0);
    for (size_t r = 0; r < n_rows; r++) {
        for (size_t f = 0; f < t.n_fields; f++)
            value[f] = literal(ll, &row[r].at[number[f]]);
        rows[r] = LLVMConstStructInContext(ll->context, value, (unsigned)t.n_fields, 0);
    }
    t.rows = LLVMAddGlobal(ll->module, LLVMArrayType2(t.type, n_rows), name);
    LLVMSetInitializer(t.rows, LLVMConstArray2(t.type, rows, n_rows));
    LLVMSetGlobalConstant(t.rows, 1);
    LLVMSetLinkage(t.rows, LLVMPrivateLinkage);
    return t;
}

Val own_row(const Emit *e, const OwnTable *t, Val row)
{
    return t->n_fields ? ll_at(e->ll, t->type, t->rows, row) : NULL;
}

/* A number of the row, loaded once at the entry of the function, which its loops are all behind, unless they are over rows. */
static Val number(const Emit *e, const Own *own, size_t k)
{
    const Ll *ll = e->ll;
    const OwnTable *t = own->table;
    k += own->from;
    if (t->field[k] < 0)
        return literal(ll, &t->first[k]);
    LLVMBasicBlockRef here = own->in_loop ? LLVMGetInsertBlock(ll->builder) : ll_entry_begin(ll);
    if (t->by_lane) {
        Val lanes = ll_load(ll, ll_of_lanes(ll, ll->f64), ll_at(ll, ll->f64, own->row, ll_i64(ll, (uint64_t)t->field[k] * ll->lanes)));
        ll_entry_end(ll, here);
        return lanes;
    }
    Val at = LLVMBuildStructGEP2(ll->builder, t->type, own->row, (unsigned)t->field[k], "");
    Val value = ll_load(ll, t->first[k].is_integer ? ll->i64 : ll->f64, at);
    ll_entry_end(ll, here);
    return value;
}

Val own_i64(const Emit *e, const Own *own, size_t k)
{
    return number(e, own, k);
}

Val own_f64(const Emit *e, const Own *own, size_t k)
{
    Val value = number(e, own, k);
    if (!e->ll->lanes || (own->table->by_lane && own->table->field[own->from + k] >= 0))
        return value;
    return LLVMIsConstant(value) ? ll_f64(e->ll, own->table->first[own->from + k].real) : ll_splat(e->ll, value, e->ll->lanes);
}

Val constant(const Emit *e, double value, size_t number)
{
    return e->sets ? own_f64(e, e->sets, number) : ll_f64(e->ll, value);
}

Own own_after(const Own *own, size_t n)
{
    return (Own){ own->table, own->row, own->from + n, own->in_loop };
}

Own own_literals(const Emit *e, OwnNumbers numbers)
{
    OwnTable *t = ARENA_NEW(&e->cx->arena, OwnTable);
    *t = own_table(e, "", &numbers, 1);
    return (Own){ .table = t };
}

/* ---- groups ---- */

static Group *group_of(Groups *groups, const Emit *e, size_t item, const GroupRule *rule)
{
    for (size_t g = 0; g < groups->n; g++)
        if (rule->same_shape(e, groups->at[g].member.at[0], item))
            return &groups->at[g];
    Group made = { .function.value = NULL };
    vec_push(&e->cx->arena, groups, made);
    return &groups->at[groups->n - 1];
}

Groups groups_of(const Emit *e, const GroupRule *rule, size_t n)
{
    Groups groups = { 0 };
    for (size_t k = 0; k < n; k++) {
        if (!rule->belongs(e, k))
            continue;
        Group *g = group_of(&groups, e, k, rule);
        vec_push(&e->cx->arena, &g->member, k);
    }
    for (size_t g = 0; g < groups.n; g++) {
        Group *group = &groups.at[g];
        OwnNumbers *row = ARENA_ARRAY(&e->cx->arena, group->member.n, OwnNumbers);
        for (size_t k = 0; k < group->member.n; k++)
            rule->numbers(e, group->member.at[k], &row[k]);
        char name[64];
        snprintf(name, sizeof name, "own_%s_%zu", rule->name, group->member.at[0]);
        group->own = own_table(e, name, row, group->member.n);
    }
    return groups;
}

size_t group_largest_size(const Emit *e, const Group *g)
{
    size_t largest = 0;
    for (size_t k = 0; k < g->member.n; k++)
        if (e->p->pop[g->member.at[k]].size > largest)
            largest = e->p->pop[g->member.at[k]].size;
    return largest;
}

Own group_own(const Emit *e, const Group *g, Val row)
{
    return (Own){ &g->own, row ? own_row(e, &g->own, row) : NULL, 0, false };
}

static void body_function(Emit *e, const GroupRule *rule, GroupBody *body, Group *g, LLVMTypeRef type, const char *names)
{
    LLVMTypeRef params[LL_MAX_PARAMS];
    unsigned n = LLVMCountParamTypes(type);
    char name[64], all[64];
    LLVMGetParamTypes(type, params);
    params[n] = e->ll->i64;
    snprintf(name, sizeof name, "%s_%zu", rule->name, g->member.at[0]);
    snprintf(all, sizeof all, "%s row", names);
    g->function = ll_function(e->ll, name, false, e->ll->none, params, all);
    ll_param_attribute(e->ll, g->function.value, 0, "readonly");
    Own own = group_own(e, g, g->function.param[n]);
    body(e, g->member.at[0], &own, g->function.param);
    LLVMBuildRetVoid(e->ll->builder);
}

LlFunction groups_function(Emit *e, const GroupRule *rule, GroupBody *body, size_t n_items, const char *name, LLVMTypeRef *params,
                           const char *names)
{
    Ll *ll = e->ll;
    Groups groups = groups_of(e, rule, n_items);
    unsigned n = 1;
    for (const char *c = names; *c; c++)
        n += *c == ' ';
    LLVMTypeRef type = LLVMFunctionType(ll->none, params, n, 0);
    for (size_t g = 0; g < groups.n; g++)
        if (groups.at[g].member.n > 1)
            body_function(e, rule, body, &groups.at[g], type, names);
    LlFunction f = ll_function(ll, name, false, ll->none, params, names);
    ll_param_attribute(ll, f.value, 0, "readonly");
    for (size_t g = 0; g < groups.n; g++) {
        Own own = group_own(e, &groups.at[g], NULL);
        if (groups.at[g].member.n > 1)
            group_call(e, &groups.at[g], f.param, n);
        else
            body(e, groups.at[g].member.at[0], &own, f.param);
    }
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* The function's last parameter is the row where the group has more than one. */
void group_call(const Emit *e, const Group *g, const Val *args, unsigned n)
{
    Ll *ll = e->ll;
    Val all[LL_MAX_PARAMS];
    memcpy(all, args, n * sizeof *all);
    if (g->member.n == 1) {
        ll_call(ll, &g->function, all, n);
        return;
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, g->member.n), 1, 0, NULL);
    all[n] = loop.index;
    ll_call(ll, &g->function, all, n + 1);
    ll_loop_end(ll, &loop);
}

/* ---- shapes of programs ---- */

static bool same_op(const Emit *e, const EigCode *a, const EigCode *b, size_t k)
{
    const EigOp *x = &a->op[k], *y = &b->op[k];
    if (x->kind != y->kind)
        return false;
    if (x->kind == EIG_OP_SOLVE)
        return solve_group_of(e, &a->solve[x->which]) == solve_group_of(e, &b->solve[y->which]);
    if (x->kind != EIG_OP_CONST)
        return x->kind == EIG_OP_SAMPLES || x->which == y->which;
    bool is_count = plan_is_factor_count(a, k);
    return is_count == plan_is_factor_count(b, k) && (!is_count || x->value == y->value);
}

bool code_same_shape(const Emit *e, const EigCode *a, const EigCode *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!same_op(e, a, b, k))
            return false;
    return true;
}

void code_numbers(const Emit *e, const EigCode *code, OwnNumbers *out)
{
    for (size_t k = 0; k < code->n; k++) {
        if (code->op[k].kind == EIG_OP_CONST)
            own_push_f64(e, out, code->op[k].value);
        else if (code->op[k].kind == EIG_OP_SAMPLES)
            own_push_i64(e, out, code->op[k].which);
        else if (code->op[k].kind == EIG_OP_SOLVE)
            own_push_i64(e, out, solve_row_of(e, &code->solve[code->op[k].which]));
    }
}

size_t code_n_numbers(const EigCode *code)
{
    size_t n = 0;
    for (size_t k = 0; k < code->n; k++)
        n += code->op[k].kind == EIG_OP_CONST || code->op[k].kind == EIG_OP_SAMPLES || code->op[k].kind == EIG_OP_SOLVE;
    return n;
}
