/* Any text through every phase before code generation: parse, model, net,
 * check, plan. No crash, no leak, and every promise of tests/phases_hold.h. */
#include <stdint.h>

#include "tests/phases_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    phases_hold((const char *)data, n);
    return 0;
}
