/* The readers behind matrix_file_read, one a format. Each fills sizes and
 * values, or adds an E05xx and returns false. */
#ifndef COMPILER_DATA_MATRIX_FORMAT_H
#define COMPILER_DATA_MATRIX_FORMAT_H
#include "compiler/data/file.h"
#include "compiler/data/matrix.h"

bool matrix_npy(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out);
bool matrix_csv(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out);
bool matrix_mtx(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out);
#endif
