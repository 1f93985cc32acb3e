/* What stands behind an option: numbers, words, params and their values. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/option_table.h"

static bool complain_choice(CommandId command, const char *option, const char *value, const char *const *choice,
                            size_t n)
{
    const char *near = diag_nearest(value, choice, n);

    fprintf(stderr, "eigc %s: '%s' is no value of --%s; it takes", command_table[command].name, value, option);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, "%s %s", k ? "," : "", choice[k]);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputc('\n', stderr);
    return option_complain_end(command);
}

static bool complain_number(CommandId command, const char *option, const char *value, const char *range)
{
    fprintf(stderr, "eigc %s: --%s takes %s, not '%s'\n", command_table[command].name, option, range, value);
    return option_complain_end(command);
}

static bool parse_choice(CommandId command, const char *option, const char *value, const char *const *choice, size_t n,
                         int *out)
{
    for (size_t k = 0; k < n; k++)
        if (!strcmp(value, choice[k])) {
            *out = (int)k;
            return true;
        }
    return complain_choice(command, option, value, choice, n);
}

static bool parse_seed(Options *o, const char *value)
{
    char *end;

    errno = 0;
    o->seed = strtoull(value, &end, 10);
    o->has_seed = true;
    if (value[0] < '0' || value[0] > '9' || *end || errno)
        return complain_number(o->command, "seed", value, "a whole number from 0 to 18446744073709551615");
    return true;
}

static bool parse_opt_level(Options *o, const char *value)
{
    if (value[0] < '0' || value[0] > '3' || value[1])
        return complain_number(o->command, "opt-level", value, "0, 1, 2 or 3");
    o->opt_level = value[0] - '0';
    return true;
}

/* Appends NAME=VALUE; *list is malloc'd, and so are the names. */
static bool parse_setting(CommandId command, const char *option, const char *wanted, const char *value, size_t *n, Setting **list)
{
    const char *equals = strchr(value, '=');

    if (!equals || equals == value || !equals[1])
        return complain_number(command, option, value, wanted);
    Setting *grown = realloc(*list, (*n + 1) * sizeof *grown);
    if (!grown)
        arena_on_exhausted((*n + 1) * sizeof *grown);
    *list = grown;
    char *name = strndup(value, (size_t)(equals - value));
    if (!name)
        arena_on_exhausted((size_t)(equals - value));
    grown[(*n)++] = (Setting){.name = name, .value = equals + 1};
    return true;
}

static bool parse_set(Options *o, const char *value)
{
    return parse_setting(o->command, "set", "NAME=VALUE", value, &o->n_set, &o->set);
}

/* NAME=LO:HI:N or NAME=A,B,...; what stands there is read by grid_read. */
static bool parse_axis(Options *o, const char *value)
{
    const char *equals = strchr(value, '=');
    char *name = equals ? strndup(value, (size_t)(equals - value)) : NULL;

    if (!equals || equals == value || !equals[1]) {
        free(name);
        return complain_number(o->command, "over", value, "NAME=LO:HI:N or NAME=A,B,...");
    }
    if (!name)
        arena_on_exhausted((size_t)(equals - value));
    if (o->n_over < SURVEY_MAX_AXES)
        o->over[o->n_over] = (Setting){.name = name, .value = equals + 1, .option = "over"};
    else
        free(name);
    o->n_over++;
    return true;
}

static bool parse_measure(Options *o, const char *value)
{
    const char **grown = realloc(o->measure, (o->n_measures + 1) * sizeof *grown);

    if (!grown)
        arena_on_exhausted((o->n_measures + 1) * sizeof *grown);
    o->measure = grown;
    o->measure[o->n_measures++] = value;
    return true;
}

static bool parse_count(CommandId command, const char *option, const char *value, long most, unsigned *out)
{
    char *end, wanted[64];
    long n = strtol(value, &end, 10);

    snprintf(wanted, sizeof wanted, "a whole number from 1 to %ld", most);
    if (value[0] < '1' || value[0] > '9' || *end || n > most)
        return complain_number(command, option, value, wanted);
    *out = (unsigned)n;
    return true;
}

static bool parse_over(Options *o, const char *value)
{
    if (o->command == COMMAND_sweep)
        return parse_axis(o, value);
    const char *equals = strchr(value, '='), *colon = equals ? strchr(equals, ':') : NULL;

    if (!equals || equals == value || !colon || colon == equals + 1 || !colon[1])
        return complain_number(o->command, "over", value, "NAME=LO:HI");
    if (!parse_set(o, value))
        return false;
    o->set[o->n_set - 1].is_range = true;
    o->set[o->n_set - 1].option = "over";
    if (o->n_over < 2)
        o->over[o->n_over] = o->set[o->n_set - 1];
    o->n_over++;
    return true;
}

