/* The grammar. Actions only build, through the constructors of ast.h and the
 * few helpers of build.h. A statement ends with T_NEWLINE, which layout.c
 * supplies also before `}` and at the end of the file. Keep %expect at 0. */
%require "3.8"
%define api.pure full
%define api.location.type {Span}
%define api.token.prefix {T_}
%define parse.error custom
%define parse.lac full
%expect 0
%parse-param {Parse *p}
%lex-param {Parse *p}
%initial-action { @$ = (Span){ (uint32_t)p->source, 0, 0 }; }

%code requires {
#include "lang/layout.h"
}

%code top {
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
}

%code {
#include "lang/build.h"
#include "lang/syntax_error.h"

#define YYLLOC_DEFAULT(at, rhs, n)                                               \
    do {                                                                         \
        if (n)                                                                   \
            (at) = span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n));                \
        else                                                                     \
            (at) = (Span){ YYRHSLOC(rhs, 0).source, YYRHSLOC(rhs, 0).to, YYRHSLOC(rhs, 0).to }; \
    } while (0)

static int yylex(YYSTYPE *value, Span *at, Parse *p)
{
    Token t = layout_next(p);
    value->text = t.text;
    *at = t.span;
    return t.kind;
}

static void yyerror(const Span *at, Parse *p, const char *text)
{
    syntax_overflow(p, *at, text);
}
}

%union {
    const char *text;
    AstName name;
    AstNames names;
    AstUnitFactor factor;
    AstUnit unit;
    AstExpr *expr;
    AstExprs exprs;
    AstArg arg;
    AstArgs args;
    AstAttr *attr;
    AstAttrs attrs;
    AstParam param;
    AstParams params;
    AstDecl *decl;
    AstDecls decls;
    AstSign sign;
    bool flag;
}

%token END 0 "the end of the file"
%token NEWLINE "the end of the line"
%token JUNK
%token <text> NAME "a name" NUMBER "a number" STRING "a text in quotes" UNIT "a unit"
%token MODEL "model" IMPORT "import" PARAM "param" LET "let" FUNCTION "function" POPULATION "population"
%token CONNECT "connect" CIRCUIT "circuit" INSTANCE "instance" REQUIRE "require" SIMULATE "simulate"
%token RECORD "record" AT "at" EVERY "every" FROM "from" IN "in" ON "on" FOR "for" ALL "all" PARAMS "params" PER "per"
%token EXCITATORY "excitatory" INHIBITORY "inhibitory" MIXED "mixed"
%token ARROW "->" DOTS ".." DEFINE "=" PRIME "'" DOT "." COMMA ","
%token LT "<" LE "<=" GT ">" GE ">=" EQ "=="
%token PLUS "+" MINUS "-" TIMES "*" OVER "/" POWER "^"
%token OPEN "(" CLOSE ")" OPEN_LIST "[" CLOSE_LIST "]" OPEN_BLOCK "{" CLOSE_BLOCK "}"

%nonassoc ".."
%nonassoc "<" "<=" ">" ">=" "=="
%left "+" "-"
%left "*" "/"
%precedence SIGN
%precedence WHOLE_UNIT         /* below `^`: the power in `2 mV^2` is the unit's */
%right "^"

%type <decls> decls
%type <decl> decl
%type <name> name
%type <names> names
%type <sign> sign
%type <attrs> block attrs optional_block settings
%type <attr> attr setting
%type <expr> expr term postfix interval optional_interval optional_domain optional_every optional_count
%type <exprs> exprs optional_exprs
%type <arg> arg
%type <args> args optional_args
%type <param> circuit_param
%type <params> circuit_params optional_circuit_params
%type <unit> unit per_units
%type <factor> factor
%type <flag> for_all

%%

file: decls                     { p->ast->decls = $1; }

decls:
  %empty                        { $$ = (AstDecls){ 0 }; }
| decls decl NEWLINE            { $$ = $1; vec_push(&p->cx->arena, &$$, $2); }
| decls error NEWLINE           { $$ = $1; yyerrok; }

decl:
  "model" name                  { $$ = ast_decl(p->cx, AST_MODEL, @$, $2); }
