/* Points of the ranges: values of the model's own params where cells are of these, else of the params. */
#ifndef COMPILER_CHECK_RANGE_POINTS_H
#define COMPILER_CHECK_RANGE_POINTS_H
#include "compiler/check/range/range_search.h"

/* Of a cell; the caller's. */
mpq_t *range_middle_of(Ctx *cx, const Ranges *r, const RangeCell *cell);
/* The same for a message: numbers of a line's length. */
const char *range_about_middle(Ctx *cx, const Ranges *r, const RangeCell *cell);
/* True, and *out says so with what was found, when diagonal stability is refuted at the point, one of the model. */
bool range_refuted_at(RangeProblem *p, RangeReport *out, const mpq_t *at);
/* The same at the corners of the ranges: where a claim is false it is mostly false at one. */
bool range_refuted_at_corner(RangeProblem *p, RangeReport *out);
#endif
