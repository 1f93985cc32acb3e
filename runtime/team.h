/* Threads that share the evaluation of a network. What is shared is a row of
 * targets, each of which is computed from what all of them read and none of
 * them writes: who computes it, and when, changes no bit of it. */
#ifndef RUNTIME_TEAM_H
#define RUNTIME_TEAM_H
#include <stddef.h>
#include <stdint.h>

typedef struct EigTeam EigTeam;

/* Targets from .. to - 1 of what `job` describes; from any thread. */
typedef void (*EigTeamPart)(const void *job, uint64_t from, uint64_t to);

/* A team of `threads`, with the one that calls; rows that are shared have numbers below n_sites. NULL when there is no memory or
 * threads < 2. The threads are started by the first row that is tried with them. */
EigTeam *eig_team_open(unsigned threads, size_t n_sites);
/* NULL is allowed. */
void eig_team_close(EigTeam *team);

/* Calls part for 0 .. n - 1, `piece` at a time, each once, and returns when all of them are done. Generated code calls it.
 * Whether the others help is decided for each site by what it took alone and together the last times; without a team all is done here. */
void eig_share(EigTeam *team, EigTeamPart part, const void *job, uint64_t n, uint64_t piece, uint64_t site);

/* How often rows were computed together, for tests and reports. */
uint64_t eig_team_shared(const EigTeam *team);
#endif