| "import" STRING               { $$ = build_import(p, @$, $2, @2); }
| "param" name "=" expr optional_interval   { $$ = build_param(p, @$, $2, $4, $5); }
| "let" name "=" expr           { $$ = build_let(p, @$, $2, $4); }
| "function" name "(" names ")" "=" expr    { $$ = build_function(p, @$, $2, $4, $7); }
| "population" name sign optional_block     { $$ = build_population(p, @$, $2, $3, @3, NULL, $4); }
| "population" name "from" postfix optional_block {
                                  $$ = build_population(p, @$, $2, AST_SIGN_FROM_TABLE, @3, build_call(p, $4), $5); }
| "connect" postfix "->" postfix optional_block { $$ = build_connect(p, @$, $2, $4, $5); }
| "connect" postfix "->" postfix optional_block "for" name "in" expr {
                                  $$ = build_connect(p, @$, $2, $4, $5); build_loop($$, $7, $9); }
| "connect" postfix "->" postfix optional_block "for" name "in" expr block {
                                  $$ = build_connect(p, @$, $2, $4, $5); build_loop($$, $7, $9); syntax_late_block(p, @10); }
| "circuit" name "(" optional_circuit_params ")" "{" decls "}" { $$ = build_circuit(p, @$, $2, $4, $7); }
| "instance" name optional_count "=" postfix    { $$ = build_instance(p, @$, $2, $3, build_call(p, $5)); }
| "require" expr for_all        { $$ = build_require(p, @$, $2, NULL, $3); }
| "require" expr "in" interval for_all          { $$ = build_require(p, @$, $2, $4, $5); }
| "simulate" "{" settings "}"   { $$ = build_simulate(p, @$, $3); }

sign:
  "excitatory"                  { $$ = AST_EXCITATORY; }
| "inhibitory"                  { $$ = AST_INHIBITORY; }
| "mixed"                       { $$ = AST_MIXED; }
| NAME                          { $$ = syntax_wrong_sign(p, @1, $1); }
| %empty                        { $$ = syntax_no_sign(p, @0); }

optional_block:
  %empty                        { $$ = (AstAttrs){ 0 }; }
| block

block: "{" attrs "}"            { $$ = $2; }

attrs:
  %empty                        { $$ = (AstAttrs){ 0 }; }
| attrs attr NEWLINE            { $$ = $1; vec_push(&p->cx->arena, &$$, *$2); }
| attrs error NEWLINE           { $$ = $1; yyerrok; }

settings:
  %empty                        { $$ = (AstAttrs){ 0 }; }
| settings setting NEWLINE      { $$ = $1; vec_push(&p->cx->arena, &$$, *$2); }
| settings error NEWLINE        { $$ = $1; yyerrok; }

setting:
  attr
| "record" exprs optional_every { $$ = build_record(p, @$, $2, $3); }
| "at" expr postfix "=" expr    { $$ = build_at(p, @$, $2, $3, $5); }

optional_every:
  %empty                        { $$ = NULL; }
| "every" expr                  { $$ = $2; }

attr:
  name "=" expr                 { $$ = build_attr(p, AST_ATTR_VALUE, @$, $1, $3); }
| name "'" "=" expr             { $$ = build_attr(p, AST_ATTR_DERIVATIVE, @$, $1, $4); }
| name "(" names ")" "=" expr optional_domain { $$ = build_attr_function(p, @$, $1, $3, $6, $7); }

optional_domain:
  %empty                        { $$ = NULL; }
| "on" interval                 { $$ = $2; }

optional_interval:
  %empty                        { $$ = NULL; }
| "in" interval                 { $$ = $2; }

interval: "[" expr "," expr "]" { $$ = build_interval(p, @$, $2, $4); }

optional_count:
  %empty                        { $$ = NULL; }
| "[" expr "]"                  { $$ = $2; }

for_all:
  %empty                        { $$ = false; }
| "for" "all" "params"          { $$ = true; }

name: NAME                      { $$ = (AstName){ $1, @1 }; }

names:
  name                          { $$ = (AstNames){ 0 }; vec_push(&p->cx->arena, &$$, $1); }
| names "," name                { $$ = $1; vec_push(&p->cx->arena, &$$, $3); }

optional_circuit_params:
  %empty                        { $$ = (AstParams){ 0 }; }
| circuit_params

circuit_params:
  circuit_param                 { $$ = (AstParams){ 0 }; vec_push(&p->cx->arena, &$$, $1); }
| circuit_params "," circuit_param { $$ = $1; vec_push(&p->cx->arena, &$$, $3); }

