#ifndef COMPILER_MODEL_SETTING_H
#define COMPILER_MODEL_SETTING_H
#include <stdbool.h>

/* `--set name=value`, exact text with an optional unit ("20 ms"). */
typedef struct Setting {
    const char *name, *value;
    const char *option;         /* "over", in messages; NULL: "set" */
    unsigned axis;              /* 0: it is the same in all sets of a sweep; else the number of its axis, from 1 */
    bool is_range;              /* `--over name=lo:hi`: it varies, and no param without such a setting does */
} Setting;
#endif
