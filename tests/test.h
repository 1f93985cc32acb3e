/* The whole test harness of the C tests: a test is a function, a check that
 * fails prints what it saw, a program prints one line a test. tests/run counts
 * the lines `ok NAME` and `not ok NAME` of every program and script. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H
#include <math.h>
#include <stdio.h>
#include <string.h>

static int test_failures, test_failed_tests;

#define CHECK(cond)                                                                        \
    do {                                                                                   \
        if (!(cond)) {                                                                     \
            test_failures++;                                                               \
            fprintf(stderr, "%s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #cond);      \
        }                                                                                  \
    } while (0)

/* Fails unless |a - b| <= atol + rtol |b|: a NaN fails. */
#define CHECK_CLOSE(a, b, rtol, atol)                                                      \
    do {                                                                                   \
        double test_a_ = (a), test_b_ = (b);                                               \
        if (!(fabs(test_a_ - test_b_) <= (atol) + (rtol)*fabs(test_b_))) {                 \
            test_failures++;                                                               \
            fprintf(stderr, "%s:%d: %s = %.17g, expected %.17g\n", __FILE__, __LINE__, #a, \
                    test_a_, test_b_);                                                     \
        }                                                                                  \
    } while (0)

#define CHECK_TEXT(a, b)                                                                   \
    do {                                                                                   \
        const char *test_a_ = (a), *test_b_ = (b);                                         \
        if (!test_a_ || strcmp(test_a_, test_b_) != 0) {                                   \
            test_failures++;                                                               \
            fprintf(stderr, "%s:%d: %s is\n%s\nexpected\n%s\n", __FILE__, __LINE__, #a,    \
                    test_a_ ? test_a_ : "(null)", test_b_);                                \
        }                                                                                  \
    } while (0)

#define RUN(test)                                                                          \
    do {                                                                                   \
        int test_before_ = test_failures;                                                  \
        test();                                                                            \
        if (test_failures != test_before_)                                                 \
            test_failed_tests++;                                                           \
        printf("%s %s\n", test_failures == test_before_ ? "ok" : "not ok", #test);        \
        fflush(stdout);                                                                    \
    } while (0)

static inline int test_done(void)
{
    return test_failed_tests ? 1 : 0;
}
#endif
