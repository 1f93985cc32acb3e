#include "lang/syntax_habit.h"

#include <string.h>

#include "lang/parser.h"

/* ---- words of other languages ---- */

typedef struct Habit {
    const char *word, *repair;
} Habit;

#define CONSTANT "a constant is declared by `let NAME = ...`, one that can be set by `param NAME = ...`"
#define FUNCTION "a function is one expression: `function f(x) = ...`"
#define CHOICE "a choice is made by `step`: `a + (b - a) * step(x)` is a for x below 0, then b"
#define LOOP "a loop stands behind a connection: `connect L[k].E -> L[k + 1].E { weight = 1 } for k in 0..2`"
#define OTHER_FILE "another file is read by `import \"other.eig\"`"
#define NEURONS "neurons are declared by `population NAME excitatory { ... }`"
#define SYNAPSES "synapses are declared by `connect SOURCE -> TARGET { ... }`"
#define REQUIREMENT "what has to be certified is written `require stable`, `require E in [0, 50]`"
#define SIGN "the sign stands behind the name: `population NAME excitatory`"
#define RUN "a run is described by `simulate { ... }`"
#define TRUTH "there are no truth values: a requirement is a statement of its own, two bounds are `E in [0, 5]`, a choice is made by `step`"

static const Habit opening[] = {
    { "const", CONSTANT },     { "constant", CONSTANT },   { "float", CONSTANT },  { "double", CONSTANT },   { "int", CONSTANT },
    { "real", CONSTANT },      { "var", CONSTANT },        { "parameter", CONSTANT }, { "parameters", CONSTANT }, { "set", CONSTANT },
    { "def", FUNCTION },       { "func", FUNCTION },       { "fn", FUNCTION },     { "if", CHOICE },         { "else", CHOICE },
    { "for", LOOP },           { "while", LOOP },          { "include", OTHER_FILE }, { "from", OTHER_FILE },   { "use", OTHER_FILE },
    { "using", OTHER_FILE },   { "neuron", NEURONS },      { "neurons", NEURONS }, { "group", NEURONS },     { "cell", NEURONS },
    { "synapse", SYNAPSES },   { "synapses", SYNAPSES },   { "projection", SYNAPSES }, { "edge", SYNAPSES },  { "assert", REQUIREMENT },
    { "check", REQUIREMENT },  { "ensure", REQUIREMENT },  { "run", RUN },         { "sim", RUN },           { "record", "it stands in `simulate { ... }`" },
    { "end", "a block ends with `}`" }, { "excitatory", SIGN },    { "inhibitory", SIGN },    { "mixed", SIGN },
};
static const Habit inside[] = {
    { "if", CHOICE }, { "then", CHOICE }, { "else", CHOICE }, { "and", TRUTH }, { "or", TRUTH }, { "not", TRUTH },
    { "every", "it stands in the line of what is recorded: `record E every 1 ms`" },
    { "is", "write `=` to define, `>=` and `<=` for a bound" },
};

static const char *look_up(const Habit *table, size_t n, const char *word)
{
    for (size_t k = 0; word && k < n; k++)
        if (strcmp(table[k].word, word) == 0)
            return table[k].repair;
    return NULL;
}

#define LENGTH(array) (sizeof(array) / sizeof *(array))

const char *syntax_opening_repair(const char *word)
{
    return look_up(opening, LENGTH(opening), word);
}

/* ---- what there is to ask ---- */

bool syntax_wants(const Found *f, const char *what)
{
    for (int k = 0; k < f->n; k++)
        if (strcmp(f->expected[k], what) == 0)
            return true;
    return false;
}

bool syntax_opens(const Parse *p, const char *word)
{
    return p->opening.text && strcmp(p->opening.text, word) == 0;
}

static bool at_declaration(const Found *f)
{
    return syntax_wants(f, "population");
}

static bool wants_expression(const Found *f)
{
    return syntax_wants(f, "a number") && syntax_wants(f, "(");
}

static bool ends_line(const Found *f)
{
    return syntax_wants(f, "the end of the line");
}

/* Attributes stand here, or what a run does. */
static bool in_block(const Found *f)
{
    return f->p->n_blocks > 0 && f->p->block[f->p->n_blocks - 1].kind != BLOCK_DECLARATIONS;
}

