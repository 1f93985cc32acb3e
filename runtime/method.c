#include "runtime/method.h"

const EigMethodInfo eig_method[EIG_N_METHODS] = {
#define METHOD(id, name_, order_, stages_, adaptive_, noise_, delays_, text_)                              \
    [EIG_METHOD_##id] = {.name = name_, .text = text_, .order = order_, .stages = stages_, \
                         .adaptive = adaptive_, .noise = noise_, .delays = delays_},
#include "runtime/method.def"
#undef METHOD
};
