/* The syntax tree: what was written, nothing of what it means. Built by the
 * parser (and by test generators) through the ast_* constructors, const for
 * everybody else. Every node carries the bytes it came from. Names are
 * interned. Lives in the arena of its Ctx. */
#ifndef LANG_AST_H
#define LANG_AST_H
#include <stdbool.h>
#include <stddef.h>

#include "lang/base/ctx.h"
#include "lang/base/sbuf.h"
#include "lang/base/vec.h"

typedef struct AstExpr AstExpr;
typedef struct AstDecl AstDecl;
typedef VEC(AstExpr *) AstExprs;
typedef VEC(AstDecl *) AstDecls;

/* ---- units: `ms`, `per ms`, `mV per ms`, `mV per sqrt(ms)`; directly behind a number ---- */
typedef struct AstUnitFactor {
    Span span;
    const char *name;           /* "ms"; checked by the model phase */
    int power_times_2;          /* 2 for `ms`, 4 for `ms^2`, -2 for `per ms`, -1 for `per sqrt(ms)` */
} AstUnitFactor;
typedef VEC(AstUnitFactor) AstUnit;     /* n == 0: no unit was written */

/* ---- expressions ---- */
typedef enum AstOp {
    AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_POW,
    AST_NEG, AST_POS,           /* unary: left is NULL */
    AST_LT, AST_LE, AST_GT, AST_GE, AST_EQ
} AstOp;

typedef enum AstExprKind {
    AST_NUMBER,                 /* 0.1, 1e-3, 10 ms: kept as text */
    AST_STRING,                 /* "file.csv" */
    AST_NAME,
    AST_MEMBER,                 /* base.name: pre.i, L4.E */
    AST_INDEX,                  /* base[args...]: worm["AVAL"], L[0] */
    AST_CALL,                   /* callee(args...), arguments may be named */
    AST_UNARY,
    AST_BINARY,
    AST_LIST,                   /* [a, b]; a matrix is a list of lists */
    AST_RANGE,                  /* from..to */
    AST_ERROR                   /* stands where parsing failed; later phases are silent about it */
} AstExprKind;

typedef struct AstArg {
    const char *name;           /* NULL: positional */
    Span name_span;
    AstExpr *value;
} AstArg;
typedef VEC(AstArg) AstArgs;

/* No tree is higher than this, whatever the text: recursion over one is safe.
 * A sum of n terms is n high. */
enum { AST_MAX_HEIGHT = 1000 };

struct AstExpr {
    AstExprKind kind;
    int height;                 /* 1 for a leaf; kept by the constructors */
    Span span;
    union {
        struct { const char *text; AstUnit unit; } number;  /* text without the unit: digits as written */
        struct { const char *text; } string;                /* unescaped */
        struct { const char *name; } name;
        struct { AstExpr *base; const char *name; Span name_span; } member;
        struct { AstExpr *base; AstExprs args; } index;
        struct { AstExpr *callee; AstArgs args; } call;     /* callee is AST_NAME (or AST_MEMBER) */
        struct { AstOp op; Span op_span; AstExpr *left, *right; } binary;  /* AST_UNARY uses it with left == NULL */
        AstExprs list;
        struct { AstExpr *from, *to; } range;
    } as;
};

/* ---- attributes: the lines of a { ... } block ---- */
typedef enum AstAttrKind {
    AST_ATTR_VALUE,             /* tau = 20 ms */
    AST_ATTR_FUNCTION,          /* activation(z) = ..., cost(x) = ... on [lo, hi] */
    AST_ATTR_DERIVATIVE,        /* v' = ... */
    AST_ATTR_RECORD,            /* record E, mean(I) every 1 ms   (simulate) */
    AST_ATTR_AT                 /* at 100 ms PARAM = ...          (simulate) */
} AstAttrKind;

typedef struct AstName { const char *name; Span span; } AstName;
typedef VEC(AstName) AstNames;

