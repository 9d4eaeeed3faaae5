-- The hashes that clients ask for.
select t, hashtext(t), hashtextextended(t, 0), hashtextextended(t, 42), hashname(t::name), hashbpchar((t || '  ')::bpchar)
from unnest(array['', 'a', 'abcd', 'abcdefgh', 'abcdefghijk', 'abcdefghijkl', 'abcdefghijklm', 'é日本語', repeat('x', 50)]) t;
select n, hashint8(n), hashint8extended(n, 7), hashint4(n::int), hashint4extended(n::int, -1), hashint2(n::int2), hashoid(abs(n)::oid)
from unnest(array[0, 1, -1, 32767, -32768]::bigint[]) n;
select hashint8(5000000000), hashint8(-5000000000), hashint8extended(9223372036854775807, 3);
select f, hashfloat8(f), hashfloat8extended(f, 9), hashfloat4(f::float4) from unnest(array[0, -0.0, 1.5, -2, 'nan', 'inf']::float8[]) f;
select hashchar('a'), hashchar(''), hashcharextended('z', 1), uuid_hash('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), uuid_hash_extended('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 5);
select pg_advisory_xact_lock(hashtext('job'));
