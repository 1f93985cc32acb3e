/* What the files of this folder share while a Model is built. Not for other
 * folders: they see model.h.
 *
 * The rule against errors that follow from errors: what could not be resolved
 * is a Typed without an expression (typed_ok is false), and whoever meets one
 * says nothing. */
#ifndef COMPILER_MODEL_BUILD_H
#define COMPILER_MODEL_BUILD_H
#include "compiler/model/model.h"
#include "lang/ast.h"

enum {
    NO_POP = -1,
    MAX_NESTING = 2000,         /* of expressions, through lets and functions */
    MOST_LISTED = 8,            /* names in a message */
    MAX_WRITTEN_OUT = 2000000   /* functions that call functions twice grow as powers of 2 */
};

/* Neurons of a population. */
static const uint64_t POP_MAX_SIZE = (uint64_t)1 << 40;

/* An expression with its unit. */
typedef struct Typed {
    const Expr *e;              /* NULL: an error was reported, or will be by someone else */
    Unit unit;
    const AstUnit *written;     /* as it stands in the text, where one of its numbers has it; or NULL */
    bool is_zero;               /* a zero without a unit: fits every unit */
    long pop;                   /* records: the population over neurons of which it runs, else NO_POP */
    size_t n_neurons;           /* records: over how many; 0 with NO_POP */
    Span span;
} Typed;

/* What the names in an expression may mean, besides constants. */
typedef enum ScopeKind {
    SCOPE_CONSTANT,             /* nothing more */
    SCOPE_SCALE,                /* n */
    SCOPE_INPUT,                /* t, i, position, neuron(...) */
    SCOPE_START,                /* i, position, neuron(...) */
    SCOPE_PAIR,                 /* pre.i, post.i, pre.position, post.position, distance */
    SCOPE_KERNEL,               /* distance, shapes */
    SCOPE_ACTIVATION,           /* the argument of activation(z) */
    SCOPE_CURRENT,              /* t, pre.NAME, post.NAME */
    SCOPE_EQUATION,             /* t, i, neuron(...), the states, input, noise */
    SCOPE_RECORD                /* t, populations, mean, sum, input */
} ScopeKind;

/* Scopes as bits: expressions that each neuron of a population has for itself. */
enum { OF_A_NEURON = 1 << SCOPE_INPUT | 1 << SCOPE_START | 1 << SCOPE_EQUATION };

typedef struct Binding {
    const char *name;
    Typed value;
} Binding;

/* Where the two neurons of a pair stand, seen from each other. */
typedef struct PairPlaces {
    size_t pre, post;           /* populations */
    bool is_measured;           /* what follows is known */
    bool is_broken;             /* they have no distance, which has been reported */
    bool is_displacement;       /* both have the same places, neuron by neuron */
    size_t n_axes;
    Typed step[2];              /* along each axis: places between them, or the length where the places differ */
    Typed apart[2];             /* the same as a length */
} PairPlaces;

/* For whom numbers are drawn in an expression. */
typedef struct DrawKey {
    uint64_t entity, tag;       /* fnv1a of "E" or "E->I", of "tau" */
    bool of_pair;
    uint32_t n;                 /* draws so far */
} DrawKey;

typedef struct Scope {
    ScopeKind kind;
    const char *what;           /* "the input of `E`": for messages */
    long pop;                   /* SCOPE_INPUT, SCOPE_START: whose neurons neuron(...) and position name */
    PairPlaces *pair;           /* SCOPE_PAIR, SCOPE_KERNEL, SCOPE_CURRENT: for distance and positions */
    const ModelConn *sized;     /* the connection whose `pre.size` and `post.size` are known; NULL: none */
    DrawKey *draws;             /* NULL: nothing can be drawn here */
    size_t n_bindings;          /* n, z, the parameters of a function */
    const Binding *binding;
    bool of_function;           /* the body of a function, written out at a call */
    bool of_let;                /* what a `let` stands for */
    size_t n_elements;          /* the index of an array of so many circuits; 0: something else */
} Scope;

