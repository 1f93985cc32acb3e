/* The result of a sweep: what was measured, by the values of the parameters. */
#ifndef RUNTIME_SURVEY_H
#define RUNTIME_SURVEY_H
#include "runtime/journal.h"

enum { SURVEY_MAX_AXES = 8 };

typedef struct EigAxis {
    const char *name;
    size_t n;
    const double *value;        /* [n] */
} EigAxis;

typedef struct EigSurvey {
    size_t n_axes, n_measures;
    const EigAxis *axis;        /* the last one runs fastest */
    const char *const *measure; /* [n_measures] */
    EigJournal *rows;           /* of n_measures numbers, the number of a row of result.def, and the time that was reached */
} EigSurvey;

/* True when the file name's extension names a format that is known: .csv and .npz. */
bool eig_survey_knows(const char *path);
/* Writes the file complete or not at all. .csv: `# meta` lines, a header, a row a set: the params, the measures (nan where the set
 * left the finite numbers), and how it ended. .npz: an array for each param, (n,), for each measure and for status, by the axes
 * in order, and meta. False with the reason in error. */
bool eig_survey_write(const EigSurvey *s, const char *path, const char *meta, char error[256]);
#endif
