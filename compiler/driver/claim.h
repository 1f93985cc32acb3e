/* Is the claim of a certificate the one that a model makes? */
#ifndef COMPILER_DRIVER_CLAIM_H
#define COMPILER_DRIVER_CLAIM_H
#include "compiler/check/check.h"
#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/proof/evidence.h"
#include "compiler/check/proof/file/map_file.h"
#include "compiler/check/proof/ranges.h"
#include "compiler/net/net.h"

struct Compilation;
struct LocalNet;
/* claim_model.c: the model of a compilation, for the file of a proof. */
CertificateModel claim_model(struct Compilation *c);

/* The matrix A = diag(L) W - I of a network, as `eigc check` reduces it to the
 * form that `like` has (kernels, rows). No search is made. L are the slopes of a statement about a box; without one the proved slope
 * bounds, and for a refutation those that are known to be attained. False with *reason set when it has none. */
bool claim_of_net(Ctx *cx, const Net *net, const Evidence *evidence, const ClaimMatrix *like, ClaimMatrix *out, const char **reason);
/* claim_mean.c: the same with the mean slopes of `like`, which are at least the network's, or for a refutation at most that. */
bool claim_of_means(Ctx *cx, const Net *net, const SlopeReport *slope, bool is_certificate, const ClaimMatrix *like, ClaimMatrix *out,
                    const char **reason);
/* What is claimed may depend on numbers that neurons draw (gains, thresholds, time constants, inputs), and so on the seed. */
bool claim_is_drawn(const Model *m);
/* A number of a certificate, for a reader: of a long one the beginning. */
const char *claim_number(Ctx *cx, mpq_srcptr x);
/* True when both say the same of every entry, compared as rationals. Otherwise
 * *difference (arena) says where they part. Names are not compared. */
bool claim_equal(Ctx *cx, const ClaimMatrix *certified, const ClaimMatrix *model, const char **difference);
/* NULL, or (arena) what a statement of the evidence says that is not so of the network: time constants, activations,
 * and noise or delays, of which no theorem on convergence speaks. m is the claim's matrix, equal to the network's. */
const char *claim_statements_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e);
/* The first half of it: all but inputs, and activations near an equilibrium or far out, of which claim_local.c is the other half. */
const char *claim_network_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e);
const char *claim_local_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e);
/* Of a refutation, for all means of n matrices; local: for attained slopes. */
const char *claim_corners_fault(const struct LocalNet *local, const Net *net, const ClaimMatrix *m, size_t n, const Evidence *e);
/* NULL, or (arena) what ranges say that is not so of the network: its params' ranges, the matrices between them,
 * what the cells state. m is the claim's matrix, equal to the network's. */
const char *claim_ranges_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Ranges *certified);
/* claim_points.c: NULL, or (arena) where a proof's matrix, statements and cells differ from the model's. */
const char *claim_proof_fault(Ctx *cx, const Net *net, const CertificateFile *f);
/* ... and what is refuted at points of the ranges: the model is built at each. */
const char *claim_points_fault(struct Compilation *c, const RefutedRanges *r);
/* claim_map.c: the same of a map. */
const char *claim_map_fault(Ctx *cx, const Net *net, const MapFile *m);
#endif
