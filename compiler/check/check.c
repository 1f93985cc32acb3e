#include "compiler/check/check.h"

const char *truth_name(Truth t)
{
    static const char *const name[] = {"undecided", "certified", "refuted", "exempt"};
    return name[t];
}