static bool parse_depth(Options *o, const char *value)
{
    char *end;
    long depth = strtol(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end || depth > 12)
        return complain_number(o->command, "depth", value, "a whole number from 0 to 12");
    o->depth = (int)depth;
    return true;
}

static bool parse_dumps(Options *o, const char *value)
{
    const char *name[N_DUMPS];
    char word[32];

    for (int k = 0; k < N_DUMPS; k++)
        name[k] = dump_table[k].name;
    for (const char *p = value;; p++) {
        size_t n = strcspn(p, ",");
        int which = -1;
        snprintf(word, sizeof word, "%.*s", (int)(n < 31 ? n : 31), p);
        for (int k = 0; k < N_DUMPS; k++)
            if (dump_table[k].alias && !strcmp(word, dump_table[k].alias))
                which = k;
        if (which < 0 && !parse_choice(o->command, "dump", word, name, N_DUMPS, &which))
            return false;
        o->dump[which] = true;
        p += n;
        if (!*p)
            return true;
    }
}

static bool parse_format(Options *o, const char *value)
{
    static const char *const choice[] = {"text", "gnu", "json"};
    int k;

    if (!parse_choice(o->command, "diagnostics", value, choice, 3, &k))
        return false;
    o->diagnostics = (DiagFormat)k;
    return true;
}

static bool parse_only(Options *o, const char *value)
{
    const char *choice[N_CONCLUSIONS - 1];
    int k;

    for (Conclusion c = CONCLUDE_ALL + 1; c < N_CONCLUSIONS; c++)
        choice[c - 1] = conclusion_table[c].name;
    if (!parse_choice(o->command, "only", value, choice, N_CONCLUSIONS - 1, &k))
        return false;
    o->only = (Conclusion)(k + 1);
    return true;
}

static bool parse_colour(Options *o, const char *value)
{
    static const char *const choice[] = {"auto", "always", "never"};
    int k;

    if (!parse_choice(o->command, "color", value, choice, 3, &k))
        return false;
    o->colour = (ColourWhen)k;
    return true;
}

bool option_apply(Options *o, int id, const char *value)
{
    switch (id) {
    case OPT_set:         return parse_set(o, value);
    case OPT_seed:        return parse_seed(o, value);
    case OPT_opt_level:   return parse_opt_level(o, value);
    case OPT_dump:        return parse_dumps(o, value);
    case OPT_diagnostics: return parse_format(o, value);
    case OPT_color:       return parse_colour(o, value);
    case OPT_certificate: o->certificate = value; return true;
    case OPT_model:       o->model = value; return true;
    case OPT_output:      o->output = value; return true;
    case OPT_until:       o->until = value; return true;
    case OPT_save_state:  o->save_state = value; return true;
    case OPT_from:        o->from = value; return true;
    case OPT_data:        o->data = value; return true;
    case OPT_at:          return parse_setting(o->command, "at", "POP=RATE", value, &o->n_at, &o->at);
    case OPT_only:        return parse_only(o, value);
    case OPT_over:        return parse_over(o, value);
    case OPT_measure:     return parse_measure(o, value);
    case OPT_threads:     return parse_count(o->command, "threads", value, 1024, &o->threads);
    case OPT_trials:      return parse_count(o->command, "trials", value, 1 << 30, &o->trials);
    case OPT_depth:       return parse_depth(o, value);
    case OPT_cpu:         o->cpu = value; return true;
    case OPT_explain:     o->explain = true; return true;
    case OPT_no_check:    o->no_check = true; return true;
    case OPT_no_cache:    o->no_cache = true; return true;
    case OPT_reference:   o->reference = true; return true;
    case OPT_check:       o->check_only = true; return true;
    case OPT_json:        o->json = true; return true;
    case OPT_quiet:       o->quiet = true; return true;
    case OPT_time:        o->time = true; return true;
    case OPT_verify:      o->verify = true; return true;
    case OPT_help:        o->help = true; return true;
    case OPT_version:     o->version = true; return true;
    default:              o->dump[id - OPT_first_dump] = true; return true;
    }
}

void options_free(Options *o)
{
    for (size_t k = 0; k < o->n_set; k++)
        free((char *)o->set[k].name);
    free(o->set);
    for (size_t k = 0; k < o->n_at; k++)
        free((char *)o->at[k].name);
    free(o->at);
    for (size_t k = 0; o->command == COMMAND_sweep && k < o->n_over && k < SURVEY_MAX_AXES; k++)
        free((char *)o->over[k].name);
    free(o->measure);
}
