#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "compiler/driver/explain.h"
#include "compiler/driver/options.h"

static const char *find_page(const char *code)
{
    for (size_t k = 0; k < explain_n_pages; k++)
        if (!strcmp(explain_pages[k].code, code))
            return explain_pages[k].text;
    return NULL;
}

static ExitStatus list_codes(void)
{
    for (DiagCode k = 0; k < DIAG_N_CODES; k++)
        printf("%s  %s\n", diag_code_name(k), diag_code_title(k));
    return STATUS_DONE;
}

static ExitStatus complain(const char *code)
{
    const char *name[DIAG_N_CODES];

    for (DiagCode k = 0; k < DIAG_N_CODES; k++)
        name[k] = diag_code_name(k);
    const char *near = diag_nearest(code, name, DIAG_N_CODES);
    fprintf(stderr, "eigc explain: there is no diagnostic '%s'", code);
    if (near)
        fprintf(stderr, "; did you mean %s?", near);
    fputs("\n'eigc explain' lists them all.\n", stderr);
    return STATUS_WRONG;
}

ExitStatus cmd_explain(const Options *o)
{
    char code[16];
    DiagCode known;

    if (!o->operand)
        return list_codes();
    snprintf(code, sizeof code, "%s", o->operand);
    code[0] = (char)toupper((unsigned char)code[0]);    /* e0101 is as good */
    if (!diag_code_from_name(code, &known))
        return complain(o->operand);
    const char *page = find_page(code);
    if (page)
        fputs(page, stdout);
    else
        printf("# %s: %s\n", code, diag_code_title(known));
    return STATUS_DONE;
}