typedef enum SymbolKind { SYM_PARAM, SYM_LET, SYM_FUNCTION, SYM_POP, SYM_CIRCUIT, SYM_INSTANCE } SymbolKind;
typedef enum SymbolState { SYM_NEW, SYM_OPEN, SYM_DONE } SymbolState;

/* One `at TIME NAME = VALUE` of the protocol. */
typedef struct Change {
    const AstAttr *attr;
    Num time, value;            /* once protocol_build has read them */
} Change;

/* What `instance` has made. */
typedef struct Instance {
    bool is_array;
    size_t n;                   /* 1 when it is no array */
    struct Space **element;
} Instance;

typedef struct Symbol {
    const char *name;           /* in its own space: "E" */
    const char *path;           /* in the whole model: "L[2].E" */
    SymbolKind kind;
    const AstDecl *decl;
    struct Space *space;        /* where the text behind the name is read */
    size_t order;               /* of declaration, in its space */
    size_t index;               /* SYM_POP: in the model */
    const Instance *instance;   /* SYM_INSTANCE, once made; NULL: in error */
    SymbolState state;          /* of a constant's evaluation, or of a function's inlining */
    size_t waits;               /* for what it needs, in the walk of that number; 0: in none (symbol_needs_first) */
    bool is_ahead;              /* evaluated for one that needs it by way of others */
    bool in_circle;             /* E0204 was reported */
    Typed value;                /* SYM_PARAM, SYM_LET */
    VEC(Change) changes;        /* SYM_PARAM: by the protocol, in order of time */
    bool changes_broken;        /* one of them was in error */
    const struct Symbol *moved_by;  /* SYM_LET: a param that the protocol changes and that it is made of; value is that of the start */
    uint64_t axes;              /* of a sweep, whose values stand in it */
} Symbol;

/* Names that see each other: those of the files, of one instance of a circuit,
 * of one round of a loop. */
typedef struct Space {
    struct Space *around;       /* where a name is looked for that is not here; NULL for the files */
    const char *prefix;         /* of its names in the whole model: "", "L4.", "L[2]." */
    VEC(Symbol) symbols;        /* by the address of the name */
    const AstDecl *circuit;     /* of an instance; otherwise NULL */
    struct Space *maker;        /* where that instance is declared */
    size_t depth;               /* of instances in instances */
    AstDecls decls;             /* of an instance: its parameters and the declarations of the circuit */
    const DiagWithin *where;    /* which instance, which round, which call; NULL for the files */
} Space;

/* One declaration that is part of the model, and where its text is read. */
typedef struct Item {
    const AstDecl *decl;
    Space *space;
    long round;                 /* of a loop: its number there */
} Item;

/* A connection and its ends; NULL where one is not known. */
typedef struct Wire {
    const Item *item;
    const Symbol *pre, *post;
    const char *label;          /* "E->I#2"; NULL without both ends */
    const char *key;            /* of its draws */
} Wire;

/* What inference knows of one population's units, and from where. */
typedef struct UnitFact {
    bool known;
    Unit unit;
    Span span;
    const char *why;            /* "its threshold" */
} UnitFact;

/* A cost without its population: built before units are known. */
typedef struct Cost Cost;

/* One state of a population by equations. */
typedef struct StateBuild {
    const AstAttr *equation, *start_from;   /* v' = ..., start(v) = ... */
    UnitFact unit;
    bool has_no_unit;           /* nothing gave it one */
    Typed start, drift;
    const Expr *noise;          /* NULL: none */
    const Expr *stratonovich;   /* the drift, where it is meant so */
} StateBuild;

typedef struct Equations {
    size_t n;
    StateBuild *state;          /* in the order of the text */
    Typed rate;
    const AstAttr *calculus;    /* that is not the default; NULL: Ito */
    bool is_read;
} Equations;

/* The domain of a cost by formula; a bound without an expression is infinite. */
typedef struct CostDomain {
    Typed lo, hi;
} CostDomain;

