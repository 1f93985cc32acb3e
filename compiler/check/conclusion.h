/* What may be asked of a check: all there is to say, or one conclusion. conclusion.def is the table behind it. */
#ifndef COMPILER_CHECK_CONCLUSION_H
#define COMPILER_CHECK_CONCLUSION_H

typedef enum Conclusion {
    CONCLUDE_ALL,               /* requirements and advice too */
#define CONCLUSION(NAME, name, title) CONCLUDE_##NAME,
#include "compiler/check/conclusion.def"
#undef CONCLUSION
    N_CONCLUSIONS
} Conclusion;

/* Of all, both are NULL. */
typedef struct ConclusionRow {
    const char *name, *title;   /* "dale", "Dale's law" */
} ConclusionRow;
extern const ConclusionRow conclusion_table[N_CONCLUSIONS];
#endif