/* The bytes behind what was found. */
static const char *behind(const Found *f)
{
    return f->p->cx->sources[f->p->source]->bytes + f->t.span.to;
}

/* The same without blanks. */
static const char *next_behind(const Found *f)
{
    const char *next = behind(f);
    return next + strspn(next, " \t");
}

static bool is_definition(const Found *f)
{
    const char *next = next_behind(f);
    return f->t.kind == T_NAME && next[0] == '=' && next[1] != '=';
}

/* ---- the mistakes ---- */

static bool comment(const Found *f)
{
    int k = f->t.kind;
    return at_declaration(f) && (k == T_OVER || k == T_MINUS || k == T_TIMES || k == T_STRING);
}

static bool comment_behind(const Found *f)
{
    char next = *behind(f);
    return (f->t.kind == T_OVER && (f->left.kind == T_OVER || next == '/' || next == '*')) || (f->t.kind == T_MINUS && next == '-');
}

/* "0,5": a digit on both sides of the comma, and no blank. */
static bool decimal_comma(const Found *f)
{
    char next = *behind(f);
    return f->t.kind == T_COMMA && f->left.kind == T_NUMBER && f->left.span.to == f->t.span.from && next >= '0' && next <= '9';
}

static bool requirements_in_a_row(const Found *f)
{
    return f->t.kind == T_COMMA && syntax_opens(f->p, "require");
}

static bool requirement_of_words(const Found *f)
{
    return f->t.kind == T_NAME && f->left.kind == T_NAME && syntax_opens(f->p, "require");
}

static bool populations_in_a_row(const Found *f)
{
    return f->t.kind == T_COMMA && syntax_opens(f->p, "population");
}

static bool size_in_brackets(const Found *f)
{
    return f->t.kind == T_OPEN_LIST && f->left.kind == T_NAME && syntax_opens(f->p, "population");
}

static bool comma_between_definitions(const Found *f)
{
    return f->t.kind == T_COMMA && ends_line(f);
}

static bool range_of_one(const Found *f)
{
    return f->t.kind == T_CLOSE_LIST && syntax_wants(f, ",") && !syntax_wants(f, "]");
}

static bool block_in_parentheses(const Found *f)
{
    return f->t.kind == T_OPEN && syntax_wants(f, "{");
}

static bool block_not_opened(const Found *f)
{
    return f->t.kind == T_NAME && syntax_wants(f, "{") && is_definition(f);
}

static bool sign_beside_table(const Found *f)
{
    return f->left.kind >= T_EXCITATORY && f->left.kind <= T_MIXED && f->t.text && strcmp(f->t.text, "from") == 0;
}

static bool chained(const Found *f)
{
    int k = f->t.kind;
    return (k == T_LT || k == T_LE || k == T_GT || k == T_GE || k == T_EQ) && syntax_wants(f, "+");
}

static bool single_quote(const Found *f)
{
    return f->t.kind == T_PRIME && syntax_wants(f, "a text in quotes");
}

static bool file_name(const Found *f)
{
    return syntax_wants(f, "a text in quotes") && !syntax_wants(f, "a number");
}

static bool definitions_on_a_line(const Found *f)
{
    return is_definition(f) && ends_line(f) && in_block(f);
}

static bool constants_on_a_line(const Found *f)
{
    return is_definition(f) && ends_line(f);
}

/* `{ ... } param q = 1`; behind a number, `let a = 1 param q = 1`, the word was taken for a unit. */
static bool declaration_on_a_line(const Found *f)
{
    if (!ends_line(f) || f->t.kind != T_NAME)
        return false;
    if (f->left.kind == T_UNIT && layout_opens_declaration(f->left.text))
        return true;
    char next = *next_behind(f);
    bool goes_on = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '_' || next == '"' || next == '{';
    return goes_on && layout_opens_declaration(f->t.text);
}

static bool declaration_in_a_line_of_attributes(const Found *f)
{
    return in_block(f) && declaration_on_a_line(f);
}

static bool entries_without_comma(const Found *f)
{
    return syntax_wants(f, ",") && syntax_wants(f, "*") && (f->t.kind == T_NUMBER || f->t.kind == T_NAME);
}

