#include "sql/compiler.h"
#include "sql/ddl.h"

/* DEFERRABLE and INITIALLY DEFERRED behind a column's constraint: the parser gives them as constraints of their own. */

struct deferral {
    struct ddl *d;
    PgQuery__Constraint *constraint; /* what they are said of; NULL */
    bool has_deferrable, has_initially;
};

static bool refuse(const struct deferral *deferral, const PgQuery__Constraint *clause, const char *message)
{
    diag_set(deferral->d->diag, ERRCODE_SYNTAX_ERROR, "%s", message);
    return compiler_position(deferral->d->compiler, deferral->d->diag, clause->location);
}

static bool set_deferrable(struct deferral *deferral, const PgQuery__Constraint *clause, bool deferrable)
{
    if (!deferral->constraint)
        return refuse(deferral, clause, deferrable ? "misplaced DEFERRABLE clause" : "misplaced NOT DEFERRABLE clause");
    if (deferral->has_deferrable)
        return refuse(deferral, clause, "multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed");
    if (!deferrable && deferral->has_initially && deferral->constraint->initdeferred)
        return refuse(deferral, clause, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    deferral->has_deferrable = true;
    deferral->constraint->deferrable = deferrable;
    return true;
}

static bool set_initially(struct deferral *deferral, const PgQuery__Constraint *clause, bool deferred)
{
    if (!deferral->constraint)
        return refuse(deferral, clause,
                      deferred ? "misplaced INITIALLY DEFERRED clause" : "misplaced INITIALLY IMMEDIATE clause");
    if (deferral->has_initially)
        return refuse(deferral, clause, "multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed");
    if (deferred && deferral->has_deferrable && !deferral->constraint->deferrable)
        return refuse(deferral, clause, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    deferral->has_initially = true;
    deferral->constraint->initdeferred = deferred;
    deferral->constraint->deferrable |= deferred;
    return true;
}

static bool can_be_deferred(const PgQuery__Constraint *constraint)
{
    return constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY ||
           constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE ||
           constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION ||
           constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
}

bool ddl_read_deferral(struct ddl *d, const PgQuery__ColumnDef *column)
{
    struct deferral deferral = {.d = d};
    for (size_t i = 0; i < column->n_constraints; i++) {
        PgQuery__Constraint *clause = column->constraints[i]->constraint;
        bool good = true;
        switch (clause->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE:
            good = set_deferrable(&deferral, clause, true);
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_DEFERRABLE:
            good = set_deferrable(&deferral, clause, false);
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRED:
            good = set_initially(&deferral, clause, true);
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_IMMEDIATE:
            good = set_initially(&deferral, clause, false);
            break;
        default:
            deferral = (struct deferral){.d = d, .constraint = can_be_deferred(clause) ? clause : NULL};
        }
        if (!good)
            return false;
    }
    return true;
}
