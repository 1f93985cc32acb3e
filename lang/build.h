/* Actions of the grammar that are more than one constructor. */
#ifndef LANG_BUILD_H
#define LANG_BUILD_H
#include "lang/layout.h"

/* e, or AST_ERROR with E0105 when it is higher than AST_MAX_HEIGHT. */
AstExpr *build_limited(Parse *p, AstExpr *e);
AstExpr *build_unary(Parse *p, Span at, AstOp op, Span op_span, AstExpr *right);
AstExpr *build_binary(Parse *p, Span at, AstOp op, Span op_span, AstExpr *left, AstExpr *right);
AstExpr *build_range(Parse *p, Span at, AstExpr *from, AstExpr *to);
AstExpr *build_member(Parse *p, Span at, AstExpr *base, const char *name, Span name_span);
AstExpr *build_index(Parse *p, Span at, AstExpr *base, AstExprs args);
AstExpr *build_application(Parse *p, Span at, AstExpr *callee, AstArgs args);
AstExpr *build_interval(Parse *p, Span at, AstExpr *low, AstExpr *high);
/* e, which must be a call. */
AstExpr *build_call(Parse *p, AstExpr *e);

AstUnitFactor build_unit_power(Parse *p, Span at, const char *name, const char *power, Span power_span);
AstUnitFactor build_unit_root(Parse *p, Span at, const char *root, Span root_span, const char *name);
AstUnit build_unit(Parse *p, const AstUnitFactor *first, AstUnit per);
void build_per(Parse *p, AstUnit *unit, AstUnitFactor divisor);

AstDecl *build_import(Parse *p, Span at, const char *path, Span path_span);
AstDecl *build_param(Parse *p, Span at, AstName name, AstExpr *value, AstExpr *range);
AstDecl *build_let(Parse *p, Span at, AstName name, AstExpr *value);
AstDecl *build_function(Parse *p, Span at, AstName name, AstNames params, AstExpr *value);
AstDecl *build_population(Parse *p, Span at, AstName name, AstSign sign, Span sign_span, AstExpr *table, AstAttrs attrs);
AstDecl *build_connect(Parse *p, Span at, AstExpr *source, AstExpr *target, AstAttrs attrs);
void build_loop(AstDecl *connect, AstName loop, AstExpr *range);
AstDecl *build_circuit(Parse *p, Span at, AstName name, AstParams params, AstDecls decls);
AstDecl *build_instance(Parse *p, Span at, AstName name, AstExpr *count, AstExpr *value);
AstDecl *build_require(Parse *p, Span at, AstExpr *subject, AstExpr *range, bool for_all_params);
AstDecl *build_simulate(Parse *p, Span at, AstAttrs attrs);

AstAttr *build_attr(Parse *p, AstAttrKind kind, Span at, AstName name, AstExpr *value);
AstAttr *build_attr_function(Parse *p, Span at, AstName name, AstNames params, AstExpr *value, AstExpr *domain);
AstAttr *build_record(Parse *p, Span at, AstExprs records, AstExpr *every);
AstAttr *build_at(Parse *p, Span at, AstExpr *time, AstExpr *target, AstExpr *value);
#endif