typedef struct PopBuild {
    const AstDecl *decl;
    Space *space;               /* where its attributes are read */
    const AstAttr **slot;       /* by PopAttr of population.c */
    bool complete;              /* every attribute was understood: what is missing is missing */
    Typed gain, threshold, input, start, noise;
    const Cost *cost;           /* NULL: by formula, or in error */
    Equations *eq;              /* NULL: by time constant and cost */
    const AstAttr *formula;     /* activation(z) = ... */
    const AstAttr *cost_formula;    /* cost(x) = ... */
    CostDomain domain;
    Typed phi;                  /* of the formula, once z has a unit */
    bool phi_read;
    UnitFact x, z;
    bool in_conflict;           /* a unit conflict of its attributes was reported */
    bool weight_in_conflict;    /* one of a weight into it was */
    bool broken;                /* size or neurons unknown: what names it is not looked at */
    bool place_broken;          /* its place was not understood */
    const AstAttr *drawn_as;    /* NULL: none */
    bool connection_draws;      /* one from it or to it */
} PopBuild;

typedef struct ConnBuild {
    Typed weight;               /* unit of one weight; e NULL when unknown */
    Space *space;               /* where its attributes are read */
    const AstAttr *current_from;    /* current = ...; NULL: a weight times a rate */
    Typed current;              /* once rates have units; e NULL before */
    bool current_failed;
} ConnBuild;

typedef struct Builder {
    Ctx *cx;
    NumPool *nums;
    Model *m;
    const Ast *ast;             /* the file that was asked for */
    int source;
    Space *files;               /* names outside of any circuit */
    Space *space;               /* where the text being read stands: names mean what they mean there */
    AstDecls decls;             /* of all files */
    VEC(Item) items;            /* all that is declared, circuits written out */
    size_t n_written_out;       /* declarations of instances and rounds of loops */
    bool too_many_items;        /* which was reported */
    VEC(PopBuild) pops;
    VEC(ConnBuild) conns;
    size_t n_set;
    const Setting *set;
    ModelOfMany *many;
    bool time_known;            /* some duration was seen: has_time_unit holds */
    Span time_span;
    const char *time_what;      /* "the time constant of `E`" */
    bool time_conflict;
    bool has_unit_place;        /* the first unit written that is not an angle */
    Span unit_place;
    bool sought_found;          /* while a formula is read for the unit of its argument: what the formula asks for */
    Unit sought;
    Span sought_span;           /* ... and where */
    bool import_failed;         /* a name that is not known may come from a file that was not read */
    size_t nesting;
    size_t written_out;         /* nodes of functions' bodies that the outermost call has brought */
    size_t written_out_before;  /* and those before it */
    bool too_much_written_out;  /* E0403 was reported */
    Span outer_call;            /* the call in no function, or the function looked at by itself */
    VEC(size_t) clock_of;       /* by record line, in the order of the text: its clock */
    VEC(Symbol *) changed;      /* params that the protocol changes */
    const Symbol *moved_by;     /* the last of those that was looked up in a `let` */
    unsigned n_bits;            /* params with a range so far */
    uint64_t touched;           /* bits of params that were looked up since it was last set to 0 */
    ModelMade making;           /* since the last part was noted */
    VEC(Symbol *) open;         /* constants and functions under evaluation, outermost first */
    size_t n_walks;             /* of ahead.c */
} Builder;

/* ---- units_check.c ---- */
Typed typed_error(Span at);
Typed typed_const(Builder *b, Span at, Num value, Unit unit);
bool typed_ok(Typed v);
/* A call of function `fn` with its units checked; constants folded. */
Typed typed_call(Builder *b, Span at, EigFn fn, int n_args, const Typed *arg);
Typed typed_call1(Builder *b, Span at, EigFn fn, Typed x);
Typed typed_call2(Builder *b, Span at, EigFn fn, Typed x, Typed y);
/* E0301 unless v has `unit` (a bare zero has every unit). `what`: "the probability". */
bool typed_expect(Builder *b, Typed v, Unit unit, const char *what);
/* "in `mV`", "a pure number" */
const char *unit_phrase(Builder *b, Unit u);
/* Duration `v`: time, or a pure number when the model has no units; all alike. */
bool time_expect(Builder *b, Typed v, const char *what);
Unit time_unit(const Builder *b);
void time_check_mixture(Builder *b);

