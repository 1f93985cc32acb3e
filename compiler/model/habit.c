#include "compiler/model/habit.h"

#include <string.h>
#include <strings.h>

#include "compiler/model/build.h"

static const struct { HabitPlace place; const char *word, *name, *repair; } habit[] = {
#define HABIT(place, word, name, repair) { HABIT_##place, word, name, repair },
#include "compiler/model/habit.def"
#undef HABIT
};

enum { MOST = 12 };             /* names in a list */

static bool is_among(const char *name, size_t n, const char *const *names)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(names[k], name) == 0)
            return true;
    return false;
}

static bool differs_in_case(const char *word, size_t n, const char *const *names)
{
    for (size_t k = 0; k < n; k++)
        if (strcasecmp(names[k], word) == 0)
            return true;
    return false;
}

static bool is_exact_row(HabitPlace place, const char *word)
{
    for (size_t k = 0; k < sizeof habit / sizeof *habit; k++)
        if (habit[k].place == place && strcmp(habit[k].word, word) == 0)
            return true;
    return false;
}

/* Of an attribute or a value to choose nothing is said where the name it stands for is not known. */
static bool help_by_row(Ctx *cx, Diag *d, HabitPlace place, const char *word, size_t n, const char *const *names)
{
    bool only_known = place == HABIT_ATTRIBUTE || place == HABIT_CHOICE;
    for (size_t k = 0; k < sizeof habit / sizeof *habit; k++) {
        if (habit[k].place != place || strcasecmp(habit[k].word, word) != 0)
            continue;
        bool known = habit[k].name && is_among(habit[k].name, n, names);
        if ((only_known && !known) || (!known && !habit[k].repair))
            continue;
        if (known && (place == HABIT_NAME || !habit[k].repair))
            diag_help(cx, d, place == HABIT_CHOICE ? "write `%s`" : "it is called `%s`", habit[k].name);
        else
            diag_help(cx, d, "%s", habit[k].repair);
        return true;
    }
    return false;
}

static void help_by_list(Ctx *cx, Diag *d, size_t n, const char *const *names)
{
    const char *text = "";
    for (size_t k = 0; k < n && k < MOST; k++)
        text = arena_printf(&cx->arena, "%s%s`%s`", text, k == 0 ? "" : k + 1 == n ? " and " : ", ", names[k]);
    diag_help(cx, d, "what is known here: %s%s", text, n > MOST ? ", ..." : "");
}

bool habit_help(Ctx *cx, Diag *d, HabitPlace place, const char *word, size_t n, const char *const *names, HabitList list)
{
    bool is_letter = !word[1] && is_exact_row(place, word);      /* I and T are no other spelling of i and t */
    if ((is_letter || !differs_in_case(word, n, names)) && help_by_row(cx, d, place, word, n, names))
        return true;
    const char *near = nearest_name(word, names, n);
    if (near)
        diag_help(cx, d, "did you mean `%s`?", near);
    else if (list == HABIT_LISTS && n > 0)
        help_by_list(cx, d, n, names);
    return near || (list == HABIT_LISTS && n > 0);
}
