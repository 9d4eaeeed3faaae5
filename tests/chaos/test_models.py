"""Models of the registry's lock-free algorithms: every interleaving of their processes, with a death before any step, is gone through.

A process is a generator function's program counter over one tuple of shared memory; a step is one access to that memory, as the C code does it
(shm/registry.c). Memory is taken to be sequentially consistent; the C code's fences are what makes it so where it matters.
"""
from collections import namedtuple

FREE, STARTING, IDLE = "free", "starting", "idle"


def explore(shared, processes, may_die, check):
    """processes: name → step(shared, local) giving (shared, local), local None: finished. Every reachable state is checked; their number."""
    start = (shared, tuple((name, 0, True) for name in processes))
    seen, todo = {start}, [start]
    while todo:
        memory, locals_ = todo.pop()
        check(memory, locals_)
        for i, (name, local, alive) in enumerate(locals_):
            if not alive or local is None:
                continue
            living = frozenset(other for other, _, is_alive in locals_ if is_alive)
            after = [processes[name](memory, local, living)]
            following = [(new, locals_[:i] + ((name, new_local, True),) + locals_[i + 1:]) for new, new_local in after]
            if name in may_die:
                following.append((memory, locals_[:i] + ((name, local, False),) + locals_[i + 1:]))
            for state in following:
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
    return len(seen)


# ---- the contents of a slot: a sequence lock with a mirror, so that a writer's death leaves one whole copy ----

Slot = namedtuple("Slot", "seq info mirror")


def write_field(copy, field, value):
    return copy[:field] + (value,) + copy[field + 1:]


def writer(values):
    """begin_write, two fields, end_write, the mirror's two fields; for each value."""
    def step(slot, pc, _):
        turn, at = divmod(pc, 6)
        if turn == len(values):
            return slot, None
        value = values[turn]
        if at in (0, 3):
            slot = slot._replace(seq=slot.seq + 1)
        elif at in (1, 2):
            slot = slot._replace(info=write_field(slot.info, at - 1, value))
        else:
            slot = slot._replace(mirror=write_field(slot.mirror, at - 4, value))
        return slot, pc + 1
    return step


def reader(slot, local, _):
    """copy_info until it succeeds; the local state is what was read so far."""
    if local == 0:
        return slot, ("read", slot.seq, ())
    what, before, got = local
    if what == "done" or len(got) == 2:
        return slot, (None if what == "done" else ("done", before, got) if slot.seq == before else 0)
    return slot, ("read", before, got + ((slot.mirror if before % 2 else slot.info)[len(got)],))


def test_no_reader_gets_half_of_a_slot():
    def check(slot, locals_):
        # Whenever the writer dies: the copy that observers read, and that the next taker starts from, is whole.
        whole = slot.mirror if slot.seq % 2 else slot.info
        assert whole[0] == whole[1], slot
        for name, local, _ in locals_:
            if name == "reader" and local and local[0] == "done":
                assert local[2][0] == local[2][1], (slot, local)

    states = explore(Slot(0, (0, 0), (0, 0)), {"writer": writer([1, 2, 3]), "reader": reader}, {"writer"}, check)
    print(f"\nsequence lock: {states} states")
    assert states > 500


# ---- the life of a slot: taken by CAS, owned by pid, freed by whoever finds its owner dead ----

Life = namedtuple("Life", "state taker pid owners freed")  # owners: who believes that the slot is its own; freed: by how many, of each owner


def taker(name):
    """slot_take, slot_own, work; it may die anywhere. After its work it stays."""
    def step(life, pc, _):
        if pc == 0:  # the CAS of take_free
            if life.state != FREE:
                return life, 0 if life.state != FREE and name == "second" else None
            return life._replace(state=STARTING, taker=name, owners=life.owners | {name}), 1
        if pc == 1:
            return life._replace(pid=name), 2
        if pc == 2:
            return life._replace(state=IDLE, taker=None), 3
        return life, 3
    return step


def freer(name, claims):
    """free_slot for the owner that it has found dead, as the master and as a process of inetd may do at the same time. `claims`: it becomes the slot's taker
    before it changes anything else; without that, the model shows how a slot is given to two."""
    def reclaim(life, living):
        """slot_reclaim_dead for a slot without a pid: its taker is dead."""
        if life.pid is None and life.state != FREE and (life.state != STARTING or life.taker not in living):
            return (life.state, life.taker)
        return None

    def step(life, local, living):
        if local == 0:
            if life.pid is not None and life.pid not in living:
                return life, ("found", life.pid, (life.state, life.taker))
            seen = reclaim(life, living)
            return (life, ("orphan", None, seen)) if seen else (life, 0)
        what, pid, seen = local
        if what == "orphan":  # CAS of the state to FREE
            if (life.state, life.taker) == seen:
                life = life._replace(state=FREE, taker=None, owners=life.owners & living)
            return life, 0
        if what == "found":
            if seen[0] == FREE:
                return life, 0
            if not claims:
                return (life._replace(pid=None), ("free", pid, seen)) if life.pid == pid else (life, 0)
            if (life.state, life.taker) != seen:
                return life, 0
            return life._replace(state=STARTING, taker=name), ("claimed", pid, seen)
        if what == "claimed":  # the pid is another's: it was freed and taken again before the claim
            if life.pid != pid:
                return life, ("restore", pid, seen)
            return life._replace(pid=None, freed=life.freed + ((pid, name),)), ("free", pid, seen)
        if what == "restore":
            if (life.state, life.taker) == (STARTING, name):
                life = life._replace(state=seen[0], taker=seen[1])
            return life, 0
        return life._replace(state=FREE, taker=None, owners=life.owners & living), 0
    return step


def explore_lives(claims):
    def check(life, locals_):
        living = {name for name, _, alive in locals_ if alive}
        assert len(life.owners & living) <= 1, ("given to two", life, locals_)
        assert len(set(pid for pid, _ in life.freed)) == len(life.freed), ("freed twice", life)
        # A slot that says that it is free belongs to nobody who lives.
        assert life.state != FREE or not life.owners & living, ("freed under its owner", life, locals_)

    processes = {"first": taker("first"), "second": taker("second"), "master": freer("master", claims), "inetd": freer("inetd", claims)}
    return explore(Life(FREE, None, None, frozenset(), ()), processes, {"first", "second", "inetd"}, check)


def test_a_slot_is_never_given_to_two():
    states = explore_lives(claims=True)
    print(f"\nlife of a slot: {states} states")
    assert states > 200


def test_the_model_sees_what_goes_wrong_without_the_claim():
    try:
        explore_lives(claims=False)
    except AssertionError as problem:
        assert "given to two" in str(problem) or "freed under its owner" in str(problem)
    else:
        raise AssertionError("the model is blind")
