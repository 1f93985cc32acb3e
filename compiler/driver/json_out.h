/* The JSON objects of --json. */
#ifndef COMPILER_DRIVER_JSON_OUT_H
#define COMPILER_DRIVER_JSON_OUT_H
#include <jansson.h>

#include "lang/base/ctx.h"

/* The SARIF log as a value. */
json_t *json_diagnostics(const Ctx *cx);
/* Prints an object on standard output and lets go of it. */
void json_print(json_t *root);
/* A file's name, which need not be UTF-8, as a JSON string. */
json_t *json_path(Ctx *cx, const char *path);
#endif