static bool product(const Found *f)
{
    return f->left.kind == T_NUMBER && (f->t.kind == T_NAME || f->t.kind == T_NUMBER || f->t.kind == T_OPEN);
}

/* `[z]_+`, `[z]^+`, `[z]+`: the bracket of formulas on paper, which is 0 below 0. */
static bool rectified(const Found *f)
{
    if (f->left.kind == T_CLOSE_LIST)
        return f->t.kind == T_NAME && strcmp(f->t.text, "_") == 0 && strchr("+{", *behind(f)) && *behind(f);
    const char *bytes = f->p->cx->sources[f->p->source]->bytes;
    size_t plus = f->left.span.from, bracket = plus > 0 && bytes[plus - 1] == '^' ? 1 : 0;
    return f->left.kind == T_PLUS && wants_expression(f) && plus > bracket && bytes[plus - bracket - 1] == ']';
}

static bool derivative(const Found *f)
{
    return f->t.kind == T_OVER && syntax_wants(f, "'");
}

static bool second_derivative(const Found *f)
{
    return f->t.kind == T_PRIME && f->left.kind == T_PRIME;
}

static bool not_in_simulate(const Found *f)
{
    return syntax_wants(f, "'") && (syntax_opens(f->p, "record") || syntax_opens(f->p, "at"));
}

static bool no_equal(const Found *f)
{
    return syntax_wants(f, "'") && f->left.kind == T_NAME;
}

static bool all_params(const Found *f)
{
    return syntax_wants(f, "params");
}

static bool named_time(const Found *f)
{
    return f->t.kind == T_DEFINE && syntax_opens(f->p, "at");
}

static bool range_of_let(const Found *f)
{
    return f->t.kind == T_IN && syntax_opens(f->p, "let");
}

static bool param_without_value(const Found *f)
{
    return syntax_wants(f, "=") && syntax_opens(f->p, "param");
}

static bool let_without_value(const Found *f)
{
    return syntax_wants(f, "=") && syntax_opens(f->p, "let");
}

static bool range_without_in(const Found *f)
{
    return f->t.kind == T_OPEN_LIST && syntax_wants(f, "in") && syntax_opens(f->p, "param");
}

static bool range_without_brackets(const Found *f)
{
    return f->left.kind == T_IN && syntax_wants(f, "[");
}

static bool two_signs(const Found *f)
{
    const char *repair = f->t.kind == T_NAME ? syntax_opening_repair(f->t.text) : NULL;
    return f->left.kind >= T_EXCITATORY && f->left.kind <= T_MIXED && repair && strcmp(repair, SIGN) == 0;
}

static bool start_at_zero(const Found *f)
{
    return f->t.kind == T_NUMBER && f->left.kind == T_OPEN && syntax_wants(f, "a name") && !wants_expression(f);
}

static bool unit_times_unit(const Found *f)
{
    return f->t.kind == T_NAME && f->left.kind == T_UNIT;
}

static bool unit_to_a_minus(const Found *f)
{
    return f->t.kind == T_MINUS && f->left.kind == T_POWER && !wants_expression(f);
}

static bool function_in_braces(const Found *f)
{
    return f->t.kind == T_OPEN_BLOCK && syntax_opens(f->p, "function");
}

static bool function_of_nothing(const Found *f)
{
    return f->t.kind == T_CLOSE && f->left.kind == T_OPEN && syntax_opens(f->p, "function");
}

static bool circuit_without_parameters(const Found *f)
{
    return syntax_wants(f, "(") && !wants_expression(f) && syntax_opens(f->p, "circuit");
}

static bool model_of_words(const Found *f)
{
    return syntax_opens(f->p, "model");
}

static bool name_with_a_sign(const Found *f)
{
    return f->t.kind == T_MINUS && f->left.kind == T_NAME && !syntax_wants(f, "+");
}

static bool stray_bracket(const Found *f)
{
    return (f->t.kind == T_CLOSE || f->t.kind == T_CLOSE_LIST) && ends_line(f);
}

static bool list_in_braces(const Found *f)
{
    return f->t.kind == T_OPEN_BLOCK && wants_expression(f);
}

static bool declaration_in_block(const Found *f)
{
    return f->t.kind >= T_MODEL && f->t.kind <= T_SIMULATE;
}

#define OUTSIDE "a declaration stands outside the block, on a line of its own"