typedef struct AstAttr {
    AstAttrKind kind;
    Span span, name_span;
    const char *name;           /* NULL for AST_ATTR_RECORD and AST_ATTR_AT */
    AstNames params;            /* AST_ATTR_FUNCTION: at least one */
    AstExpr *value;             /* NULL for AST_ATTR_RECORD */
    AstExpr *domain;            /* `on [lo, hi]` as AST_LIST, or NULL */
    AstExprs records;           /* AST_ATTR_RECORD */
    AstExpr *every;             /* AST_ATTR_RECORD, or NULL: every step */
    AstExpr *at, *target;       /* AST_ATTR_AT: the time, and the param */
} AstAttr;
typedef VEC(AstAttr) AstAttrs;

/* ---- declarations ---- */
typedef enum AstDeclKind {
    AST_MODEL, AST_IMPORT, AST_PARAM, AST_LET, AST_FUNCTION, AST_POPULATION,
    AST_CONNECT, AST_CIRCUIT, AST_INSTANCE, AST_REQUIRE, AST_SIMULATE
} AstDeclKind;

typedef enum AstSign { AST_EXCITATORY, AST_INHIBITORY, AST_MIXED, AST_SIGN_FROM_TABLE } AstSign;

typedef struct AstParam {       /* of a circuit: name [= default] */
    AstName name;
    AstExpr *value;             /* NULL: must be given */
} AstParam;
typedef VEC(AstParam) AstParams;

struct AstDecl {
    AstDeclKind kind;
    Span span;
    AstName name;               /* name == NULL for import, connect, require, simulate */
    union {
        struct { const char *path; Span path_span; } import;
        struct { AstExpr *value; AstExpr *range; } param;       /* range: AST_LIST of two, or NULL */
        struct { AstExpr *value; } let;
        struct { AstNames params; AstExpr *value; } function;
        struct { AstSign sign; Span sign_span; AstExpr *table; AstAttrs attrs; } population;  /* table: the call behind `from` */
        struct { AstExpr *source, *target; AstAttrs attrs;      /* paths: name, member, index */
                 AstName loop; AstExpr *loop_range; } connect;  /* `for k in 0..2`; loop.name NULL without */
        struct { AstParams params; AstDecls decls; } circuit;
        struct { AstExpr *count; AstExpr *value; } instance;    /* count NULL: one; value: the call */
        struct { AstExpr *subject; AstExpr *range; bool for_all_params; } require;  /* range of `E in [0, 50]` */
        struct { AstAttrs attrs; } simulate;
    } as;
};

typedef struct Ast {
    AstDecls decls;
} Ast;

/* Constructors: allocate in cx->arena. */
AstExpr *ast_number(Ctx *cx, Span at, const char *text, AstUnit unit);
AstExpr *ast_string(Ctx *cx, Span at, const char *text);
AstExpr *ast_name(Ctx *cx, Span at, const char *name);
AstExpr *ast_member(Ctx *cx, Span at, AstExpr *base, const char *name, Span name_span);
AstExpr *ast_index(Ctx *cx, Span at, AstExpr *base, AstExprs args);
AstExpr *ast_call(Ctx *cx, Span at, AstExpr *callee, AstArgs args);
AstExpr *ast_unary(Ctx *cx, Span at, AstOp op, Span op_span, AstExpr *right);
AstExpr *ast_binary(Ctx *cx, Span at, AstOp op, Span op_span, AstExpr *left, AstExpr *right);
AstExpr *ast_list(Ctx *cx, Span at, AstExprs items);
AstExpr *ast_range(Ctx *cx, Span at, AstExpr *from, AstExpr *to);
AstExpr *ast_error(Ctx *cx, Span at);
AstDecl *ast_decl(Ctx *cx, AstDeclKind kind, Span at, AstName name);

/* Structural equality, spans ignored. */
bool ast_equal(const Ast *a, const Ast *b);
/* Canonical text; parsing it gives an equal tree. */
void ast_print(const Ast *ast, Sbuf *out);
void ast_print_expr(const AstExpr *e, Sbuf *out);
/* " mV per ms", with the blank in front; nothing for no unit. */
void ast_print_unit(const AstUnit *unit, Sbuf *out);
#endif
