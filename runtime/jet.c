#include "runtime/jet.h"

#include "runtime/layout.h"

size_t eig_jet_stride(const EigProblem *p, size_t pop)
{
    return (p->pop[pop].size + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES;
}

size_t eig_jet_from(const EigProblem *p, size_t pop)
{
    size_t at = 0;
    for (size_t q = 0; q < pop; q++)
        at += p->jets->pop[q].slope.n_rows * eig_jet_stride(p, q);
    return at;
}

size_t eig_jet_sent_from(const EigProblem *p, size_t signal)
{
    size_t at = eig_jet_from(p, p->n_pops);
    for (size_t q = 0; q < signal && !p->jets->sends_states; q++)
        at += p->jets->sent[q].n_rows * eig_jet_stride(p, eig_signal(p, q).pop);
    return at;
}

double eig_jet_bytes(const EigProblem *p)
{
    if (!p->jets)
        return 0.0;
    double n = (double)eig_n_x(p), vectors = 2.0 * (p->jets->order + 1.0) + 3.0, linear = (double)eig_n_x(p->jets->linear);
    double work = (double)eig_jet_sent_from(p, eig_n_signals(p)) + (double)p->jets->n_kinks * p->jets->order;
    return sizeof(double) * (vectors * n + 2.0 * linear + work + 8.0 * EIG_SUM_LANES) + eig_run_bytes(p->jets->linear);
}
