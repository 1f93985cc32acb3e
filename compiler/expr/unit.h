/* Units by dimension. Canonical units are ms, mV, nA, um, rad; a value with a unit is
 * stored multiplied by the unit's scale, so numbers in Model and Net are in
 * canonical units (docs/language.md, "Units"). */
#ifndef COMPILER_EXPR_UNIT_H
#define COMPILER_EXPR_UNIT_H
#include <stdbool.h>

#include "compiler/expr/num.h"
#include "lang/ast.h"

/* DIM_SOUGHT is no physical one: it is carried by what has a unit that is to be found (compiler/model/infer.c). */
typedef enum Dim { DIM_TIME, DIM_VOLTAGE, DIM_CURRENT, DIM_LENGTH, DIM_ANGLE, DIM_SOUGHT, DIM_N } Dim;

/* Exponents times two (noise is "per sqrt(time)"). All zero: a pure number. */
typedef struct Unit {
    int twice[DIM_N];
} Unit;

extern const Unit UNIT_NONE;
Unit unit_mul(Unit a, Unit b);
Unit unit_div(Unit a, Unit b);
Unit unit_pow(Unit a, int times, int over);     /* a^(times/over); over 1 or 2 */
bool unit_equal(Unit a, Unit b);
bool unit_is_none(Unit a);
/* "ms", "mV per ms", "pure number". */
void unit_print(Unit a, Sbuf *out);
const char *unit_text(Ctx *cx, Unit a);          /* the same, in cx's arena */
/* Is it the name of a unit? */
bool unit_known(const char *name);
/* Reads a written unit; E0302 (unknown unit, with suggestion) and false on failure. */
bool unit_from_ast(Ctx *cx, NumPool *pool, const AstUnit *written, Unit *unit, Num *scale);
#endif
