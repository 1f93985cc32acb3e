/* The model: what was meant. Names are resolved, units checked, constants
 * folded to exact rationals in canonical units, parameters set. Symbolic and
 * small: its size does not depend on the number of neurons (tables apart).
 *
 * Built by model_build from the Ast, const afterwards. Spans point back into
 * the text; there are no Ast nodes in it. */
#ifndef COMPILER_MODEL_MODEL_H
#define COMPILER_MODEL_MODEL_H
#include "compiler/data/values.h"
#include "compiler/expr/expr.h"
#include "compiler/expr/kink.h"
#include "compiler/expr/unit.h"
#include "compiler/model/setting.h"
#include "runtime/method.h"

typedef enum Sign { SIGN_MIXED = 0, SIGN_EXC = 1, SIGN_INH = -1 } Sign;

/* What a part of a model was made of (made.c). */
typedef struct ModelMade {
    uint64_t axes;              /* bits: the axes of a sweep whose values stand in it */
    uint64_t units;             /* of the units, and of the bare zeros, that were met: those of another set are the same where this is */
} ModelMade;

typedef struct ModelParam {
    const char *name;
    Span span;
    Unit unit;
    Num value;                  /* after --set */
    bool has_range;
    Num lo, hi;
    const char *range_text;     /* the range, for messages: "[1 s, 2 s]" */
    bool was_set;
    const char *set_text;       /* as given to --set, for certificates and results */
    const char *set_by;         /* ... and by which option: "set", "over" */
    bool varies;                /* has a range, from the text or by --over: what depends on it is followed */
    unsigned bit;               /* then: in Dependence.params; by names, not by declarations */
} ModelParam;

/* A piece of a cost by formula between two of its kinks, or an end of its domain. */
typedef struct CostPiece {
    Num lo, hi;                 /* NULL: infinite. Pieces that meet at an irrational kink share the doubles beside it (compiler/expr/piece.h) */
    const Expr *g, *slope, *curve;      /* of EIG_VAR_X on [lo, hi], without abs, max, step, ...; g' and g'' */
    const Kink *from, *to;      /* irrational kinks where it begins and ends, bases of powers kept above 0 there (kink.h); NULL: at lo and hi */
} CostPiece;

/* cost(x) = g on [lo, hi]: phi(z) = prox_g(gain (z - threshold)). */
typedef struct CostFormula {
    const Expr *g;              /* of EIG_VAR_X */
    Num lo, hi;                 /* NULL: infinite */
    size_t n_pieces;
    const CostPiece *piece;     /* from lo to hi */
    size_t n_parts;
    const CostPiece *part;      /* the pieces as a run computes their derivatives: cut further, and without overflow on the way */
    Span span;
} CostFormula;

/* phi as an expression of EIG_VAR_Z, with gain, threshold and every cost term
 * in it, and what is known of it. */
typedef struct Activation {
    const Expr *phi;
    const Expr *computed;       /* phi as a run has it: of a formula, a line or a NaN where overflow makes it something else; of a named cost, with
                                 * what makes up for rounding. NULL: phi itself */
    const Expr *computed_slope; /* the same of `slope` */
    bool has_gaps;              /* by formula, and NaNs there are */
    bool is_analytic;           /* a named cost whose phi has all derivatives, whatever its formula chooses between: parts of it continue each other */
    const Expr *slope;          /* phi' of a named cost, in its tails too; NULL for a formula and where set_valued */
    const char *text;           /* as the modeller wrote it: "nonnegative + l1(0.1)" */
    const struct Cost *named;   /* a cost by name, or a sum of such (model/cost/cost.h); NULL: written by a formula */
    bool by_formula;            /* written as activation(z) = ...: slope bounds have to be proved (check/slope.c) */
    const CostFormula *cost;    /* written as cost(x) = ...; NULL otherwise. Unless slope_known, phi is a solve and convexity has to be proved (check/convex.c) */
    bool slope_known;           /* named cost: [slope_lo, slope_hi] holds by its formula (docs/theory.md, table of costs) */
    Num slope_lo, slope_hi;     /* gain included; sup and inf of phi' */
    Num slope_attained;         /* sup phi' is at least this: slope_hi itself where that is known to be the supremum */
    bool slope_unbounded;       /* slope_hi is infinite, and so NULL */
    bool slope_too_large;       /* or, counted as that, finite and beyond the doubles */
    bool set_valued;            /* it jumps, and at the jump is every value between: phi holds away from it */
    Num range_lo, range_hi;     /* bounds of phi; NULL where unbounded */
    Num gain, threshold;
    const Expr *gain_of, *threshold_of; /* of i and draws, where one of them differs from neuron to neuron: gain is 1 and threshold
                                 * 0 then, and a neuron's activation is phi(gain_of (z - threshold_of)). NULL elsewhere */
    Span gain_span, threshold_span;     /* of these two */
    Span span;
} Activation;

