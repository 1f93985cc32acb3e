/* What --version, result files and certificates say made them. */
#ifndef COMPILER_DRIVER_VERSION_H
#define COMPILER_DRIVER_VERSION_H

#define EIGC_VERSION "0.1.0"
#endif
