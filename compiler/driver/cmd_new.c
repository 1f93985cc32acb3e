#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/write_file.h"

/* In the layout of `eigc fmt`; %s is the model's name. */
static const char starter[] =
    "# A pair: one excitatory and one inhibitory population.\n"
    "#   eigc check FILE    what is proved about it\n"
    "#   eigc run FILE      its course in time, into NAME.npz\n"
    "model %s\n"
    "\n"
    "param w_EE = 0.5 in [0, 3]      # E <- E; --set w_EE=0.8 tries another value\n"
    "param w_EI = 1.2 in [0, 3]      # E <- I\n"
    "param w_IE = 1.0 in [0, 3]      # I <- E\n"
    "param w_II = 0.4 in [0, 3]      # I <- I\n"
    "\n"
    "population E excitatory {\n"
    "  size  = 1                     # neurons\n"
    "  tau   = 20 ms                 # time constant\n"
    "  cost  = nonnegative           # the activation is max(0, s)\n"
    "  input = 1 + 0.5 * step(t - 100 ms)\n"
    "}\n"
    "population I inhibitory {\n"
    "  tau  = 10 ms\n"
    "  cost = nonnegative\n"
    "}\n"
    "\n"
    "# Weights are sizes; the sign is the population's.\n"
    "connect E -> E { weight = w_EE }\n"
    "connect I -> E { weight = w_EI }\n"
    "connect E -> I { weight = w_IE }\n"
    "connect I -> I { weight = w_II }\n"
    "\n"
    "# What has to be proved: `eigc check` fails where it is not.\n"
    "require dale\n"
    "require stable\n"
    "\n"
    "simulate {\n"
    "  duration = 500 ms\n"
    "  method   = rk4\n"
    "  step     = 0.1 ms\n"
    "  record E, I every 1 ms\n"
    "}\n";

static bool is_name(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    return *s && strchr(letters, *s) && s[strspn(s, rest)] == 0;
}

/* The name of the model in dir/NAME or dir/NAME.eig; NULL after a message. */
static const char *model_name(Ctx *cx, const char *operand)
{
    const char *slash = strrchr(operand, '/');
    char *name = arena_strdup(&cx->arena, slash ? slash + 1 : operand);
    size_t n = strlen(name);

    if (n > 4 && !strcmp(name + n - 4, ".eig"))
        name[n - 4] = 0;
    if (is_name(name))
        return name;
    fprintf(stderr,
            "eigc new: '%s' is no name of a model: letters a to z and A to Z, digits and '_',\n"
            "not a digit first; a folder may stand before it\n",
            name);
    return NULL;
}

static bool is_free(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return true;
    fprintf(stderr, "eigc new: %s is there already and stays as it is; give another name, or remove it first\n", path);
    return false;
}

static ExitStatus write_starter(Ctx *cx, const char *name, const char *path)
{
    Sbuf text = {0};

    sbuf_printf(&text, starter, name);
    bool ok = write_file(cx, path, sbuf_text(&text), text.n);
    sbuf_free(&text);
    return ok ? STATUS_DONE : STATUS_SYSTEM;
}

static ExitStatus new_file(Ctx *cx, const char *operand)
{
    const char *name = model_name(cx, operand);
    if (!name)
        return STATUS_WRONG;
    const char *slash = strrchr(operand, '/');
    int folder = slash ? (int)(slash + 1 - operand) : 0;
    Sbuf path = {0};
    sbuf_printf(&path, "%.*s%s.eig", folder, operand, name);
    ExitStatus status = is_free(sbuf_text(&path)) ? write_starter(cx, name, sbuf_text(&path)) : STATUS_WRONG;
    if (status == STATUS_DONE)
        printf("%s: a model to start from; try 'eigc check %s'\n", sbuf_text(&path), sbuf_text(&path));
    sbuf_free(&path);
    return status;
}

ExitStatus cmd_new(const Options *o)
{
    Ctx cx;

    ctx_init(&cx);
    ExitStatus status = strcmp(o->operand, "-") ? new_file(&cx, o->operand) : write_starter(&cx, "pair", "-");
    diagnose(&cx, o);
    ctx_free(&cx);
    return status;
}