/* What a run computes for phi. */
static inline const Expr *activation_computed(const Activation *act)
{
    return act->computed ? act->computed : act->phi;
}

/* A file of samples(...): what was measured, as doubles in the model's unit of
 * time; times ascend from 0. */
typedef struct ModelTable {
    const char *path, *sha256;
    Span span;
    size_t n_rows, n_columns;   /* n_columns: 1, or one a neuron */
    double *time, *value;       /* [n_rows], [n_rows * n_columns] */
    bool is_step;               /* each sample holds until the next; otherwise linear in between */
    double end;                 /* until when the samples reach */
} ModelTable;

typedef enum PlaceKind { PLACE_NONE, PLACE_LINE, PLACE_RING, PLACE_GRID, PLACE_TORUS } PlaceKind;

/* Where the neurons of a population stand: neuron i in column i % extent[0], row i / extent[0]. */
typedef struct Place {
    PlaceKind kind;
    size_t extent[2];           /* columns, rows; extent[1] = 1 on a line and a ring */
    Num spacing;                /* between neighbours, in either direction */
    Unit unit;                  /* of the spacing: a length, an angle, a pure number */
    Span span;
} Place;
/* "ring" */
const char *place_name(PlaceKind kind);
/* Numbers in a position: 0, 1 or 2. */
size_t place_axes(PlaceKind kind);
bool place_is_periodic(PlaceKind kind);

/* A state of a population by equations: v' = drift + noise * unit white noise. */
typedef struct ModelState {
    const char *name;
    Span span;
    Unit unit;
    const Expr *drift;          /* of EIG_VAR_STATE + k, EIG_VAR_Z (its input), t, i */
    const Expr *noise;          /* likewise; NULL: no noise. The drift is that of the Ito form */
    const Expr *stratonovich;   /* the drift in the sense of Stratonovich, where the text means it so; else NULL */
    const Expr *start;          /* of i */
} ModelState;

/* noise_ou in an input: state n_states + k of each neuron (1 + k in a population without equations). */
typedef struct ModelOu {
    Span span;
    Num tau, sigma;             /* > 0, canonical time; >= 0, the input's unit */
} ModelOu;

typedef struct ModelPop {
    const char *name;
    const char *key;            /* what its draws and noise are keyed by: its name, or what `drawn_as` makes of it */
    Span span, sign_span;       /* the declaration's head; the word that gives the sign */
    Sign sign;                  /* SIGN_MIXED also for a table with both: see neuron_sign */
    bool is_exempt;             /* declared `mixed`: exempt from Dale's law */
    size_t size;
    const char **neuron_name;   /* from a table, size entries; NULL otherwise */
    signed char *neuron_sign;   /* from a table, +1 or -1; NULL: `sign` for all */
    Unit unit_x, unit_z;        /* of the rate, of the total input */
    size_t n_states;            /* > 0: by equations, without tau, activation and start */
    ModelState *state;
    const Expr *rate;           /* by equations: what it sends, of its states, t, i */
    Num tau;                    /* > 0, canonical time; NULL: tau_of */
    const Expr *tau_of;         /* of i and draws; NULL: all neurons have tau */
    Span tau_span;
    Activation act;             /* of the plain network, whatever the proximal step */
    const Dependence *tau_of_params;    /* how tau depends on params that have a range; NULL: it does not */
    const Dependence *gain_of_params;   /* how its gain, one number, depends on params that have a range; NULL: it does not */
    Num prox_step;              /* g > 0: tau x' = (stepped - x)/g; 0: the projected dynamics; NULL: 1, the plain network */
    bool is_switched;           /* prox_step = inf: tau x' = H(v) - x, H the end of the box that v points to; prox_step is NULL */
    const Expr *stepped;        /* with either: prox of g cost at (1 - g) x + g gain (z - threshold), of EIG_VAR_Z as phi is, and of x,
                                 * EIG_VAR_STATE. For 0 with g = step/tau, for inf with tau/step; NULL there where no Euler step of one
                                 * tau makes it */
    Span prox_span;
    const Expr *noise;          /* with a time constant: the factor of unit white noise in x', of t, i; NULL: none */
    const Expr *input;          /* of t, i, and the states of `ous`; never NULL (0) */
    VEC(ModelOu) ous;
    const Expr *start;          /* of i */
    uint64_t start_params;      /* bits of params with a range that stand in it */
    Place place;
    ModelMade made;             /* sizes and places apart */
} ModelPop;