circuit_param:
  name                          { $$ = (AstParam){ $1, NULL }; }
| name "=" expr                 { $$ = (AstParam){ $1, $3 }; }

expr:
  term
| "-" expr %prec SIGN           { $$ = build_unary(p, @$, AST_NEG, @1, $2); }
| "+" expr %prec SIGN           { $$ = build_unary(p, @$, AST_POS, @1, $2); }
| expr "+" expr                 { $$ = build_binary(p, @$, AST_ADD, @2, $1, $3); }
| expr "-" expr                 { $$ = build_binary(p, @$, AST_SUB, @2, $1, $3); }
| expr "*" expr                 { $$ = build_binary(p, @$, AST_MUL, @2, $1, $3); }
| expr "/" expr                 { $$ = build_binary(p, @$, AST_DIV, @2, $1, $3); }
| expr "^" expr                 { $$ = build_binary(p, @$, AST_POW, @2, $1, $3); }
| expr "<" expr                 { $$ = build_binary(p, @$, AST_LT, @2, $1, $3); }
| expr "<=" expr                { $$ = build_binary(p, @$, AST_LE, @2, $1, $3); }
| expr ">" expr                 { $$ = build_binary(p, @$, AST_GT, @2, $1, $3); }
| expr ">=" expr                { $$ = build_binary(p, @$, AST_GE, @2, $1, $3); }
| expr "==" expr                { $$ = build_binary(p, @$, AST_EQ, @2, $1, $3); }
| expr ".." expr                { $$ = build_range(p, @$, $1, $3); }

term:
  NUMBER                        { $$ = ast_number(p->cx, @$, $1, (AstUnit){ 0 }); }
| NUMBER unit                   { $$ = ast_number(p->cx, @$, $1, $2); }
| STRING                        { $$ = ast_string(p->cx, @$, $1); }
| "(" expr ")"                  { $$ = $2; }
| "[" optional_exprs "]"        { $$ = ast_list(p->cx, @$, $2); $$ = build_limited(p, $$); }
| postfix

postfix:
  NAME                          { $$ = ast_name(p->cx, @$, $1); }
| postfix "." NAME              { $$ = build_member(p, @$, $1, $3, @3); }
| postfix "[" exprs "]"         { $$ = build_index(p, @$, $1, $3); }
| postfix "(" optional_args ")" { $$ = build_application(p, @$, $1, $3); }

optional_exprs:
  %empty                        { $$ = (AstExprs){ 0 }; }
| exprs

exprs:
  expr                          { $$ = (AstExprs){ 0 }; vec_push(&p->cx->arena, &$$, $1); }
| exprs "," expr                { $$ = $1; vec_push(&p->cx->arena, &$$, $3); }

optional_args:
  %empty                        { $$ = (AstArgs){ 0 }; }
| args

args:
  arg                           { $$ = (AstArgs){ 0 }; vec_push(&p->cx->arena, &$$, $1); }
| args "," arg                  { $$ = $1; vec_push(&p->cx->arena, &$$, $3); }

arg:
  expr                          { $$ = (AstArg){ .value = $1 }; }
| NAME "=" expr                 { $$ = (AstArg){ $1, @1, $3 }; }

unit:
  factor per_units              { $$ = build_unit(p, &$1, $2); }
| per_units "per" factor        { $$ = $1; build_per(p, &$$, $3); }

per_units:
  %empty                        { $$ = (AstUnit){ 0 }; }
| per_units "per" factor        { $$ = $1; build_per(p, &$$, $3); }

factor:
  UNIT %prec WHOLE_UNIT         { $$ = (AstUnitFactor){ @$, intern(&p->cx->names, $1), 2 }; }
| UNIT "^" NUMBER               { $$ = build_unit_power(p, @$, $1, $3, @3); }
| UNIT "(" UNIT ")"             { $$ = build_unit_root(p, @$, $1, @1, $3); }

%%

static int yyreport_syntax_error(const yypcontext_t *context, Parse *p)
{
    enum { MOST = 64 };
    yysymbol_kind_t kind[MOST];
    const char *expected[MOST];
    int n = yypcontext_expected_tokens(context, kind, MOST);
    for (int k = 0; k < n; k++)
        expected[k] = yysymbol_name(kind[k]);
    syntax_unexpected(p, p->before, expected, n);
    layout_skip_statement(p, p->before.kind);
    return 0;
}
