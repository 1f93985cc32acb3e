#include "runtime/expr.h"

#include <math.h>

#include "runtime/elementary.h"
#include "runtime/special.h"

const char *const eig_fn_name[EIG_N_FNS] = {
#define FUNCTION(id, name, n_args, text) name,
#include "runtime/function.def"
#undef FUNCTION
};

const int eig_fn_n_args[EIG_N_FNS] = {
#define FUNCTION(id, name, n_args, text) n_args,
#include "runtime/function.def"
#undef FUNCTION
};

/* Bits of the exponent from the lowest up: generated code unrolls the same
 * products for a constant exponent, so the order is part of the definition. */
static double integer_power(double a, unsigned n)
{
    double product = 1.0;
    for (double square = a; n; square *= square) {
        if (n & 1)
            product *= square;
        n >>= 1;
        if (!n)
            break;
    }
    return product;
}

static double fn_pow(double a, double b)
{
    if (!(fabs(b) <= EIG_POWER_FACTORS && b == floor(b)))
        return pow(a, b);
    int n = (int)b;
    return n >= 0 ? integer_power(a, (unsigned)n) : 1.0 / integer_power(a, (unsigned)-n);
}

/* Knuth (1969): every step but the first is exact, or loses what the next one finds. */
static double lost_sum(double a, double b)
{
    double sum = a + b, from_b = sum - a;
    return (a - (sum - from_b)) + (b - from_b);
}

/* What a product lost is a double, but below the normal numbers. */
static double lost_product(double a, double b)
{
    return fma(a, b, -(a * b));
}

/* Comparisons with a NaN are false. These ask for it in the end, so that what is
 * no number goes on being none and stops the run, wherever it came from. */

static double fn_min(double a, double b)
{
    return b < a || b != b ? b : a;
}

static double fn_max(double a, double b)
{
    return b > a || b != b ? b : a;
}

static double fn_step(double a)
{
    return a >= 0.0 ? 1.0 : a < 0.0 ? 0.0 : a;
}

static double fn_pulse(double a, double b)
{
    return a >= 0.0 && a < b ? 1.0 : a < 0.0 || a >= b ? 0.0 : a + b;
}

static double fn_ramp(double a, double b)
{
    double part = a / b;
    return a < 0.0 ? 0.0 : part < 1.0 || a != a || b != b ? part : 1.0;
}

double eig_fn_apply(EigFn fn, double a, double b)
{
    switch (fn) {
    case EIG_FN_ADD:   return a + b;
    case EIG_FN_SUB:   return a - b;
    case EIG_FN_MUL:   return a * b;
    case EIG_FN_DIV:   return a / b;
    case EIG_FN_NEG:   return -a;
    case EIG_FN_LOST_SUM: return lost_sum(a, b);
    case EIG_FN_LOST_PRODUCT: return lost_product(a, b);
    case EIG_FN_OR_ZERO: return a == a ? a : 0.0;
    case EIG_FN_LOGISTIC: return eig_logistic(a, b);
    case EIG_FN_LIFTED_LOGISTIC: return eig_lifted_logistic(a, b);
    case EIG_FN_POW:   return fn_pow(a, b);
    case EIG_FN_ABS:   return fabs(a);
    case EIG_FN_MIN:   return fn_min(a, b);
    case EIG_FN_MAX:   return fn_max(a, b);
    case EIG_FN_SQRT:  return sqrt(a);
    case EIG_FN_EXP:   return eig_exp(a);
    case EIG_FN_LOG:   return eig_log(a);
    case EIG_FN_LOG1P: return eig_log1p(a);
    case EIG_FN_EXPM1: return eig_expm1(a);
    case EIG_FN_EXPREL: return eig_exprel(a);
    case EIG_FN_EXP_MEAN: return eig_exp_mean(a, b);
    case EIG_FN_SIN:   return eig_sin(a);
    case EIG_FN_COS:   return eig_cos(a);
    case EIG_FN_TANH:  return eig_tanh(a);
    case EIG_FN_ATAN:  return atan(a);
    case EIG_FN_NORMCDF: return eig_normcdf(a);
    case EIG_FN_NORMPDF: return eig_normpdf(a);
    case EIG_FN_OMEGA: return eig_wright_omega(a);
    case EIG_FN_LOG_ROOT: return eig_log_root(a, b);
    case EIG_FN_LOGIT_ROOT: return eig_logit_root(a, b);
    case EIG_FN_FLOOR: return floor(a);
    case EIG_FN_STEP:  return fn_step(a);
    case EIG_FN_PULSE: return fn_pulse(a, b);
    case EIG_FN_RAMP:  return fn_ramp(a, b);
    case EIG_N_FNS:    break;
    }
    return NAN;
}

