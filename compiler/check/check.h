/* Net -> verdicts with evidence. Pure numerics: no text, no LLVM. Search
 * proposes, verify.h decides; a verdict other than TRUTH_UNDECIDED has been
 * accepted by the verifier. */
#ifndef COMPILER_CHECK_CHECK_H
#define COMPILER_CHECK_CHECK_H
#include "compiler/check/conclusion.h"
#include "compiler/check/proof/evidence.h"
#include "compiler/check/proof/ranges.h"
#include "compiler/net/net.h"

typedef enum Truth { TRUTH_UNDECIDED, TRUTH_CERTIFIED, TRUTH_REFUTED, TRUTH_EXEMPT } Truth;
const char *truth_name(Truth t);            /* "certified", ... */

/* ---- Dale's law ---- */
typedef struct DaleViolation {
    size_t block;
    size_t pre_pop, pre, post_pop, post;    /* neuron indices within their populations */
    Num weight;
} DaleViolation;
enum { DALE_MAX_KEPT = 20 };
typedef struct DaleReport {
    Truth verdict;              /* EXEMPT when nothing that sends has a sign to keep; UNDECIDED for `open`. Of weights alone */
    const char *open;           /* a connection whose weights are not drawn, and could be below 0; NULL: none is */
    size_t n_currents;          /* connections of populations with a sign that are currents, which have none */
    size_t n_violations;        /* all of them; the first DALE_MAX_KEPT are kept */
    DaleViolation violation[DALE_MAX_KEPT];
    size_t n_exempt_pops;
} DaleReport;

/* ---- slopes ---- */
typedef struct SlopeReport {
    bool proved;                /* [lo, hi] holds for every z, by formula or by interval arithmetic */
    bool monotone;              /* lo >= 0 */
    bool bounded;               /* hi is finite */
    bool too_large;             /* not bounded, because the bound is beyond the doubles */
    Num lo, hi;
    Num attained;               /* a proved lower bound of sup phi': hi itself where hi is known to be that; NULL unless bounded */
    double attained_at;         /* of a cost by formula: a rate where the curvature is as small as `attained` says; NaN: none is known */
    Num unit_hi, unit_attained; /* the same at gain 1, where neurons differ in gain: then hi is that of the largest gain,
                                 * attained that of the least. NULL elsewhere */
    const char *reason;         /* how it was proved, or why it was not */
} SlopeReport;

/* ---- Lyapunov diagonal stability ---- */
typedef struct LdsReport {
    Truth verdict;
    bool at_population_level;   /* some rows of `matrix` stand for many neurons */
    const char *method;         /* the test that decided: "two rows, closed form", ... */
    const char *reason;         /* UNDECIDED: what was tried and how close it came */
    bool has_margin;
    double margin;              /* lower bound (certified) of the leak margin t*: measured, not part of the proof */
    ClaimMatrix matrix;
    const struct RowOrder *order;       /* in which the search took its rows (lds/row_order.h); NULL: as they stand */
    Evidence evidence;
    size_t n_components, largest_component;
} LdsReport;

/* ---- what follows ---- */
/* One thing that is concluded, the theorems ("Theorems 20 and 29") and their hypotheses. */
typedef struct StabilityPart {
    const char *says, *theorem, *because;
} StabilityPart;
enum { STABILITY_MOST_PARTS = 6 };
typedef struct StabilityReport {
    Truth verdict;              /* of global exponential/asymptotic stability; never REFUTED by a failed sufficient condition */
    Truth unique;               /* of: exactly one equilibrium for every constant input */
    const char *conclusion;     /* a sentence */
    const char *attracts;       /* in it: which equilibrium attracts what starts near; NULL: none is known to */
    const char *not_unique;     /* in it: why there is not one equilibrium for every constant input; NULL: all of it says so, or nothing does */
    const char *theorem;        /* "Theorem 4 (docs/theory.md)": its hypotheses were checked */
    const char *open;           /* what is not proved, or NULL */
    size_t n_parts;             /* where several things are concluded: these, which `conclusion` and `theorem` say together; else 0 */
    StabilityPart part[STABILITY_MOST_PARTS];
    Num rate;                   /* proved lower bound on the exponential rate, per canonical time unit; NULL when none is stated */
    const struct Equilibria *places;        /* where equilibria may be at the model's input (equilibria.h); NULL: not sought yet */
} StabilityReport;

/* ---- for all values that params have in their ranges ---- */
typedef struct RangeReport {
    bool asked;                 /* stability or uniqueness is required for all params */
    Truth lds;                  /* CERTIFIED: for all of them; REFUTED: at `point` */
    Truth stable;               /* CERTIFIED: and convergence */
    const char *reason;         /* of what is not certified */
    Ranges ranges;              /* the params that matter; with CERTIFIED, the proof */
    const char *point;          /* REFUTED: "w_EE = 3, w_EI = 0" */
    size_t n_at;                /* the same: of each param its name and value; NULL: none was found */
    const char *const *at_name;
    mpq_t *at;
    bool is_in_certificate;     /* the proof at that point is written into the file that is asked for */
    LdsReport there;            /* what was decided there, with its witness */
} RangeReport;

typedef struct RequirementReport {
    Truth verdict;
    const char *reason;
    size_t line;                /* of the requirement in its file; 0 for a model without text */
} RequirementReport;

typedef struct Report {
    const Net *net;
    Conclusion only;            /* what was asked for; what it does not cover is zero */
    DaleReport dale;
    SlopeReport *slope;         /* one per population */
    LdsReport lds;
    StabilityReport stability;
    LdsReport local;            /* CERTIFIED: of the network in a box of rates, where its slopes are smaller; `stability` says it then */
    RangeReport ranges;
    size_t n_requirements;
    RequirementReport *requirement;     /* one per ModelRequire; none where not all is asked for */
    const struct Advice *advice;        /* advice.h; NULL until asked for */
} Report;

/* The most rows and entries that diagonal stability is searched in; synapses beyond them are not read. */
enum { CHECK_MAX_ROWS = 200000, CHECK_MAX_ENTRIES = 26 * 1000 * 1000 };      /* some 150 bytes an entry, in all */

/* Runs the checks that are asked for, in order. Adds diagnostics E06xx/E07xx for violations; false when one was added. */
bool check_net(Ctx *cx, const Net *net, Conclusion only, Report *out);
/* The same; what is proved of activations is kept in `known` for the networks that follow, of the same context and pool. */
typedef struct SlopeProofs SlopeProofs;
bool check_net_knowing(Ctx *cx, const Net *net, Conclusion only, SlopeProofs *known, Report *out);
/* It was looked at. */
bool report_covers(const Report *r, Conclusion c);
/* All that was required, and Dale's law, holds; where one conclusion was asked for, that one in place of what is required. */
bool report_passes(const Report *r);
void report_print(const Report *r, Sbuf *out);              /* for people */
void report_explain(const Report *r, Sbuf *out);            /* behind it: the numbers of the verdict, to be redone by hand */
/* The object of cli.md, without "diagnostics" and "certificate": Jansson's json_t, owned by the caller. */
struct json_t;
struct json_t *report_json(const Report *r);
/* What the certificate is about: `local` where that is certified, else `lds`. */
const LdsReport *report_proof(const Report *r);
/* What it has beside that, of slopes everywhere, where it is about a box: `lds` then, if that is decided. NULL: nothing. */
const LdsReport *report_everywhere(const Report *r);
void report_free(Report *r);    /* the exact numbers of matrix and evidence */
#endif
