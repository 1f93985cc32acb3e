/* Where a run stands between two steps, and the file that keeps it: all that the steps after it depend on beside the problem. Of noise there
 * is nothing in it, as its normals are a function of the seed and of the number of the step. */
#ifndef RUNTIME_MOMENT_H
#define RUNTIME_MOMENT_H
#include "runtime/problem.h"

/* Adaptive methods. A run that ends shortens its last step, which a longer one does not: its moment is the one before that step was first
 * tried, and `reached` the time up to which it has recorded. */
typedef struct EigControl {
    double t;                   /* of x */
    double h, growth;           /* length proposed for the next step; limit of its growth */
    double longest;             /* limit of h in that run */
    double reached;
} EigControl;

typedef struct EigMoment {
    int64_t step;               /* fixed steps: taken since t = 0, which is the number of the next; else 0 */
    bool has_control;           /* adaptive methods */
    EigControl control;
    size_t n_x, n_sent;
    double *x;                  /* n_x = eig_n_x */
    double *sent;               /* n_sent = eig_moment_sent: of each signal that is read late the rows of the last steps, those from
                                 * step - eig_moment_rows to step - 1, one after the other. So nothing in it is of the rings' own places */
} EigMoment;

/* With room for the problem's numbers at any step. False when there is no memory. Free with eig_moment_free either way. */
bool eig_moment_open(EigMoment *m, const EigProblem *p);
void eig_moment_free(EigMoment *m);
/* The time up to which everything is recorded. */
double eig_moment_time(const EigMoment *m, const EigProblem *p);
/* Rows of a signal whose ring has so many, of which the one of the step itself is computed anew. */
int64_t eig_moment_rows(int64_t step, size_t ring_rows);
/* Numbers in `sent` after so many steps; SIZE_MAX where there is no memory to count them. */
size_t eig_moment_sent(const EigProblem *p, int64_t step);
/* `sent` from the rings of KERNEL_ARG history, m->step being set, and back. False when there is no memory. */
bool eig_moment_keep(EigMoment *m, const EigProblem *p, const double *rings);
bool eig_moment_recall(const EigMoment *m, const EigProblem *p, double *rings);
/* Its numbers are those of a run: finite, and of an adaptive method in order. */
bool eig_moment_is_finite(const EigMoment *m);

/* False with a message where no file can be written under this name. */
bool eig_moment_has_place(const char *path, char error[256]);
/* An .npz of meta (a text), x and, with delays, sent, or of an adaptive method control; it appears whole or not at all. The step is the
 * caller's to say in meta. False with a message. */
bool eig_moment_write(const EigMoment *m, const char *path, const char *meta, char error[256]);

typedef enum EigMomentRead {
    MOMENT_READ,
    MOMENT_UNREADABLE,          /* what the system said is in error */
    MOMENT_OTHER,               /* not a file of this kind */
    MOMENT_DAMAGED              /* it began as one: cut off, or bytes changed */
} EigMomentRead;
/* Everything in the file but the step. meta: malloc'd, of 7-bit characters. Nothing is owned by the caller unless MOMENT_READ. */
EigMomentRead eig_moment_read(EigMoment *m, const char *path, char **meta, char error[256]);
#endif