double eig_table_at(const EigTable *table, double t, size_t neuron)
{
    size_t column = neuron < table->n_columns ? neuron : table->n_columns - 1;
    size_t from = 0, to = table->n_rows;        /* the last row at or before t is in [from, to) */
    while (to - from > 1) {
        size_t mid = from + (to - from) / 2;
        if (table->time[mid] <= t)
            from = mid;
        else
            to = mid;
    }
    double a = table->value[from * table->n_columns + column];
    if (table->is_step || t <= table->time[from] || from + 1 == table->n_rows)
        return a;
    double b = table->value[(from + 1) * table->n_columns + column];
    return a + (b - a) * ((t - table->time[from]) / (table->time[from + 1] - table->time[from]));
}

double eig_code_eval(const EigCode *code, const double var[EIG_N_VARS], const EigData *data)
{
    double stack[EIG_CODE_MAX_DEPTH];
    size_t top = 0;
    if (code->n == 0)
        return 0.0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        switch (op->kind) {
        case EIG_OP_CONST:
            stack[top++] = op->value;
            break;
        case EIG_OP_VAR:
            stack[top++] = var[op->which];
            break;
        case EIG_OP_COLUMN:
            stack[top++] = data->column[op->which][data->neuron];
            break;
        case EIG_OP_SAMPLES:
            stack[top++] = eig_table_at(&data->table[op->which], var[EIG_VAR_T], data->neuron);
            break;
        case EIG_OP_SOLVE:
            stack[top - 1] = eig_solve(&code->solve[op->which], stack[top - 1]);
            break;
        default:
            if (eig_fn_n_args[op->which] == 1) {
                stack[top - 1] = eig_fn_apply((EigFn)op->which, stack[top - 1], 0.0);
            } else {
                top--;
                stack[top - 1] = eig_fn_apply((EigFn)op->which, stack[top - 1], stack[top]);
            }
        }
    }
    return stack[0];
}

const char *eig_fn_word(EigFn fn)
{
    switch (fn) {
    case EIG_FN_POW:      return "pow";
    case EIG_FN_EXP_MEAN: return "tilted";
    case EIG_FN_LOGISTIC: return "logistic";
    case EIG_FN_LIFTED_LOGISTIC: return "logistic128";
    default:              return eig_fn_name[fn] ? eig_fn_name[fn] : "";
    }
}

EigFn1 eig_fn_address1(EigFn fn)
{
    switch (fn) {
    case EIG_FN_SIN:   return eig_sin;
    case EIG_FN_COS:   return eig_cos;
    case EIG_FN_ATAN:  return atan;
    case EIG_FN_NORMCDF: return eig_normcdf;
    case EIG_FN_NORMPDF: return eig_normpdf;
    case EIG_FN_OMEGA: return eig_wright_omega;
    default:           return NULL;
    }
}

EigFn2 eig_fn_address2(EigFn fn)
{
    switch (fn) {
    case EIG_FN_POW:   return fn_pow;
    case EIG_FN_LOG_ROOT: return eig_log_root;
    case EIG_FN_LOGIT_ROOT: return eig_logit_root;
    case EIG_FN_EXP_MEAN: return eig_exp_mean;
    default:           return NULL;
    }
}