/* ---- made.c ---- */
/* What was met since the last call stands in this part. */
void made_note(Builder *b, ModelMade *into);
/* ... stands in no part, and was right for these values together. */
void made_together(Builder *b);
/* A constant, or what an expression has come to, is met. */
void made_with(Builder *b, Typed v);

/* ---- quantity.c ---- */
/* A value of v's unit, for messages: "3 s", where v was written in seconds; else in canonical units. */
const char *quantity_text(Builder *b, Num x, Typed v);
/* v itself, a constant. */
const char *constant_text(Builder *b, Typed v);

/* ---- space.c ---- */
Space *space_new(Builder *b, Space *around, const char *prefix);
/* Declares what has a name, the first of each; the others are reported. */
void space_collect(Builder *b, Space *space, size_t n, AstDecl *const *decls);
/* From here on text is read in `space`; gives the space before, to go back to. */
Space *space_enter(Builder *b, Space *space);
/* What `name` means where the text being read stands; NULL when nothing. */
Symbol *symbol_find(const Builder *b, const char *name);
/* What `name` is in `space` itself, not around it. */
Symbol *symbol_in(const Space *space, const char *name);
/* The symbol of a declaration that has one and was the first of its name; else NULL. */
Symbol *symbol_of(const Item *item);
/* Names of the symbols of these kinds (bits 1 << SymbolKind) known where the text being read stands. */
size_t symbol_names(Builder *b, unsigned kinds, const char ***names);
/* `t`, `pre`, ...: means something of its own in some expressions. */
bool is_reserved(const char *name);
/* True after E0203 for a name that nothing can be called. */
bool report_reserved(Builder *b, AstName name);
/* The same of an argument of `function`: that of time has another name, and time is what it is called with. */
void report_reserved_argument(Builder *b, AstName name, const char *function);
/* True after E0203 where `name` has this meaning and something is declared under it. */
bool report_hiding(Builder *b, AstName name, const char *meaning);
/* The same of a constant under a name that means something else in this kind of expressions alone: `n` in a scale. */
bool report_local_hiding(Builder *b, AstName name, ScopeKind kind, Typed meant);
/* A space around nothing but the whole number that `name` stands for. */
Space *space_of_number(Builder *b, Space *around, AstName name, long value);

/* ---- import.c ---- */
/* Declarations of the file and of all that it imports, each file once; false after a syntax error in one. */
bool imports_read(Builder *b);

/* ---- elaborate.c ---- */
/* The items of the model: declarations in their order, circuits written out; false when these
 * would be too many. */
bool elaborate(Builder *b);
/* What the instance `s` has made, made now if need be; NULL after a diagnostic. */
const Instance *instance_of(Builder *b, Symbol *s, Span used_at);

/* ---- path.c ---- */
/* What `E`, `L4.E`, `L[2].E` lead to; NULL after a diagnostic. */
Symbol *path_find(Builder *b, const AstExpr *path);
/* As it is written. */
const char *expression_text(Builder *b, const AstExpr *e);
/* The population that a path names, or NULL after a diagnostic. */
Symbol *resolve_population(Builder *b, const AstExpr *path);

/* ---- where.c ---- */
/* Of scopes as bits, where such expressions stand: "`weight` and `current`"; NULL for none. */
const char *where_known(Builder *b, unsigned scopes);

/* ---- resolve.c ---- */
Typed resolve(Builder *b, const AstExpr *e, const Scope *scope);
extern const Scope CONSTANT_SCOPE, LET_SCOPE;
/* diag_nearest, but one letter suggests only itself in the other case. */
const char *nearest_name(const char *name, const char *const *names, size_t n);
/* "`E`, `I` and `P`", for up to MOST_LISTED names; `none` when there are none. */
const char *listed_names(Builder *b, const char *none, size_t n, const char *const *names);
void report_not_built(Builder *b, Span at, const char *what, const char *repair);
/* name(...) */
/* The name of a function of the language, those of records included. */
bool names_function(const char *name);
bool is_call_of(const AstExpr *e, const char *name);
/* Nothing but AST_ERROR in it: somebody has complained. */
bool is_error_node(const AstExpr *e);

