"""The table that the bench prints, and which of its cells reach what the project aims at."""
import statistics
import sys

from goals import GOALS


def spread(samples):
    """How far apart the samples are, as a share of their median."""
    middle = statistics.median(samples)
    return (max(samples) - min(samples)) / middle if middle else 0


class Report:
    def __init__(self):
        self.verdicts = []
        print(f"{'':38}{'pgquill':>12} {'±':>4}{'PostgreSQL':>12} {'±':>4}{'ratio':>7}{'wire':>12}{'engine':>12}{'limit':>12}{'of it':>6}  goal")

    def cell(self, name, targets, rounds, sample, wire=None, engine=None):
        """Median of interleaved rounds. sample(target), wire() and engine() give one number of work done in a second."""
        ours, theirs, wires, engines = [], [], [], []
        for _ in range(rounds):
            ours.append(sample(targets[0]))
            theirs.append(sample(targets[1]))
            if wire:
                wires.append(wire())
            if engine:
                engines.append(engine())
        self.row(name, ours, theirs, wires, engines)

    def row(self, name, ours, theirs, wires=(), engines=()):
        mine, other = statistics.median(ours), statistics.median(theirs)
        ratio = mine / other if other else 0
        floors = [statistics.median(samples) for samples in (wires, engines) if samples]
        # Who does both does one after the other.
        limit = 1 / sum(1 / floor for floor in floors) if floors else 0
        shown = [f"{statistics.median(samples):12,.1f}" if samples else " " * 12 for samples in (wires, engines)]
        shown.append(f"{limit:12,.1f}{mine / limit:6.2f}" if limit else " " * 18)
        self.line(f"{name:38}{mine:12,.1f} {spread(ours):4.0%}{other:12,.1f} {spread(theirs):4.0%}{ratio:7.2f}{''.join(shown)}", name, ratio)

    def fact(self, name, value, text):
        """One number that is judged by itself."""
        self.line(f"{name:38}{text}", name, value)

    def line(self, text, name, value):
        goal = GOALS.get(name)
        met = goal and (value >= goal[1] if goal[0] == ">=" else value <= goal[1])
        print(text + (f"  {goal[0]} {goal[1]:g}{'' if met else ' MISSED'}" if goal else ""), flush=True)
        if goal:
            self.verdicts.append((name, value, goal, met))

    def summary(self):
        if not self.verdicts:
            return
        print(f"\n{sum(met for *_, met in self.verdicts)} of {len(self.verdicts)} measured goals reached", end="")
        missed = [f"{name} ({value:.2f}, goal {goal[0]} {goal[1]:g})" for name, value, goal, met in self.verdicts if not met]
        print("; missed: " + "; ".join(missed) if missed else "")
        sys.stdout.flush()
