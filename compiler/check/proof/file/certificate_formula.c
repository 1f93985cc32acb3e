/* What a param of ranges is of the model's own params, in certificate files: a number, the place of an own param, or an object with
 * one key that says what is made of its parts. */
#include "compiler/check/proof/file/certificate_parts.h"

#include <string.h>

/* ---- writing ---- */

static void put_list(Sbuf *out, const RangeFormula *f, const char *key)
{
    sbuf_printf(out, "{\"%s\": [", key);
    for (size_t k = 0; k < f->n; k++) {
        sbuf_str(out, k ? ", " : "");
        certificate_put_formula(out, f->part[k]);
    }
    sbuf_str(out, "]}");
}

void certificate_put_formula(Sbuf *out, const RangeFormula *f)
{
    switch (f->kind) {
    case FORMULA_NUMBER:
        certificate_put_number(out, f->number);
        break;
    case FORMULA_PARAM:
        sbuf_printf(out, "%zu", f->param);
        break;
    case FORMULA_POWER:
        sbuf_str(out, "{\"power\": [");
        certificate_put_formula(out, f->part[0]);
        sbuf_printf(out, ", %d]}", f->exponent);
        break;
    case FORMULA_FUNCTION:
        sbuf_printf(out, "{\"%s\": ", formula_function_name(f->function));
        certificate_put_formula(out, f->part[0]);
        sbuf_char(out, '}');
        break;
    default:
        put_list(out, f, f->kind == FORMULA_SUM ? "sum" : "product");
    }
}

/* ---- reading ---- */

static bool read(Reader *r, const json_t *value, size_t n_own, int depth, RangeFormula **out);

static bool read_list(Reader *r, const json_t *list, FormulaKind kind, size_t n_own, int depth, RangeFormula **out)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > FORMULA_MAX_PARTS)
        return reader_refuse(r, "a sum or product is not a list of one to %d parts", FORMULA_MAX_PARTS);
    *out = formula_new(r->cx, kind, n);
    for (size_t k = 0; k < n; k++) {
        (*out)->n = k + 1;
        (*out)->part[k] = NULL;
        if (!read(r, json_array_get(list, k), n_own, depth + 1, &(*out)->part[k]))
            return false;
    }
    return true;
}

static bool read_one(Reader *r, const json_t *value, FormulaKind kind, size_t n_own, int depth, RangeFormula **out)
{
    *out = formula_new(r->cx, kind, 1);
    (*out)->n = 1;
    (*out)->part[0] = NULL;
    return read(r, value, n_own, depth + 1, &(*out)->part[0]);
}

static bool read_power(Reader *r, const json_t *list, size_t n_own, int depth, RangeFormula **out)
{
    const json_t *exponent = json_array_get(list, 1);
    json_int_t e = json_integer_value(exponent);
    if (!reader_array(r, list, "\"power\"", 2))
        return false;
    if (!json_is_integer(exponent) || e == 0 || e > FORMULA_MAX_EXPONENT || e < -FORMULA_MAX_EXPONENT)
        return reader_refuse(r, "the exponent of a power is not an integer from 1 to %d in size", FORMULA_MAX_EXPONENT);
    if (!read_one(r, json_array_get(list, 0), FORMULA_POWER, n_own, depth, out))
        return false;
    (*out)->exponent = (int)e;
    return true;
}

static bool read_object(Reader *r, const json_t *object, size_t n_own, int depth, RangeFormula **out)
{
    void *at = json_object_iter((json_t *)object);
    const char *key = at ? json_object_iter_key(at) : "";
    const json_t *value = at ? json_object_iter_value(at) : NULL;
    if (json_object_size(object) != 1)
        return reader_refuse(r, "what a param is of own ones has not one key");
    if (strcmp(key, "sum") == 0 || strcmp(key, "product") == 0)
        return read_list(r, value, strcmp(key, "sum") == 0 ? FORMULA_SUM : FORMULA_PRODUCT, n_own, depth, out);
    if (strcmp(key, "power") == 0)
        return read_power(r, value, n_own, depth, out);
    int function = formula_function(key);
    if (function < 0)
        return reader_refuse(r, "\"%.40s\" is no function of which a param is made", key);
    if (!read_one(r, value, FORMULA_FUNCTION, n_own, depth, out))
        return false;
    (*out)->function = function;
    return true;
}

static bool read(Reader *r, const json_t *value, size_t n_own, int depth, RangeFormula **out)
{
    if (depth > FORMULA_MAX_DEPTH)
        return reader_refuse(r, "what a param is of own ones is nested too deep");
    if (json_is_object(value))
        return read_object(r, value, n_own, depth, out);
    *out = formula_new(r->cx, json_is_integer(value) ? FORMULA_PARAM : FORMULA_NUMBER, 0);
    return json_is_integer(value) ? reader_count(r, value, "an own param", 0, n_own - 1, &(*out)->param)
                                  : reader_number(r, value, "what a param is of own ones", (*out)->number);
}

bool reader_formula(Reader *r, const json_t *value, size_t n_own, RangeFormula **out)
{
    if (!read(r, value, n_own, 1, out))
        return false;
    return formula_is_small(*out) || reader_refuse(r, "what a param is of own ones has numbers that are longer than those of %d factors", FORMULA_MAX_DEGREE);
}
