#include "engine/internal.h"

#include "shm/clock.h"

#include <sched.h>

/* Where writers queue at the gate, whoever is woken to do something else (to answer BEGIN, to report a commit) would push the gate's holder or its client
 * aside, and everybody waits for these. Linux lets a process of SCHED_BATCH wait for its turn instead, so that is what a session is while it queues. But beside
 * foreign programs that compute it would wait for them as well, so then nobody is: that shows by how long the gate's next owner takes to run. */

enum {
    SLOW_HANDOVER_US = 500,
    ORDINARY_FOR_US = 2000000, /* after handovers were slow */
    CALM_AFTER = 32,           /* statements that did not wait for the gate */
};

static void become(struct engine *engine, int policy)
{
    struct sched_param none = {0};
    int from = policy == SCHED_BATCH ? SCHED_OTHER : SCHED_BATCH;
    /* What the administrator chose for the server stays. */
    if (sched_getscheduler(0) == from && sched_setscheduler(0, policy, &none) == 0)
        engine->is_batch = policy == SCHED_BATCH;
}

void engine_met_crowd(struct engine *engine)
{
    int64_t now = clock_us();
    bool is_slow = gate_handover_us(engine->gate) > SLOW_HANDOVER_US;
    engine->calm = 0;
    if (is_slow && engine->is_batch)
        gate_set_ordinary_until(engine->gate, now + ORDINARY_FOR_US);
    bool wanted = !is_slow && now >= gate_ordinary_until(engine->gate);
    if (wanted != engine->is_batch)
        become(engine, wanted ? SCHED_BATCH : SCHED_OTHER);
}

void engine_leave_crowd(struct engine *engine)
{
    if (engine->is_batch)
        become(engine, SCHED_OTHER);
}

void engine_met_nobody(struct engine *engine)
{
    if (engine->is_batch && ++engine->calm >= CALM_AFTER)
        become(engine, SCHED_OTHER);
}