/* The first that applies counts. */
static const struct { bool (*applies)(const Found *f); const char *repair; } rule[] = {
    { comment, "a comment begins with `#`" },
    { comment_behind, "a comment begins with `#`, a fraction is written `1/3`" },
    { decimal_comma, "a decimal point is written `.`" },
    { requirements_in_a_row, "a requirement is a statement of its own: `require dale; require stable`" },
    { populations_in_a_row, "a population is a declaration of its own" },
    { comma_between_definitions, "definitions on one line are separated by `;`" },
    { range_of_one, "a range has two ends: `[lo, hi]`" },
    { block_in_parentheses, "a block is written in braces: `{ ... }`" },
    { size_in_brackets, "the number of neurons is an attribute: `size = 100`" },
    { declaration_in_a_line_of_attributes, OUTSIDE },
    { declaration_on_a_line, "each declaration begins on a line of its own, or behind a `;`" },
    { block_not_opened, "a block begins with `{` and ends with `}`" },
    { definitions_on_a_line, "several definitions on one line are separated by `;`" },
    { constants_on_a_line, "each constant begins with its word, on a line of its own or behind a `;`: `let a = 1; let b = 2`" },
    { unit_times_unit, "units are multiplied as numbers are, `3 mV * 1 ms`; one that divides stands behind `per`: `3 mV per ms`" },
    { sign_beside_table, "the signs come from the table: leave out the word before `from`" },
    { two_signs, "a population has one sign; make two of it, or one that is `mixed`" },
    { chained, "comparisons do not chain; a bound on both sides is written `x in [lo, hi]`" },
    { single_quote, "texts stand in double quotes" },
    { file_name, "write the file's name in quotes" },
    { requirement_of_words, "a requirement is one word, such as `unique_equilibrium`, or a bound: `E >= 0`" },
    { model_of_words, "a model's name is one word of letters, digits and `_`: `model my_model`" },
    { range_without_in, "write `in` before the range: `param NAME = 1 in [0, 3]`" },
    { entries_without_comma, "entries are separated by `,`; a product needs `*`" },
    { rectified, "what is 0 below 0 is written `max(z, 0)`" },
    { product, "a product needs `*`" },
    { derivative, "an equation is written `v' = ...`" },
    { second_derivative, "one derivative at a time: `v' = w` and `w' = ...`" },
    { not_in_simulate, "it stands in the `simulate` block" },
    { named_time, "write the time alone: `at 100 ms NAME = ...`" },
    { all_params, "write `for all params`" },
    { no_equal, "write `=` between a name and its value" },
    { range_of_let, "a range belongs to a `param`: `param NAME = 1 in [0, 3]`" },
    { param_without_value, "a param has a value, and then its range: `param NAME = 1 in [0, 3]`" },
    { let_without_value, "write its value: `let NAME = ...`" },
    { range_without_brackets, "a range is written `[0, 3]`, both ends included" },
    { start_at_zero, "the value at time 0 is written `start(v) = 3`" },
    { unit_to_a_minus, "a unit that divides stands behind `per`: `3 per ms`" },
    { function_in_braces, FUNCTION },
    { function_of_nothing, "a function has an argument; what has none is `let NAME = ...`" },
    { circuit_without_parameters, "write its parameters, or `()`: `circuit NAME() { ... }`" },
    { name_with_a_sign, "names are made of the letters a to z and A to Z, digits and `_`" },
    { stray_bracket, "remove it: no bracket is open here" },
    { list_in_braces, "a list is written in brackets: `[1, 2]`" },
    { at_declaration, "a declaration begins with `param`, `let`, `population`, `connect` or another such word" },
    { declaration_in_block, OUTSIDE },
};

const char *syntax_repair(const Found *f)
{
    const char *word = at_declaration(f) && f->t.kind == T_NAME ? syntax_opening_repair(f->t.text) : NULL;
    if (!word && f->t.kind == T_NAME)
        word = look_up(inside, LENGTH(inside), f->t.text);
    if (!word && (f->left.kind == T_NAME || f->left.kind == T_UNIT))
        word = look_up(inside, LENGTH(inside), f->left.text);
    for (size_t k = 0; !word && k < LENGTH(rule); k++)
        if (rule[k].applies(f))
            word = rule[k].repair;
    return word;
}
