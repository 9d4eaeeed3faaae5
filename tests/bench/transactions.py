"""pgbench's scripts: throughput, connecting, and how long the unluckiest waits."""
import glob
import os
import re
import statistics
import subprocess
import tempfile

from targets import address, timed


def pgbench(target, *arguments):
    """Transactions a second; raises when one failed."""
    done = subprocess.run(["pgbench", "-n", *address(target), *arguments, target.dbname], capture_output=True, text=True, timeout=600)
    if done.returncode or "number of failed transactions: 0 " not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    # It prints none when no transaction ended in time.
    return float(tps.group(1)) if tps else 0.0


def fill(targets, options, report):
    def initialise(target):
        subprocess.run(["pgbench", "-i", "-q", "-s", str(options.scale), *address(target), target.dbname], check=True, capture_output=True)
    report.cell("pgbench -i, runs/s", targets, 1, lambda target: timed(lambda: initialise(target)))


def threads(clients):
    return "1" if clients == "1" else "2"


def _script(name, works, targets, options, report):
    limits = targets[2]
    for mode in options.modes:
        work = works.get(mode, works["simple"])
        for clients in options.clients:
            run = ["-b", name, "-M", mode, "-c", clients, "-j", threads(clients), "-T", options.seconds]
            report.cell(f"{name} {mode} c{clients}, tps", targets, options.rounds, lambda target: pgbench(target, *run),
                        wire=lambda: pgbench(limits, *run), engine=lambda: limits.engine(work, options.seconds, clients))


def select(targets, options, report):
    _script("select-only", {"simple": "select", "prepared": "prepared"}, targets, options, report)


def tpcb(targets, options, report):
    _script("tpcb-like", {"simple": "tpcb"}, targets, options, report)


def update(targets, options, report):
    _script("simple-update", {"simple": "update"}, targets, options, report)


def storm(targets, options, report):
    for clients in ("1", "8"):
        run = ["-C", "-S", "-c", clients, "-T", options.seconds]
        report.cell(f"connect and select c{clients}, tps", targets, options.rounds, lambda target: pgbench(target, *run),
                    wire=lambda: pgbench(targets[2], *run))


def _latencies(target, clients, seconds):
    """Of each transaction, in milliseconds, by pgbench's own log; connecting is not in it."""
    with tempfile.TemporaryDirectory(prefix="pgquill-bench-log-") as directory:
        pgbench(target, "-c", clients, "-j", "2", "-T", seconds, "-l", "--log-prefix", os.path.join(directory, "log"))
        found = []
        for path in glob.glob(directory + "/log*"):
            with open(path, encoding="ascii") as file:
                found += [int(line.split()[2]) / 1000 for line in file]
        return found


def latency(targets, options, report):
    """TPC-B with 32 clients. The worst of each round and its median, and the median of the rounds: one hiccup of the machine decides nothing."""
    samples = {target: [] for target in targets[:2]}
    for _ in range(options.rounds):
        for target in targets[:2]:
            found = _latencies(target, "32", options.seconds)
            if found:
                samples[target].append((max(found), statistics.median(found)))
    for target, name in zip(targets, ("pgquill", "PostgreSQL")):
        if not samples[target]:
            print(f"{name}: no transaction ended in time")
            continue
        worst, middle = (statistics.median(column) for column in zip(*samples[target]))
        report.fact(f"worst latency / median, {name}", worst / middle, f"{worst / middle:12,.1f}      {worst:.1f} ms / {middle:.1f} ms at 32 clients")
