\d
\dt
\di
\ds
\dv
\d pgbench_accounts
\d pgbench_branches
\d pgbench_tellers
\d pgbench_history
\d kinds
\d+ kinds
\d kinds_pkey
\d kinds_lower
\d rich
\d sq
\d extra.t
\d pair
\d nosuch
\dt extra.*
\dn
\dn+
\dT
\dT+
\dD
\df
\du
\dx
\dp
\z kinds
\sf one
\dd
\dc
\dC int*
\db
\drds
\ddp
\dO
\l psql_commands
\dconfig work_mem
