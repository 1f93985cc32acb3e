/* What is refuted over ranges of params, in certificate files: values in the ranges, and a proof that the network there is not
 * diagonally stable. Such a proof is one of a file of its own; which matrix the model has there is for a comparison with it. */
#include "compiler/check/proof/file/certificate_parts.h"

#include <string.h>

#include "compiler/check/proof/verify_matrix.h"

void refuted_ranges_init(Ctx *cx, RefutedRanges *r, size_t n_params, size_t n)
{
    *r = (RefutedRanges){.n_params = n_params, .n = n};
    r->name = ARENA_ARRAY(&cx->arena, n_params, const char *);
    r->lo = rationals_new(cx, n_params);
    r->hi = rationals_new(cx, n_params);
    r->point = ARENA_ARRAY(&cx->arena, n, RefutedPoint);
    for (size_t k = 0; k < n; k++)
        r->point[k].at = rationals_new(cx, n_params);
}

void refuted_ranges_clear(RefutedRanges *r, bool with_proofs)
{
    rationals_clear(r->lo, r->n_params);
    rationals_clear(r->hi, r->n_params);
    for (size_t k = 0; k < r->n; k++) {
        rationals_clear(r->point[k].at, r->n_params);
        if (with_proofs && r->point[k].proof)
            certificate_clear(r->point[k].proof);
    }
    *r = (RefutedRanges){0};
}

/* ---- writing ---- */

void certificate_put_refuted(Sbuf *out, const RefutedRanges *r, const CertificateSink *to)
{
    sbuf_str(out, "  \"ranges\": {\"params\": [");
    for (size_t k = 0; k < r->n_params; k++) {
        sbuf_str(out, k ? ",\n      {\"name\": " : "\n      {\"name\": ");
        certificate_put_string(out, r->name[k]);
        sbuf_str(out, ", \"lo\": ");
        certificate_put_number(out, r->lo[k]);
        sbuf_str(out, ", \"hi\": ");
        certificate_put_number(out, r->hi[k]);
        sbuf_char(out, '}');
    }
    sbuf_str(out, "],\n    \"refuted\": [");
    for (size_t k = 0; k < r->n; k++) {
        sbuf_str(out, k ? ",\n    {\"at\": " : "\n    {\"at\": ");
        certificate_put_numbers(out, (const mpq_t *)r->point[k].at, r->n_params);
        sbuf_str(out, ",\n");
        certificate_put_proof(out, r->point[k].proof, to);
        sbuf_str(out, "    }");
    }
    sbuf_str(out, "]},\n");
}

/* ---- reading ---- */

static bool read_param(Reader *r, const json_t *object, RefutedRanges *out, size_t k)
{
    return reader_object(r, object, "a param", "name lo hi") &&
           reader_text(r, json_object_get(object, "name"), "the name of a param", &out->name[k]) &&
           reader_number(r, json_object_get(object, "lo"), "\"lo\"", out->lo[k]) &&
           reader_number(r, json_object_get(object, "hi"), "\"hi\"", out->hi[k]);
}

static bool read_point(Reader *r, const json_t *object, const RefutedRanges *of, RefutedPoint *p)
{
    if (!reader_object(r, object, "a point", "at claim matrix statements witness") ||
        !reader_numbers(r, json_object_get(object, "at"), "\"at\"", p->at, of->n_params))
        return false;
    p->proof = ARENA_NEW(&r->cx->arena, CertificateFile);
    Reader own = {.cx = r->cx, .out = p->proof};
    return reader_proof(&own, object) || reader_refuse(r, "a point of the ranges: %s", own.reason);
}

bool reader_refuted(Reader *r, const json_t *object)
{
    const json_t *params = json_object_get(object, "params"), *points = json_object_get(object, "refuted");
    size_t n_params = json_array_size(params), n = json_array_size(points);
    RefutedRanges *out = &r->out->refuted;
    if (!reader_object(r, object, "\"ranges\"", "params refuted"))
        return false;
    if (!json_is_array(params) || n_params == 0 || n_params > REFUTED_MAX_PARAMS)
        return reader_refuse(r, "\"params\" is not a list of one to %d params", REFUTED_MAX_PARAMS);
    if (!json_is_array(points) || n == 0 || n > REFUTED_MAX_POINTS)
        return reader_refuse(r, "\"refuted\" is not a list of one to %d points", REFUTED_MAX_POINTS);
    refuted_ranges_init(r->cx, out, n_params, n);
    for (size_t k = 0; k < n_params; k++)
        if (!read_param(r, json_array_get(params, k), out, k))
            return false;
    for (size_t k = 0; k < n; k++)
        if (!read_point(r, json_array_get(points, k), out, &out->point[k]))
            return false;
    return true;
}

/* ---- verifying ---- */

static bool has_twice(const RefutedRanges *r)
{
    for (size_t k = 0; k < r->n_params; k++)
        for (size_t j = 0; j < k; j++)
            if (strcmp(r->name[j], r->name[k]) == 0)
                return true;
    return false;
}

static bool is_inside(const RefutedRanges *r, const RefutedPoint *p)
{
    bool is = true;
    for (size_t k = 0; k < r->n_params; k++)
        is &= mpq_cmp(r->lo[k], p->at[k]) <= 0 && mpq_cmp(p->at[k], r->hi[k]) <= 0;
    return is;
}

VerifyResult verify_refuted(Ctx *cx, const RefutedRanges *r)
{
    if (has_twice(r))
        return verify_rejected("a param of the ranges is there twice");
    for (size_t k = 0; k < r->n; k++) {
        const Evidence *e = &r->point[k].proof->evidence;
        if (!is_inside(r, &r->point[k]))
            return verify_rejected("a point is not in the ranges");
        if (e->is_certificate)
            return verify_rejected("a point of the ranges refutes nothing");
        VerifyResult v = verify_evidence(cx, &r->point[k].proof->matrix, e);
        if (!v.accepted)
            return verify_rejected(arena_printf(&cx->arena, "a point of the ranges: %s", v.reason));
    }
    return (VerifyResult){.accepted = true, .reason = arena_printf(&cx->arena, "in the ranges %zu point%s at which a witness refutes", r->n,
                                                                   r->n == 1 ? "" : "s")};
}
