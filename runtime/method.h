#ifndef RUNTIME_METHOD_H
#define RUNTIME_METHOD_H
typedef enum EigMethod {
#define METHOD(id, name, order, stages, adaptive, text) EIG_METHOD_##id,
#include "runtime/method.def"
#undef METHOD
    EIG_N_METHODS
} EigMethod;
#endif
