/* Exit statuses of the program (docs/cli.md, "Exit status"). */
#ifndef COMPILER_DRIVER_STATUS_H
#define COMPILER_DRIVER_STATUS_H

typedef enum ExitStatus {
    STATUS_DONE = 0,            /* check: and everything required was certified */
    STATUS_NOT_PROVED = 1,      /* a requirement refuted or undecided, a certificate rejected, a run left the finite numbers */
    STATUS_WRONG = 2,           /* the command line or the model */
    STATUS_SYSTEM = 3,          /* file, memory, library */
    STATUS_INTERRUPTED = 130
} ExitStatus;
#endif
