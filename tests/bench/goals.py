"""What the project aims at on a machine with two cores, by the names of the bench's cells. For information: a miss fails nothing.

A goal speaks about a cell's ratio to PostgreSQL, or about the number itself where the cell has one.
"""


def _by_clients(name, goals):
    return {f"{name} c{clients}, tps": (">=", goal) for clients, goal in zip(("1", "8", "32"), goals)}


GOALS = {
    **_by_clients("select-only simple", (2.0, 2.0, 2.2)),
    **_by_clients("select-only extended", (2.0, 2.0, 2.4)),
    **_by_clients("select-only prepared", (1.7, 1.3, 1.3)),
    **{name: goal for mode in ("simple", "extended", "prepared") for name, goal in _by_clients(f"tpcb-like {mode}", (1.5, 1.2, 1.6)).items()},
    **{name: goal for mode in ("simple", "extended", "prepared") for name, goal in _by_clients(f"simple-update {mode}", (1.4, 1.1, 1.4)).items()},
    "connect and select c1, tps": (">=", 5),
    "connect and select c8, tps": (">=", 5),
    "worst latency / median, pgquill": ("<=", 10),
    "SELECT * of all rows, raw, runs/s": (">=", 1.5),
    "COPY TO of all rows, raw, runs/s": (">=", 1.5),
    "COPY FROM of all rows, runs/s": (">=", 1.0),
    "100-row INSERT c1, tps": (">=", 1.1),
    "100-row INSERT c8, tps": (">=", 1.1),
    "idle connection adds": ("<=", 400),
    "server with 100 connections": ("<=", 50 * 1024),
    "start to first answer": ("<=", 50),
}
