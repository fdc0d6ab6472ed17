"""The store as the plain functions that keeping the ledger is handed."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from ledger import keeping, rules
from storage import decisions, exchange_records, exchanges, reports


def books(session: Session) -> keeping.Books:
    """Return the store as the functions that keeping the ledger needs, for one transaction that no other overlaps."""
    exchanges.one_at_a_time(session)
    return keeping.Books(
        unread=partial(reports.unread, session),
        near=partial(reports.near, session),
        days_read=partial(reports.days_read, session),
        reports=partial(reports.reports, session),
        note_read=partial(reports.note_read, session),
        put=partial(exchanges.put, session),
        touching=partial(exchanges.touching, session),
        mint=partial(exchanges.mint, session),
        save_parts=partial(exchanges.save_parts, session),
        stand=partial(exchanges.stand, session),
        describe=partial(exchanges.describe, session, rules=rules.version()),
        outdated=partial(exchange_records.outdated, session, rules=rules.version(), limit=keeping.AT_ONCE),
        forward=partial(exchanges.forward, session),
        matters=partial(exchanges.matters, session),
        decisions=partial(decisions.decisions, session),
    )
