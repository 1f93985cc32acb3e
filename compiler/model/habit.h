/* What to say of a word that is not known: the one that is meant, or what there is. */
#ifndef COMPILER_MODEL_HABIT_H
#define COMPILER_MODEL_HABIT_H
#include "lang/base/ctx.h"
#include "lang/base/diag.h"

typedef enum HabitPlace { HABIT_FUNCTION, HABIT_NAME, HABIT_ATTRIBUTE, HABIT_CHOICE, HABIT_REQUIREMENT } HabitPlace;

/* Adds the repair to `d`, if there is one: by a row of habit.def, by the nearest of `names`, or, where `d` does not list
 * them already, by a list of these. Whether it did. */
typedef enum HabitList { HABIT_LISTS, HABIT_LISTED } HabitList;
bool habit_help(Ctx *cx, Diag *d, HabitPlace place, const char *word, size_t n, const char *const *names, HabitList list);
#endif
