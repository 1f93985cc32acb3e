/* Integration methods: the rows of runtime/method.def. */
#ifndef RUNTIME_METHOD_H
#define RUNTIME_METHOD_H
#include <stdbool.h>

typedef enum EigMethod {
#define METHOD(id, name, order, stages, adaptive, noise, delays, text) EIG_METHOD_##id,
#include "runtime/method.def"
#undef METHOD
    EIG_N_METHODS
} EigMethod;

typedef struct EigMethodInfo {
    const char *name, *text;
    int order, stages;
    bool adaptive, noise, delays;
} EigMethodInfo;

extern const EigMethodInfo eig_method[EIG_N_METHODS];
#endif
