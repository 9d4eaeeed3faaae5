"""Many rows at once: fetched, copied out and in, and inserted a hundred at a time."""
import os
import subprocess

from targets import address, drain, psql, timed
from transactions import pgbench

TABLE = "(aid int PRIMARY KEY, bid int, abalance int, filler char(84))"


def copy_in(target, path, is_canned=False):
    if not is_canned:
        psql(target, "DROP TABLE IF EXISTS bench_copy")
        psql(target, "CREATE TABLE bench_copy " + TABLE)

    def load():
        with open(path, "rb") as file:
            psql(target, "COPY bench_copy FROM STDIN", stdin=file)
    return timed(load)


def insert_script(path):
    values = ", ".join(f"({i}, {i * 7}, 'row number {i}')" for i in range(100))
    with open(path, "w", encoding="ascii") as file:
        file.write(f"INSERT INTO bench_insert (a, b, t) VALUES {values};\n")
    return path


def measure(targets, options, report):
    quill, postgres, limits = targets
    path = os.path.join(quill.directory, "accounts.copy")
    with open(path, "wb") as file:
        subprocess.run(["psql", "-X", "-q", *address(postgres), "-d", postgres.dbname, "-c", "COPY pgbench_accounts TO STDOUT"], stdout=file, check=True)
    select, copy = "SELECT * FROM pgbench_accounts", "COPY pgbench_accounts TO STDOUT"
    rounds = options.rounds
    report.cell("SELECT * of all rows, psql, runs/s", targets, rounds, lambda target: timed(lambda: psql(target, select)),
                wire=lambda: timed(lambda: psql(limits, select)))
    report.cell("SELECT * of all rows, raw, runs/s", targets, rounds, lambda target: drain(target, select),
                wire=lambda: drain(limits, select), engine=lambda: limits.engine("scan"))
    report.cell("COPY TO of all rows, raw, runs/s", targets, rounds, lambda target: drain(target, copy),
                wire=lambda: drain(limits, copy), engine=lambda: limits.engine("copy"))
    report.cell("COPY FROM of all rows, runs/s", targets, rounds, lambda target: copy_in(target, path),
                wire=lambda: copy_in(limits, path, is_canned=True), engine=lambda: limits.engine("load", path))
    script = insert_script(os.path.join(quill.directory, "insert100.sql"))
    for clients in ("1", "8"):
        for target in (quill, postgres):
            psql(target, "DROP TABLE IF EXISTS bench_insert")
            psql(target, "CREATE TABLE bench_insert (a int, b int, t text)")
        run = ["-f", script, "-c", clients, "-T", options.seconds]
        report.cell(f"100-row INSERT c{clients}, tps", targets, rounds, lambda target: pgbench(target, *run), wire=lambda: pgbench(limits, *run))