/* ---- call.c ---- */
Typed resolve_call(Builder *b, const AstExpr *e, const Scope *scope);
/* Before what a name with so many arguments stands for is written out at `at`. False once too much has been; said at one place only. */
bool fits_written_out(Builder *b, Span at, size_t n_args, const Scope *scope);

/* ---- samples.c ---- */
/* samples("drive.csv", ...) in an input. */
Typed samples_call(Builder *b, const AstExpr *call, const Scope *scope);

/* ---- draw.c ---- */
/* uniform, normal, ..., truncated */
bool names_draw(const char *name);
/* Some number in it is drawn, as its text shows. */
bool draws_number(const AstExpr *e);
Typed draw_call(Builder *b, const AstExpr *call, const Scope *scope);
DrawKey draw_key(const char *entity, const char *tag, bool of_pair);

/* ---- drawn_as.c ---- */
/* The key of what is drawn for the population `s`: its path, or that with the name in `a`, which may be NULL. */
const char *drawn_as_read(Builder *b, const AstAttr *a, const Symbol *s);
/* Once it is known what connections draw: no two keys meet (E0211), and where a name is given something is drawn. */
void drawn_as_check(Builder *b);

/* ---- ou.c ---- */
/* noise_ou(...) in an input. */
Typed noise_ou_call(Builder *b, const AstExpr *call, const Scope *scope);

/* ---- neuron.c ---- */
/* Index of the neuron that `e` ("AVAL" or 3) names in population `pop`; -1 after a diagnostic. */
long neuron_index(Builder *b, const AstExpr *e, size_t pop);
/* The neurons *from to *to, both included, of "AVAL", 3 or 2..5; false after a diagnostic. */
bool neuron_run(Builder *b, const AstExpr *e, size_t pop, long *from, long *to);
/* neuron("PLML", 3, 5..8, ...): 1 for these, else 0. */
Typed neuron_indicator(Builder *b, const AstExpr *call, const Scope *scope);

/* ---- place.c ---- */
/* Reads the place of *pop, and its size from a grid when `size` is NULL; false after a diagnostic. */
bool place_read(Builder *b, const AstExpr *e, const AstExpr *size, ModelPop *pop);
/* The same kind and the same lengths; the numbers of neurons may differ. */
bool place_equal(Builder *b, const Place *p, const Place *q);
/* The position of the neuron with the number `var` of population `pop`; `axis` "x", "y" or NULL. */
Typed place_position(Builder *b, Span at, size_t pop, EigVar var, const char *axis);
/* Of the pair; `what` is the word that asks for it. Without an expression after a diagnostic. */
Typed place_distance(Builder *b, Span at, const char *what, PairPlaces *pair);
Typed place_distance_squared(Builder *b, Span at, const char *what, PairPlaces *pair);
/* Pairs of equal displacement, around a ring or torus too, have equal values of `e`. */
bool place_is_translation_invariant(const PairPlaces *pair, const Expr *e);

/* ---- kernel.c ---- */
bool kernel_is_shape(const char *name);
/* Writes their names, at most 16, and gives the number of them. */
size_t kernel_shapes(const char **names);
/* gaussian(...) and the like in a kernel; false when it is no shape. */
bool kernel_shape(Builder *b, const AstExpr *call, const Scope *scope, Typed *out);
/* pattern = kernel(...): multiplies the weight of *c, if that was understood, by it. */
bool kernel_read(Builder *b, const AstExpr *e, bool has_weight, ModelConn *c, Typed *of_one);