typedef enum WeightKind {
    WEIGHT_UNIFORM,             /* factor */
    WEIGHT_PAIR,                /* factor * expr(pre.i, post.i) */
    WEIGHT_LITERAL,             /* factor * [[...], ...], rows are targets */
    WEIGHT_MATRIX,              /* factor * matrix("file") */
    WEIGHT_EDGES,               /* factor * edges("file" [, column]) */
    WEIGHT_LOW_RANK             /* factor * low_rank("left", "right"): their product, rows are targets and sources */
} WeightKind;

typedef enum PatternKind { PATTERN_ALL, PATTERN_ONE, PATTERN_RANDOM_P, PATTERN_RANDOM_INDEGREE, PATTERN_LISTED } PatternKind;

/* A number of one side of a pair, computed once a neuron. */
typedef struct ModelPart {
    bool of_source;
    const Expr *e;              /* of the neuron's states, t, i; a rate is state 0 where there are no equations */
} ModelPart;
enum { MODEL_MAX_PARTS = 255 }; /* and one more where weights are of low rank */

/* A product of a current: factor * gate * signal, summed over the sources; or the whole of one that does not separate:
 * `pair`, a number of each pair, weighed and summed over the sources. */
typedef struct ModelTerm {
    Num factor;                 /* >= 0; of a pair 1 */
    const Expr *gate;           /* of the target's states, t, i; NULL: 1 */
    const Expr *signal;         /* of the source's states, t, i, as parts are; NULL with `pair` */
    const Expr *pair;           /* of its parts: EXPR_COLUMN k is part k; NULL: a product */
    size_t n_parts;
    const ModelPart *part;
} ModelTerm;

typedef struct ModelConn ModelConn;
struct ModelConn {
    Span span;                  /* the head: connect A -> B */
    Span weight_span;
    size_t pre, post;           /* populations */
    WeightKind kind;
    Num factor;                 /* exact, scale included; >= 0 unless the source is `mixed` */
    double scale_power;         /* the scale is a constant times n to this power, n the source neurons; NAN: it is not; 0 without a scale */
    const Dependence *factor_of;    /* how the weight depends on params that have a range; NULL: it does not */
    const Expr *pair;
    bool by_displacement;       /* PAIR: equal displacements have equal weights, around a ring or torus too */
    bool normalize;             /* PAIR by displacement: divided by the sum over all displacements */
    Span kernel_span;           /* of pattern = kernel(...), or empty */
    Values literal;             /* row-major, post.size x pre.size */
    const Dependence **entry_of;    /* LITERAL: how each entry depends on such params, NULL where it does not; NULL: none does. Then factor_of
                                 * is unknown, and */
    const Dependence *outer_of; /* how the factor does */
    const char *path, *dir;     /* file, and the folder its name starts from */
    const char *right_path;     /* LOW_RANK: of the sources; `path` is of the targets */
    const char *column;         /* of edges; NULL: the first numeric one */
    size_t n_terms;             /* > 0: a current, the sum of these times the weight, which has no sign of its own; one where it is by pairs */
    ModelTerm *term;
    Num delay;                  /* > 0, canonical time; NULL: none */
    Span delay_span;
    PatternKind pattern;
    Num probability;            /* PATTERN_RANDOM_P */
    size_t indegree;            /* PATTERN_RANDOM_INDEGREE: no more than there are sources */
    const ModelConn *listed;    /* PATTERN_LISTED: LITERAL, MATRIX or EDGES, whose entries say with 1 and 0 who is connected */
    bool is_list;               /* it is the `listed` of another one: an edge needs no number */
    bool self;                  /* may a neuron connect to itself (pre == post) */
    uint64_t seed;
    const char *label;          /* "E->I", with "#2" behind the second between the same pair */
    const char *key;            /* of its draws: the ends and what is written in it */
    ModelMade made;
};

/* RATE: every trajectory converges exponentially, at `lo` per time or faster.
 * RANGE: what neurons do stays within [lo, hi] from the start on. */
