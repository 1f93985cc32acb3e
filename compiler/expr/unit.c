#include "compiler/expr/unit.h"

#include <string.h>
#include <strings.h>

#include "runtime/expr.h"

const Unit UNIT_NONE = { { 0 } };

typedef struct UnitRow {
    const char *name, *scale;
    int power[DIM_N];
} UnitRow;

static const UnitRow unit_row[] = {
#define UNIT(name, scale, time, voltage, current, length, angle) \
    { name, scale, { time, voltage, current, length, angle, 0 } },
#include "compiler/expr/unit.def"
#undef UNIT
};
enum { N_UNITS = sizeof unit_row / sizeof *unit_row };

static const char *const dim_name[DIM_N] = { "ms", "mV", "nA", "um", "rad", "?" };

Unit unit_mul(Unit a, Unit b)
{
    for (int d = 0; d < DIM_N; d++)
        a.twice[d] += b.twice[d];
    return a;
}

Unit unit_div(Unit a, Unit b)
{
    for (int d = 0; d < DIM_N; d++)
        a.twice[d] -= b.twice[d];
    return a;
}

Unit unit_pow(Unit a, int times, int over)
{
    for (int d = 0; d < DIM_N; d++)
        a.twice[d] = a.twice[d] * times / over;
    return a;
}

bool unit_equal(Unit a, Unit b)
{
    return memcmp(a.twice, b.twice, sizeof a.twice) == 0;
}

bool unit_is_none(Unit a)
{
    return unit_equal(a, UNIT_NONE);
}

/* "ms", "ms^2", "sqrt(ms)", "sqrt(ms^3)" */
static void print_factor(const char *name, int twice, Sbuf *out)
{
    if (twice == 2)
        sbuf_str(out, name);
    else if (twice % 2 == 0)
        sbuf_printf(out, "%s^%d", name, twice / 2);
    else if (twice == 1)
        sbuf_printf(out, "sqrt(%s)", name);
    else
        sbuf_printf(out, "sqrt(%s^%d)", name, twice);
}

void unit_print(Unit a, Sbuf *out)
{
    size_t before = out->n;
    for (int d = 0; d < DIM_N; d++)
        if (a.twice[d] > 0) {
            sbuf_str(out, out->n > before ? " " : "");
            print_factor(dim_name[d], a.twice[d], out);
        }
    for (int d = 0; d < DIM_N; d++)
        if (a.twice[d] < 0) {
            sbuf_str(out, out->n > before ? " per " : "per ");
            print_factor(dim_name[d], -a.twice[d], out);
        }
    if (out->n == before)
        sbuf_str(out, "pure number");
}

const char *unit_text(Ctx *cx, Unit a)
{
    Sbuf s = { 0 };
    unit_print(a, &s);
    const char *text = arena_strdup(&cx->arena, sbuf_text(&s));
    sbuf_free(&s);
    return text;
}

static const UnitRow *find_unit(const char *name)
{
    for (int k = 0; k < N_UNITS; k++)
        if (strcmp(unit_row[k].name, name) == 0)
            return &unit_row[k];
    return NULL;
}

bool unit_known(const char *name)
{
    return find_unit(name) != NULL;
}

/* How units are written elsewhere. */
static const char *spelled_out(const char *name)
{
    static const char *const pair[][2] = {
        { "sec", "s" }, { "secs", "s" }, { "second", "s" }, { "seconds", "s" }, { "msec", "ms" }, { "usec", "us" },
        { "millisecond", "ms" }, { "milliseconds", "ms" }, { "hour", "h" }, { "hours", "h" }, { "minutes", "min" },
        { "volt", "V" }, { "volts", "V" }, { "millivolt", "mV" }, { "millivolts", "mV" }, { "hertz", "Hz" },
        { "degree", "deg" }, { "degrees", "deg" }, { "radian", "rad" }, { "radians", "rad" },
    };
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++)
        if (strcasecmp(pair[k][0], name) == 0)
            return pair[k][1];
    for (size_t k = 0; k < N_UNITS; k++)
        if (strcasecmp(unit_row[k].name, name) == 0)
            return unit_row[k].name;
    return NULL;
}

static void report_unknown(Ctx *cx, const AstUnitFactor *f)
{
    const char *names[N_UNITS];
    for (int k = 0; k < N_UNITS; k++)
        names[k] = unit_row[k].name;
    Diag *d = diag_at(cx, D_E0302, f->span, "there is no unit `%s`", f->name);
    const char *near = spelled_out(f->name);
    if (!near)
        near = diag_nearest(f->name, names, N_UNITS);
    if (near)
        diag_help(cx, d, "did you mean `%s`?", near);
    else
        diag_help(cx, d, "units are ms, s, Hz, mV, nA, um, rad, MOhm, nS, pF and their relatives");
}

/* scale^(twice/2), which is irrational for odd powers of some units and then
 * the nearest double. */
static Num scale_power(NumPool *pool, const UnitRow *row, int twice)
{
    Num base, power;
    if (!num_parse(pool, row->scale, strlen(row->scale), &base))
        BUG("scale of `%s`", row->name);
    Num args[2] = { base, num_ratio(pool, twice, 2) };
    return num_apply(pool, EIG_FN_POW, 2, args, &power) ? power : NULL;
}

enum { MAX_POWER = 64 };        /* of a written factor, times two */

bool unit_from_ast(Ctx *cx, NumPool *pool, const AstUnit *written, Unit *unit, Num *scale)
{
    *unit = UNIT_NONE;
    *scale = num_int(pool, 1);
    for (size_t k = 0; k < written->n; k++) {
        const AstUnitFactor *f = &written->at[k];
        const UnitRow *row = find_unit(f->name);
        if (!row) {
            report_unknown(cx, f);
            return false;
        }
        bool sane = f->power_times_2 >= -MAX_POWER && f->power_times_2 <= MAX_POWER && k < MAX_POWER;
        Num factor = sane ? scale_power(pool, row, f->power_times_2) : NULL;
        if (!factor) {
            diag_at(cx, D_E0302, f->span, "the power of `%s` is too large for a unit", f->name);
            return false;
        }
        for (int d = 0; d < DIM_N; d++)
            unit->twice[d] += row->power[d] * f->power_times_2;
        mpq_ptr product = num_new(pool);
        mpq_mul(product, *scale, factor);
        *scale = product;
    }
    return true;
}
