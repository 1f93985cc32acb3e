#include <string.h>

#include "compiler/driver/sweep/sweep.h"

enum { MOST_SETS = 1 << 30 };

/* The number, and the unit behind it; false when it is none. */
static bool read_end(Ctx *cx, NumPool *nums, const char *s, size_t n, Num *value, const char **unit)
{
    size_t digits = 0;
    while (n && (*s == ' ' || *s == '\t'))
        s++, n--;
    while (digits < n && (strchr("0123456789.+-/", s[digits]) ||
                          ((s[digits] == 'e' || s[digits] == 'E') && digits + 1 < n && strchr("0123456789+-", s[digits + 1]))))
        digits++;
    const char *rest = s + digits;
    size_t left = n - digits;
    while (left && (*rest == ' ' || *rest == '\t'))
        rest++, left--;
    *unit = arena_strndup(&cx->arena, rest, left);
    return num_parse(nums, s, digits, value);
}

static const char *with_unit(Ctx *cx, Num value, const char *unit)
{
    return arena_printf(&cx->arena, "%s%s%s", num_text(cx, value), *unit ? " " : "", unit);
}

static bool wrong(Ctx *cx, const Setting *over, const char *what)
{
    Diag *d = diag_nowhere(cx, D_E0404, "--over %s=%s: %s", over->name, over->value, what);
    diag_help(cx, d, "write --over %s=LO:HI:N, N values from LO to HI, or --over %s=A,B,...; a unit stands behind the number, as in "
                     "--over 'tau=5 ms:20 ms:4'", over->name, over->name);
    return false;
}

/* LO:HI:N */
static bool read_steps(Ctx *cx, NumPool *nums, const Setting *over, GridAxis *out)
{
    const char *to = strchr(over->value, ':') + 1, *count = strchr(to, ':');
    Num lo, hi, n;
    const char *unit, *unit_hi, *unit_n;
    if (!count)
        return wrong(cx, over, "the number of values is missing");
    if (!read_end(cx, nums, over->value, (size_t)(to - 1 - over->value), &lo, &unit) ||
        !read_end(cx, nums, to, (size_t)(count - to), &hi, &unit_hi))
        return wrong(cx, over, "an end is not a number with a unit");
    if (!read_end(cx, nums, count + 1, strlen(count + 1), &n, &unit_n) || *unit_n || mpz_cmp_ui(mpq_denref(n), 1) != 0 ||
        mpq_cmp_si(n, 2, 1) < 0 || mpq_cmp_si(n, MOST_SETS, 1) > 0)
        return wrong(cx, over, "the number of values is a whole number from 2 on");
    if (mpq_sgn(lo) == 0 && !*unit)
        unit = unit_hi;
    if (mpq_sgn(hi) == 0 && !*unit_hi)
        unit_hi = unit;
    if (strcmp(unit, unit_hi) != 0)
        return wrong(cx, over, "both ends have one unit");
    if (mpq_cmp(lo, hi) >= 0)
        return wrong(cx, over, "the lower end comes first");
    out->n = mpz_get_ui(mpq_numref(n));
    out->text = ARENA_ARRAY(&cx->arena, out->n, const char *);
    out->number = ARENA_ARRAY(&cx->arena, out->n, Num);
    for (size_t k = 0; k < out->n; k++) {
        mpq_ptr value = num_new(nums);
        mpq_sub(value, hi, lo);
        mpq_mul(value, value, num_ratio(nums, (long)k, out->n - 1));
        mpq_add(value, value, lo);
        out->number[k] = value;
        out->text[k] = with_unit(cx, value, unit);
    }
    return true;
}

/* A,B,... */
static bool read_list(Ctx *cx, NumPool *nums, const Setting *over, GridAxis *out)
{
    VEC(const char *) values = { 0 };
    VEC(Num) numbers = { 0 };
    const char *first = NULL;   /* the unit */
    for (const char *s = over->value;; s++) {
        size_t n = strcspn(s, ",");
        Num value;
        const char *unit;
        if (!read_end(cx, nums, s, n, &value, &unit))
            return wrong(cx, over, "a value is not a number with a unit");
        bool has_unit = *unit || mpq_sgn(value) != 0;
        if (has_unit && first && strcmp(unit, first) != 0)
            return wrong(cx, over, "all values have one unit");
        first = has_unit ? unit : first;
        vec_push(&cx->arena, &values, with_unit(cx, value, unit));
        vec_push(&cx->arena, &numbers, value);
        s += n;
        if (!*s)
            break;
    }
    out->n = values.n;
    out->text = values.at;
    out->number = numbers.at;
    return true;
}

static bool read_axis(Ctx *cx, NumPool *nums, const Options *o, size_t k, Grid *g)
{
    const Setting *over = &o->over[k];
    g->axis[k].name = over->name;
    for (size_t j = 0; j < k; j++)
        if (strcmp(o->over[j].name, over->name) == 0)
            return wrong(cx, over, "this param has an axis already");
    for (size_t j = 0; j < o->n_set; j++)
        if (strcmp(o->set[j].name, over->name) == 0)
            return wrong(cx, over, "--set gives this param one value");
    if (o->trials && strcmp(over->name, "trial") == 0)
        return wrong(cx, over, "`trial` is the axis of --trials");
    return (strchr(over->value, ':') ? read_steps : read_list)(cx, nums, over, &g->axis[k]);
}

static void add_trials(Ctx *cx, NumPool *nums, unsigned n, GridAxis *out)
{
    *out = (GridAxis){ .name = "trial", .n = n, .text = ARENA_ARRAY(&cx->arena, n, const char *), .number = ARENA_ARRAY(&cx->arena, n, Num) };
    for (unsigned k = 0; k < n; k++) {
        out->text[k] = arena_printf(&cx->arena, "%u", k);
        out->number[k] = num_int(nums, (long)k);
    }
}

/* Each axis has at most 2^30 values, and so have those before it together: no product overflows. */
static bool count_sets(Ctx *cx, Grid *g)
{
    g->n_sets = 1;
    for (size_t k = 0; k < g->n_axes; k++) {
        g->n_sets *= g->axis[k].n;
        if (g->n_sets > MOST_SETS) {
            diag_help(cx, diag_nowhere(cx, D_E0404, "these are more than 2^30 sets in all"), "take fewer values, or several sweeps");
            return false;
        }
    }
    return true;
}

bool grid_read(Ctx *cx, NumPool *nums, const Options *o, Grid *out)
{
    bool ok = true;
    *out = (Grid){ .n_params = o->n_over };
    for (; out->n_axes < o->n_over; out->n_axes++)
        ok = read_axis(cx, nums, o, out->n_axes, out) && ok;
    if (o->trials)
        add_trials(cx, nums, o->trials, &out->axis[out->n_axes++]);
    return ok && count_sets(cx, out);
}

size_t grid_trial(const Grid *g, size_t set)
{
    return g->n_params < g->n_axes ? grid_index(g, set, g->n_params) : 0;
}

size_t grid_index(const Grid *g, size_t set, size_t axis)
{
    for (size_t k = g->n_axes; k-- > axis + 1;)
        set /= g->axis[k].n;
    return set % g->axis[axis].n;
}

const char *grid_set_text(Ctx *cx, const Grid *g, size_t set)
{
    const char *text = "";
    for (size_t k = 0; k < g->n_axes; k++)
        text = arena_printf(&cx->arena, "%s%s%s = %s", text, k ? ", " : "", g->axis[k].name, g->axis[k].text[grid_index(g, set, k)]);
    return text;
}
