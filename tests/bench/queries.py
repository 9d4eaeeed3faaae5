"""A dozen analytical queries over pgbench's tables, and a few over numeric."""
from targets import drain, psql

QUERIES = {
    "count": "SELECT count(*) FROM pgbench_accounts",
    "sum": "SELECT sum(abalance), min(aid), max(aid) FROM pgbench_accounts",
    "filter": "SELECT count(*) FROM pgbench_accounts WHERE abalance >= 0 AND aid % 7 = 0",
    "group": "SELECT bid, count(*), avg(abalance) FROM pgbench_accounts GROUP BY bid ORDER BY bid",
    "group 1000": "SELECT aid % 1000 AS k, sum(abalance) FROM pgbench_accounts GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
    "join": "SELECT b.bid, sum(a.abalance) FROM pgbench_branches b JOIN pgbench_accounts a USING (bid) GROUP BY b.bid ORDER BY b.bid",
    "top n": "SELECT aid, abalance FROM pgbench_accounts ORDER BY abalance DESC, aid LIMIT 10",
    "window": "SELECT max(r) FROM (SELECT row_number() OVER (PARTITION BY bid ORDER BY aid) AS r FROM pgbench_accounts) x",
    "distinct": "SELECT count(DISTINCT aid % 5000) FROM pgbench_accounts",
    "case": "SELECT sum(CASE WHEN aid % 2 = 0 THEN 1 ELSE 0 END) FROM pgbench_accounts",
    "numeric sum": "SELECT sum(n), avg(n) FROM bench_numeric",
    "numeric extremes": "SELECT min(n), max(n) FROM bench_numeric",
    "numeric terms": "SELECT sum(n * (1 - 0.05)), sum(n + 1.5), sum(round(n, 1)) FROM bench_numeric",
    "subquery": "SELECT count(*) FROM pgbench_accounts a WHERE EXISTS (SELECT 1 FROM pgbench_tellers t WHERE t.tid = a.aid)",
}


def measure(targets, options, report):
    for target in targets[:2]:
        psql(target, "DROP TABLE IF EXISTS bench_numeric")
        psql(target, "CREATE TABLE bench_numeric (n numeric(12,2))")
        psql(target, "INSERT INTO bench_numeric SELECT (aid::bigint * 7919 % 1000000000)::numeric / 100 FROM pgbench_accounts")
    for name, sql in QUERIES.items():
        report.cell(f"query: {name}, runs/s", targets, options.rounds, lambda target: drain(target, sql))
