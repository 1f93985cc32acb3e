#include "compiler/net/net.h"

#include "runtime/layout.h"

Num net_tau_min(const NetPop *p)
{
    return p->tau_min ? p->tau_min : p->model->tau;
}

Num net_tau_max(const NetPop *p)
{
    return p->tau_max ? p->tau_max : p->model->tau;
}

Sign net_neuron_sign(const NetPop *p, size_t k)
{
    if (p->model->neuron_sign)
        return p->model->neuron_sign[k] < 0 ? SIGN_INH : SIGN_EXC;
    return p->model->sign;
}

void net_neuron_name(const NetPop *p, size_t k, Sbuf *out)
{
    if (p->model->neuron_name)
        sbuf_str(out, p->model->neuron_name[k]);
    else if (p->size == 1)
        sbuf_str(out, p->model->name);
    else
        sbuf_printf(out, "%s[%zu]", p->model->name, k);
}

size_t block_dense_at(const Net *net, const Block *b, size_t post, size_t pre)
{
    size_t n_post = net->pop[b->post].size, n_pre = net->pop[b->pre].size;
    return b->is_tiled ? eig_dense_at(n_post, n_pre, post, pre) : post * n_pre + pre;
}

Num block_entry(NumPool *pool, const Block *b, size_t e)
{
    mpq_ptr x = num_new(pool);
    values_get(&b->values, e, x);
    mpq_mul(x, x, b->factor);
    return x;
}
