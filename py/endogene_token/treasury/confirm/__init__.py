"""What the bank states, compared with what we asked of it: confirmed once, then booked on the chain.

camt.053, CSV ─── importing ── bank_line ── rules ──┬── matching (a person) ──┬─ bank_match ─ Settler ─ ledger
CPA-005 returns ─ importing ── returns              └── equal in everything ──┘
"""
