/* Functions of the expression language that libm has not. Each is a pure
 * function of its arguments, right to about one unit in the last place where
 * long double is wider than double. NaN where a function has no value. */
#ifndef RUNTIME_SPECIAL_H
#define RUNTIME_SPECIAL_H

double eig_normcdf(double a);
double eig_normpdf(double a);
/* x + log(x) = a */
double eig_wright_omega(double a);
/* x + b log(x) = a, b > 0 */
double eig_log_root(double a, double b);
/* log(x/(1 - x)) + b x = a, b > -4 */
double eig_logit_root(double a, double b);
/* The mean of t^b for t from 0 to 1 with the weight exp(a t), b = 1, 2, ... */
double eig_exp_mean(double a, double b);
#endif