/* ---- constant.c ---- */
/* Marks a constant or a function as being evaluated; false after E0204 when it already is. */
bool symbol_open(Builder *b, Symbol *s, Span used_at);
/* E0403: too many expressions, or definitions, inside each other. */
void report_depth(Builder *b, Span at);
void symbol_close(Builder *b, Symbol *s, SymbolState state);
Typed symbol_value(Builder *b, Symbol *s, Span used_at);
/* ahead.c: evaluates the constants that `s` needs, and those that they need, without recursion from one to the next. */
void symbol_needs_first(Builder *b, Symbol *s);
/* What was looked up goes to *into (NULL: nowhere), and is forgotten. */
void params_note(Builder *b, uint64_t *into);
void constants_build(Builder *b);
/* A constant that must be there: value in *out; false after a diagnostic (or a silent error). */
bool constant_number(Builder *b, const AstExpr *e, const char *what, Typed *out);
/* A whole number of either sign. */
bool constant_integer(Builder *b, const AstExpr *e, const char *what, long *out);
/* The same, as the index of an array of so many circuits. */
bool constant_element(Builder *b, const AstExpr *e, const char *what, size_t n_elements, long *out);
/* A whole number in [lo, hi]; `unit` none. */
bool constant_whole(Builder *b, const AstExpr *e, const char *what, uint64_t lo, uint64_t hi, uint64_t *out);

/* ---- attribute.c ---- */
/* The attributes of a block, checked against the names it knows: one slot per
 * name, NULL when absent. Unknown names, duplicates and what is not built are
 * reported; false after one that was not understood, for it may be what seems
 * to be missing. */
typedef struct AttrRule {
    const char *name;
    AstAttrKind kind;
    const char *not_built;      /* the repair, for what the language has and nobody can compute yet */
    bool repeats;               /* may stand several times; collected by its reader */
    bool has_domain;            /* a function of which `on [lo, hi]` may stand behind its formula */
} AttrRule;
bool attributes_collect(Builder *b, const AstAttrs *attrs, const char *where, size_t n_rules, const AttrRule *rule,
                        const AstAttr **slot);
/* The population has an attribute of this name, or NULL for any, that was refused (E0205): `v = ...` for `v' = ...`. What misses a `v` then
 * has nothing to add. */
bool attribute_was_refused(const Builder *b, const PopBuild *pb, const char *name);
/* The (interned) name stands in the expression. */
bool attribute_mentions(const AstExpr *e, const char *name);
/* The value's name when it is one of `names`; -1 after a diagnostic. */
int attribute_choice(Builder *b, const AstExpr *e, const char *what, size_t n, const char *const *names);
bool attribute_yes_no(Builder *b, const AstExpr *e, const char *what, bool *out);

/* What a block knows, for those who list or draw attributes. */
const AttrRule *population_rules(size_t *n);
const AttrRule *connection_rules(size_t *n);
const AttrRule *simulate_rules(size_t *n);

/* ---- the blocks ---- */
void populations_declare(Builder *b);       /* names, sizes, signs, time constants */
void populations_build(Builder *b);         /* the other attributes */
void populations_finish(Builder *b);        /* activations, once units are known */
/* Names, signs and size from the table behind `from`; false after a diagnostic. */
bool population_read_table(Builder *b, const AstDecl *decl, ModelPop *p);
void connections_build(Builder *b);
/* label.c: fills in labels and keys. */
void label_wires(Builder *b, size_t n, Wire *wire);
/* Weight `e` of the connection *c, whose populations are known. *of_one has the unit of one weight. */
bool weight_build(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one);
/* A file or a literal matrix, as the weight of *c; `e` is one when weight_is_entries says so. */
bool weight_is_entries(const AstExpr *e);
bool weight_entries(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one);
void requirements_build(Builder *b);
/* The model's simulate block, or NULL. */
const AstDecl *simulate_block(const Builder *b);
void simulate_times(Builder *b);            /* before t has a unit: all but the records */

