#ifndef PGQUILL_TYPE_OIDS_H
#define PGQUILL_TYPE_OIDS_H

/* OIDs of built-in types (PostgreSQL 15, pg_type), named as PostgreSQL names them. Written by tools/catalog-facts. */
enum type_oid {
#define TYPE_OID(name, oid) name = oid,
#include "type/oids.def"
#undef TYPE_OID
};

/* Of the array category, but with codecs of their own. */
enum { INT2VECTOR_OID = 22, OIDVECTOR_OID = 30 };

/* Collations (pg_collation). */
enum { DEFAULT_COLLATION_OID = 100, C_COLLATION_OID = 950, POSIX_COLLATION_OID = 951 };

#endif
