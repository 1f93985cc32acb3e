/* The verdicts on what a model requires: one function a row of compiler/model/require.def, and one more
 * for all values that params have in their ranges. All of the report is done but these verdicts. */
#ifndef COMPILER_CHECK_REQUIRE_H
#define COMPILER_CHECK_REQUIRE_H
#include "compiler/check/check.h"

typedef RequirementReport RequirementAnswer(Ctx *cx, Report *r, const ModelRequire *require);

/* That of the requirement's row. */
RequirementAnswer require_answer;
/* The verdict's reason is not said elsewhere in the report for people. */
bool require_says_why(const ModelRequire *require);

/* ---- require.c ---- */
RequirementAnswer require_dale;
RequirementAnswer require_stable, require_stable_for_all;
RequirementAnswer require_unique, require_unique_for_all;

/* ---- require_potential.c: may add a statement to the report's evidence ---- */
RequirementAnswer require_potential, require_potential_for_all;
/* What the statement "no-potential" about m needs to know of activations: NULL, or why it is not known. */
const char *potential_players_fault(Ctx *cx, const Net *net, const SlopeReport *slope, const ClaimMatrix *m, const Statement *s);

/* ---- require_balance.c ---- */
RequirementAnswer require_balanced, require_balanced_for_all;
/* What the statements "balance" and "no-balance" say of the network: NULL, or what is not so. */
const char *balance_facts_fault(Ctx *cx, const Net *net, const SlopeReport *slope, const Statement *s);

/* ---- bounds.c ---- */
/* Certified when the proved rate is at least the required one; undecided otherwise. */
RequirementAnswer require_rate;
/* Whether rates, or what is computed from them, stay within bounds from their start on, whatever the input
 * (docs/theory.md, Theorem 12). Refuted by a start that is outside. */
RequirementAnswer require_range;

/* ---- require_ranges.c ---- */
RequirementAnswer require_dale_for_all, require_rate_for_all, require_range_for_all;
#endif