/* ---- protocol.c ---- */
void protocol_collect(Builder *b);          /* which params change: before constants are evaluated */
void protocol_build(Builder *b);            /* when, and to what: after simulate_times */
/* A param that changes, where its name stands at `at`. */
Typed protocol_value(Builder *b, Symbol *s, Span at, const Scope *scope);
/* A `let` that is made of params that change. */
Typed protocol_let(Builder *b, Symbol *s, Span at, const Scope *scope);

void records_build(Builder *b);

/* ---- infer.c ---- */
/* Gives every population's rate and input a unit; E0301 on conflicts. */
void units_infer(Builder *b);
/* The formula of population `pop`, once its input has a unit. */
Typed population_formula(Builder *b, size_t pop);

/* ---- equation.c ---- */
/* The states of a population by equations, pb->eq, and what does not stand beside them. */
void equations_declare(Builder *b, PopBuild *pb, const ModelPop *p);
void equations_build(Builder *b, size_t pop);       /* starts, rate and units */
void equations_read(Builder *b, size_t pop);        /* the equations, once the input has a unit */
void equations_finish(Builder *b, size_t pop);
/* The unit of time in equations. */
Unit equation_time(const Builder *b);
/* V.v, V[3].v in a recorded quantity; false when the base is no population. */
bool record_state(Builder *b, const AstExpr *e, const Scope *scope, Typed *out);

/* ---- current.c ---- */
Typed current_member(Builder *b, const AstExpr *e, const Scope *scope);      /* pre.NAME, post.NAME */
/* Reads the current of a connection, and separates it where it can be, once both rates have units; true the one time that it did. */
bool current_read(Builder *b, size_t conn);
/* While a current is read, variable v of the source neuron is VAR_OF_PRE + v and that of the target is v. Time is on
 * neither side; with a delay it is the target's, the present, wherever it stands. */
enum { VAR_OF_PRE = EIG_N_VARS };
enum { SIDE_PRE = 1, SIDE_POST = 2 };
int current_sides(const Expr *e, bool is_delayed);
/* In the variables of a neuron, whichever of the two it is. */
const Expr *current_of_neuron(Builder *b, const Expr *e);
/* by_pairs.c: the current as one number of each pair; false after E0403. */
bool current_by_pairs(Builder *b, Typed v, ModelConn *c);

/* ---- noise.c ---- */
Typed noise_symbol(Builder *b, Span at);
/* The drift of state k of a Stratonovich equation in Ito's sense; false after a diagnostic at `at`. */
bool noise_to_ito(Builder *b, Span at, size_t k, const Expr *factor, const Expr **drift);
/* e, an equation, as *drift + *factor * noise; *factor NULL without noise. False after a diagnostic. */
bool noise_split(Builder *b, const Expr *e, const Expr **drift, const Expr **factor);

/* ---- cost.c ---- */
/* Reads a cost expression; NULL after a diagnostic. */
const Cost *cost_read(Builder *b, const AstExpr *e);
/* phi for a cost, gain and threshold. */
void cost_activation(Builder *b, const Cost *cost, Num gain, Num threshold, Activation *out);
/* The k-th place where the cost fixes the unit of the rate; false when there is no k-th. */
bool cost_unit_place(const Cost *cost, size_t k, UnitFact *out);

/* ---- prox_step.c ---- */
/* prox_step = g; p->prox_step stays NULL without one, for 1 and inf, and after a diagnostic. */
void prox_step_read(Builder *b, const AstAttr *a, ModelPop *p);
/* p->stepped, once the activation is there. */
void prox_step_finish(Builder *b, const PopBuild *pb, ModelPop *p);

/* ---- cost_formula.c ---- */
/* Its argument and domain; false after a diagnostic. */
bool cost_formula_read(Builder *b, const AstAttr *a, CostDomain *out);
/* phi for a cost by formula, once the rate has a unit; leaves *out alone after a diagnostic. */
void cost_formula_activation(Builder *b, const PopBuild *pb, Num gain, Num threshold, Activation *out);
/* prox of `factor` times the cost, of EIG_VAR_Z; NULL: too large. x^2/2 + factor g is taken to be convex. */
const Expr *cost_formula_multiple(Builder *b, const CostFormula *cost, Num factor);
#endif
