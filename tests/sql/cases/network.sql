-- Addresses: what is read, how it prints, sorts and is indexed.
create table hosts (id int primary key, a inet, n cidr, m macaddr, w macaddr8);
create index hosts_a on hosts (a);
create unique index hosts_n on hosts (n);
insert into hosts values
  (1, '10.1.2.3/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08002b:0102030405'),
  (2, '9.255.0.1', '9/12', '08002b-01 0204', null),
  (3, '::ffff:1.2.3.4', '2001:db8::/32', '0800.2b01.0204', '08-00-2b-01-02-04'),
  (4, '192.168.0.1/24', '192.168', '8:0:2b:1:2:5', 'ff:ff:ff:ff:ff:ff:ff:ff'),
  (5, '100.0.0.1', '192.168.0.0/32', null, '0000000000000000');
select a, n, a::text, n::text, n::inet, a::cidr from hosts order by hosts.a;
select n, abbrev(n), abbrev(n::inet), n::inet = n as same from hosts order by n desc;
select id from hosts where a > '10.0.0.0/8' order by a;
select id from hosts where n = '192.168.0.0/24';
select id from hosts where a << '192.168/16' or n >>= '10.7.8.9' order by id;
insert into hosts values (6, null, '10.0.0.0/8');
select min(a), max(a), count(distinct n) from hosts;
select m, m::macaddr8, trunc(m), w, trunc(w), macaddr8_set7bit(w) from hosts order by hosts.m, hosts.w;
select w::macaddr from hosts where id = 3;
select w::macaddr from hosts where id = 4;
select ~m, m & '00:00:00:ff:ff:ff', m | '00:00:00:ff:ff:ff' from hosts where id = 1;
select host(a), masklen(a), family(a), network(a), broadcast(a), netmask(a), hostmask(a), set_masklen(a, 20) from hosts order by id;
select set_masklen(a, 33) from hosts where id = 1;
select a + 10, a - 10::bigint, a - '10.0.0.0', ~a, a & '0.0.255.255', a | '0.0.255.255' from hosts where id = 1;
select '255.255.255.255'::inet + 1;
select '::1'::inet - '127.0.0.1';
select inet_merge('10.1.2.3', '10.1.3.4'), inet_same_family('::1', '10.0.0.1');
select '10.1.2.3/8'::cidr;
select '10.1.2'::inet;
select '08:00:2b:01:02:300'::macaddr;
select array_agg(a order by a), array_agg(m order by m) from hosts;
select '{10.0.0.0/8,"::1"}'::inet[], '{10,11.0.0.0/8}'::cidr[];
select n, count(*) from hosts group by n order by n;
drop table hosts;