typedef enum RequireKind {
#define REQUIREMENT(NAME, ...) REQUIRE_##NAME,
#include "compiler/model/require.def"
#undef REQUIREMENT
    N_REQUIREMENTS
} RequireKind;
typedef struct ModelRequire {
    RequireKind kind;
    Span span;
    const char *text;
    bool for_all_params;        /* whatever values params have in their ranges */
    const Expr *expr;           /* RANGE: as recorded quantities are; for neurons of a row it is of each of them */
    size_t n_neurons;           /* RANGE: 1, or the neurons of its row */
    Num lo, hi;                 /* canonical units; NULL: no bound on this side */
    const Dependence *lo_of, *hi_of;    /* on params that have a range; NULL: on none */
    uint64_t params;            /* all such params that stand in it */
} ModelRequire;

typedef struct ModelRecord {
    const char *name;           /* the expression's text: array name in results */
    Span span;
    Unit unit;
    const Expr *expr;           /* EXPR_RATE with index < 0 makes it a row of `width` numbers */
    size_t width;               /* 1, or the neurons of a population or of a range of it */
    size_t pop;                 /* population of a row with width > 1, else SIZE_MAX */
    size_t clock;               /* of ModelSim.clocks */
    ModelMade made;
} ModelRecord;

/* An interval at which some quantities are recorded. */
typedef struct ModelClock {
    Num every;                  /* > 0; NULL: every step */
    const char *text;           /* as it was first written: "1 ms", "step" */
    Span span;
} ModelClock;

typedef struct ModelSim {
    bool present;
    Span span;
    Num duration;               /* > 0 */
    Span duration_span;
    EigMethod method;           /* with is_auto what plan_choose_method() finds, and why: "`E` has noise", in words */
    bool is_auto;
    const char *chosen_since;
    Span method_span;
    bool has_step;
    Num step;                   /* > 0; fixed-step methods need it, adaptive ones take it as the first step */
    double rtol, atol;          /* adaptive methods */
    bool has_tolerance;         /* one of them is in the text */
    bool f32_weights;           /* weights in single precision, where they are arrays */
    uint64_t seed;
    Num noise_step;             /* > 0: noise is the path that steps of this length have, halved down to `step`; NULL: of each step anew */
    Span noise_step_span;
    VEC(ModelClock) clocks;     /* at least one, all different */
    VEC(ModelRecord) records;   /* empty: every population's rates, at the one clock */
} ModelSim;

typedef struct Model {
    const char *name;
    const char *path;           /* of the source file */
    VEC(int) imported;          /* the other files, as numbers of sources */
    bool has_time_unit;         /* time is in ms; otherwise the model is dimensionless */
    VEC(ModelParam) params;
    uint64_t params_in_tau, params_in_inputs;   /* bits of params that stand in time constants; in inputs, when these change, in
                                 * thresholds, and in gains where that is followed: those scale what inputs are to the rows of a matrix */
    uint64_t params_elsewhere;  /* in anything but these, weights, starts, and what is recorded */
    ModelMade made;             /* all that is no population, connection or record */
    VEC(uint64_t) together;     /* axes that stand together in a constant, a function or a requirement, which may be in error for both */
    VEC(ModelTable) tables;
    VEC(ModelPop) pops;
    VEC(ModelConn) conns;
    VEC(ModelRequire) requires;
    ModelSim sim;
    NumPool *nums;
} Model;

/* What rates are per, in texts for people. */
static inline const char *model_time_unit(const Model *m) { return m->has_time_unit ? "ms" : "unit of time"; }

/* Ast -> Model. False when an error diagnostic was added; *out then holds what
 * could be understood and must only be printed. */
bool model_build(Ctx *cx, NumPool *nums, int source, const Ast *ast, size_t n_set, const Setting *set, Model *out);
/* What is particular to one of many models of one text. */
typedef struct ModelOfMany {
    const AstExprs *measured;   /* recorded in place of what the text says, at the interval of its first record */
    VEC(const Activation *) known;      /* by formula, of the models before, with what was found of them; of one context and pool */
} ModelOfMany;
bool model_build_of_many(Ctx *cx, NumPool *nums, int source, const Ast *ast, size_t n_set, const Setting *set, ModelOfMany *many, Model *out);
void model_print(const Model *m, Sbuf *out);
/* Invariants; BUG() on a breach. */
void model_verify(const Model *m);
#endif
