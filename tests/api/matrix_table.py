"""Who may ask what: every endpoint of the API, by whose object it is about. A person can read this table.

A row is an endpoint; each of its lines is a request, whose path names the object, and who may make it.
Whoever is not named is refused. The askers are those of `matrix_town`.
"""

from typing import Final

from tests.api.matrix_bodies import CREDENTIAL, CSV, PHONE, SALE, STAFF, URL, WRONG_SIGNATURE
from tests.api.matrix_groups import (
    ALICE,
    AUDITOR,
    GONE,
    GROCER,
    INVITES,
    OFFICERS,
    OFFICERS_KEYS,
    OFFICERS_SESSIONS,
    PEOPLE,
    PUBLIC,
    READS_MEMBERS,
    READS_MERCHANTS,
    REGISTRAR,
    REGISTRAR_KEYS,
    SESSIONS,
    Line,
    bakery,
    line,
)
from tests.api.matrix_treasury import TREASURY_CHANGED, TREASURY_READ

GROCER_SELLS: Final = frozenset({"grocer key", "grocer owner"})

READ: Final[dict[str, list[Line]]] = {
    "GET /v1/health": [line("/v1/health", PUBLIC)],
    "GET /v1/community": [line("/v1/community", PUBLIC)],
    "GET /v1/fund": [line("/v1/fund", PUBLIC)],
    "GET /v1/solvency": [line("/v1/solvency", PUBLIC)],
    "GET /v1/tills/{till}": [line("/v1/tills/1", PUBLIC)],
    "GET /v1/governance": [line("/v1/governance", PUBLIC)],
    "GET /v1/governance/nonces/{member}": [line("/v1/governance/nonces/1", PUBLIC)],
    "GET /v1/texts/{hash}": [line("/v1/texts/{text}", PUBLIC)],
    "GET /v1/resolutions": [line("/v1/resolutions", PUBLIC)],
    "GET /v1/resolutions/{number}": [line("/v1/resolutions/1", PUBLIC, told="unknown-resolution")],
    "GET /v1/resolutions/{number}/sealed-openings": [
        line("/v1/resolutions/1/sealed-openings", PUBLIC, told="unknown-resolution")
    ],
    "GET /v1/acts/{digest}": [line(f"/v1/acts/0x{'4c' * 32}", PUBLIC, told="unknown-act")],
    "GET /v1/member-acts/nonces/{member}": [line("/v1/member-acts/nonces/1", PUBLIC)],
    "GET /v1/member-acts/{receipt}": [line(f"/v1/member-acts/0x{'4c' * 32}", PUBLIC, told="unknown-act")],
    "GET /v1/problems": [line("/v1/problems", PUBLIC)],
    "GET /v1/problems/{code}": [line("/v1/problems/access", PUBLIC)],
    "GET /v1/events/types": [line("/v1/events/types", PUBLIC)],
    "GET /v1/calls": [line("/v1/calls", PUBLIC)],
    "GET /v1/calls/{number}": [line("/v1/calls/1", PUBLIC, told="unknown-call")],
    "GET /v1/projects": [line("/v1/projects", PUBLIC)],
    "GET /v1/projects/{number}": [line("/v1/projects/1", PUBLIC, told="unknown-project")],
    "GET /v1/projects/{number}/spendings": [line("/v1/projects/1/spendings", PUBLIC, told="unknown-project")],
    "GET /v1/spendings": [line("/v1/spendings", PUBLIC)],
    "GET /v1/rounds": [line("/v1/rounds", PUBLIC)],
    # Who shows a key, or a signature, that opens nothing here is told so: what is public is not all there is.
    "GET /v1/events": [
        line(
            "/v1/events",
            *("nobody", "alice's wallet", bakery("events:read", "bakery test key", "bakery staff")),
            *(GROCER_SELLS, AUDITOR, OFFICERS_KEYS, OFFICERS_SESSIONS, "treasurer's test key"),
        )
    ],
    # Members
    "GET /v1/members/{number}": [
        line("/v1/members/1", ALICE, READS_MEMBERS),
        line("/v1/members/2", "basile", READS_MEMBERS),
        line("/v1/members/4", "bakery", READS_MEMBERS),
        line("/v1/members/77", READS_MEMBERS, told="unknown-member"),
    ],
    "GET /v1/members/{number}/cards": [
        line("/v1/members/1/cards", ALICE, READS_MEMBERS),
        line("/v1/members/77/cards", READS_MEMBERS, told="unknown-member"),
    ],
    "GET /v1/members/{number}/phone": [
        line("/v1/members/1/phone", ALICE, READS_MEMBERS),
        line("/v1/members/77/phone", READS_MEMBERS, told="unknown-member"),
    ],
    "GET /v1/members/{number}/redemptions": [
        line("/v1/members/1/redemptions", ALICE, READS_MEMBERS),
        line("/v1/members/5/redemptions", "grocer", READS_MEMBERS),
    ],
    "GET /v1/redemptions/{number}": [
        line("/v1/redemptions/1", ALICE, READS_MEMBERS),
        line("/v1/redemptions/77", READS_MEMBERS, told="unknown-redemption"),
    ],
    # A secret ballot is nobody's but the member's: neither officers nor the auditor read it.
    "GET /v1/resolutions/{number}/ballots/{member}": [
        line("/v1/resolutions/1/ballots/1", "alice", told="unknown-ballot")
    ],
    # Merchants
    "GET /v1/merchants/{number}": [
        line("/v1/merchants/4", bakery("statements:read", "bakery", "bakery till"), READS_MERCHANTS),
        line("/v1/merchants/5", GROCER, READS_MERCHANTS),
        line("/v1/merchants/77", READS_MERCHANTS, told="unknown-merchant"),
    ],
    "GET /v1/merchants/{number}/currency": [
        line("/v1/merchants/4/currency", bakery("statements:read", "bakery", "bakery till"), READS_MERCHANTS),
        line("/v1/merchants/5/currency", GROCER, READS_MERCHANTS),
    ],
    "GET /v1/merchants/{number}/statements": [
        line(
            "/v1/merchants/4/statements", bakery("statements:read", "bakery", "bakery till"), READS_MERCHANTS
        ),
        line("/v1/merchants/5/statements", GROCER, READS_MERCHANTS),
    ],
    "GET /v1/merchants/{number}/statements/{month}": [
        line(
            f"/v1/merchants/4/statements/{month}",
            bakery("statements:read", "bakery", "bakery till"),
            READS_MERCHANTS,
            told="unknown-statement",
        )
        for month in ("2026-10", "2026-10.pdf")
    ]
    + [line("/v1/merchants/5/statements/2026-10", GROCER, READS_MERCHANTS, told="unknown-statement")],
    "GET /v1/purchases/{id}": [
        line("/v1/purchases/1-1", bakery("sales:read", "bakery", "bakery till"), READS_MERCHANTS),
        line("/v1/purchases/2-1", GROCER, READS_MERCHANTS),
        line(
            "/v1/purchases/1-77",
            bakery("sales:read", "bakery", "bakery till"),
            READS_MERCHANTS,
            told="unknown-purchase",
        ),
    ],
    "GET /v1/reversals/{id}": [
        line("/v1/reversals/1-2", bakery("sales:read", "bakery", "bakery till"), READS_MERCHANTS),
        line("/v1/reversals/2-2", GROCER, READS_MERCHANTS, told="unknown-purchase"),
    ],
    # A test key is answered with nothing of the community's.
    "GET /v1/sales": [
        line(
            "/v1/sales?merchant=4",
            bakery("sales:read", "bakery", "bakery till", "bakery test key"),
            READS_MERCHANTS,
            "treasurer's test key",
        ),
        line("/v1/sales?merchant=5", GROCER, READS_MERCHANTS, "treasurer's test key"),
    ],
    "GET /v1/uploads": [
        line(
            "/v1/uploads?merchant=4",
            bakery("sales:read", "bakery", "bakery till", "bakery test key"),
            READS_MERCHANTS,
            "treasurer's test key",
        ),
        line("/v1/uploads?merchant=5", GROCER, READS_MERCHANTS, "treasurer's test key"),
    ],
    "GET /v1/uploads/{upload}/errors.csv": [
        line(
            "/v1/uploads/{bakery_upload}/errors.csv",
            bakery("sales:read", "bakery", "bakery till"),
            READS_MERCHANTS,
        ),
        line("/v1/uploads/{grocer_upload}/errors.csv", GROCER, READS_MERCHANTS),
    ],
    "GET /v1/webhooks": [
        line("/v1/webhooks", bakery("webhooks:read", "bakery test key"), GROCER_SELLS, AUDITOR)
    ],
    "GET /v1/webhooks/{id}/deliveries": [
        line("/v1/webhooks/{bakery_hook}/deliveries", bakery("webhooks:read"), AUDITOR),
        line("/v1/webhooks/{grocer_hook}/deliveries", GROCER_SELLS, AUDITOR),
    ],
    "GET /v1/keys": [
        line(
            "/v1/keys",
            bakery("keys:read", "bakery", "bakery test key"),
            *("grocer", GROCER_SELLS, "registrar", REGISTRAR_KEYS, AUDITOR),
        ),
        line(
            "/v1/keys?merchant=4",
            bakery("keys:read", "bakery", "bakery test key"),
            *("registrar", REGISTRAR_KEYS, AUDITOR),
        ),
        line("/v1/keys?merchant=5", "grocer", GROCER_SELLS, "registrar", REGISTRAR_KEYS, AUDITOR),
        line("/v1/keys?role=treasurer", "registrar", REGISTRAR_KEYS, AUDITOR),
    ],
    # Those who work for a merchant, and officers
    "GET /v1/staff": [
        line("/v1/staff", "bakery owner", "grocer owner", INVITES, "auditor's session"),
        line("/v1/staff?merchant=4", "bakery", "bakery owner", INVITES, "auditor's session"),
        line("/v1/staff?merchant=5", "grocer", "grocer owner", INVITES, "auditor's session"),
    ],
    "GET /v1/sessions": [
        line("/v1/sessions", SESSIONS),
        line("/v1/sessions?account={bakery_account}", "bakery", "bakery owner", INVITES),
        line("/v1/sessions?account={grocer_account}", "grocer", "grocer owner", INVITES),
    ],
    "GET /v1/sessions/current": [line("/v1/sessions/current", SESSIONS)],
    **TREASURY_READ,
    "GET /v1/trail": [line("/v1/trail", OFFICERS, OFFICERS_KEYS, OFFICERS_SESSIONS, AUDITOR)],
}

CHANGED: Final[dict[str, list[Line]]] = {
    # What carries its own signature: whoever brings it, a signature that is nobody's opens nothing.
    "POST /v1/purchases": [line("/v1/purchases", PUBLIC, body="purchases", forged="bad-signature")],
    "POST /v1/reversals": [line("/v1/reversals", PUBLIC, body="reversals", forged="bad-signature")],
    "POST /v1/resolutions": [
        line("/v1/resolutions", PUBLIC, body=WRONG_SIGNATURE, forged="member-signature")
    ],
    "POST /v1/resolutions/{number}/notice": [
        line("/v1/resolutions/1/notice", PUBLIC, body=WRONG_SIGNATURE, forged="member-signature")
    ],
    "POST /v1/resolutions/{number}/interests": [
        line("/v1/resolutions/1/interests", PUBLIC, body=WRONG_SIGNATURE, forged="member-signature")
    ],
    "POST /v1/resolutions/{number}/ballots": [
        line("/v1/resolutions/1/ballots", PUBLIC, body=WRONG_SIGNATURE, forged="unknown-resolution")
    ],
    "POST /v1/resolutions/{number}/openings": [
        line("/v1/resolutions/1/openings", PUBLIC, body=WRONG_SIGNATURE, forged="unknown-resolution")
    ],
    "POST /v1/member-acts": [
        line("/v1/member-acts", PUBLIC, body=WRONG_SIGNATURE, forged="member-signature")
    ],
    "POST /v1/connectors/woocommerce/{merchant}": [
        line("/v1/connectors/woocommerce/4", PUBLIC, body={"id": 1}, forged="webhook-signature")
    ],
    # Anybody may have a final resolution carried out: the assembly has decided.
    "POST /v1/resolutions/{number}/execute": [
        line("/v1/resolutions/1/execute", PUBLIC, told="unknown-resolution")
    ],
    # Signed by a member or an officer: no key and no session has texts kept
    "POST /v1/texts": [
        line(
            "/v1/texts",
            PEOPLE - {"alice's wallet"},
            "bakery",
            "grocer",
            OFFICERS,
            body={"text": "Acheter un four.\n"},
        )
    ],
    # What merchants sell
    "POST /v1/sales": [
        line("/v1/sales", bakery("sales:write", "bakery test key"), body={**SALE, "merchant": 4}),
        line("/v1/sales", GROCER_SELLS, body={**SALE, "merchant": 5}),
    ],
    "POST /v1/sales/batch": [
        line(
            "/v1/sales/batch",
            bakery("sales:write", "bakery test key"),
            body={"merchant": 4, "sales": [{**SALE, "receipt": "B-1"}]},
        ),
        line("/v1/sales/batch", GROCER_SELLS, body={"merchant": 5, "sales": [{**SALE, "receipt": "B-1"}]}),
    ],
    "POST /v1/uploads": [
        line("/v1/uploads?mode=commit&merchant=4", bakery("sales:write", "bakery test key"), body=CSV),
        line("/v1/uploads?mode=commit&merchant=5", GROCER_SELLS, body=CSV),
        line("/v1/uploads?mode=preview&merchant=5", GROCER_SELLS, body=CSV),
    ],
    "POST /v1/connectors/odoo/{merchant}": [
        line("/v1/connectors/odoo/4", bakery("sales:write", "bakery test key"), body="odoo"),
        line("/v1/connectors/odoo/5", GROCER_SELLS, body="odoo", told="connector-missing"),
    ],
    "POST /v1/buyers": [
        line(
            "/v1/buyers",
            bakery("buyers:read", "bakery", "bakery till", "bakery test key"),
            GROCER,
            REGISTRAR,
            body={"phone": "418 555-0123"},
            told="unknown-phone",
        )
    ],
    # Where merchants are told
    "POST /v1/webhooks": [
        line("/v1/webhooks", bakery("webhooks:write", "bakery test key"), GROCER_SELLS, body=URL)
    ],
    **{
        f"POST /v1/webhooks/{{id}}/{what}": [
            line(f"/v1/webhooks/{{bakery_hook}}/{what}", bakery("webhooks:write"), body=body),
            line(f"/v1/webhooks/{{grocer_hook}}/{what}", GROCER_SELLS, body=body),
        ]
        for what, body in (("ping", None), ("rotate", {"overlap": 0}), ("enable", None))
    },
    "POST /v1/webhooks/{id}/deliveries/{number}/replay": [
        line("/v1/webhooks/{bakery_hook}/deliveries/{delivery}/replay", bakery("webhooks:write")),
        line(
            "/v1/webhooks/{grocer_hook}/deliveries/{delivery}/replay", GROCER_SELLS, told="unknown-delivery"
        ),
    ],
    "POST /v1/webhooks/{id}/disable": [
        line("/v1/webhooks/{bakery_hook}/disable", bakery("webhooks:write")),
        line("/v1/webhooks/{grocer_hook}/disable", GROCER_SELLS),
    ],
    # Keys: a merchant's own; the registrar's for merchants and the auditor; an officer's for the own role.
    "POST /v1/keys": [
        line(
            "/v1/keys",
            bakery("keys:write", "bakery", "registrar"),
            body={"merchant": 4, "scopes": ["keys:write"]},
        ),
        line("/v1/keys", "grocer", GROCER_SELLS, "registrar", body={"merchant": 5, "scopes": ["keys:write"]}),
        line("/v1/keys", "treasurer", body={"role": "treasurer", "scopes": ["treasury:write"]}),
        line("/v1/keys", "approver", body={"role": "approver", "scopes": ["treasury:read"]}),
        line("/v1/keys", "registrar", body={"role": "auditor", "scopes": ["trail:read"]}),
    ],
    "POST /v1/keys/{key}/rotate": [
        line("/v1/keys/{new_bakery_key}/rotate", bakery("keys:write", "bakery", "registrar"), body={}),
        line("/v1/keys/{new_grocer_key}/rotate", "grocer", GROCER_SELLS, "registrar", body={}),
        line("/v1/keys/{new_treasurer_key}/rotate", "treasurer", body={}),
    ],
    "DELETE /v1/keys/{key}": [
        line("/v1/keys/{new_bakery_key}", bakery("keys:write", "bakery", "registrar")),
        line("/v1/keys/{new_grocer_key}", "grocer", GROCER_SELLS, "registrar"),
        line("/v1/keys/{new_treasurer_key}", "treasurer", "registrar"),
    ],
    # Members, at the counter
    "POST /v1/members/{number}/cards": [line("/v1/members/1/cards", REGISTRAR, told="card-held")],
    "POST /v1/members/{number}/cards/replace": [line("/v1/members/1/cards/replace", REGISTRAR)],
    "DELETE /v1/members/{number}/cards/{card}": [
        line("/v1/members/2/cards/{new_card}", REGISTRAR),
        line("/v1/members/2/cards/77", REGISTRAR, told="unknown-card"),
    ],
    "PUT /v1/members/{number}/phone": [line("/v1/members/1/phone", REGISTRAR, body=PHONE)],
    "DELETE /v1/members/{number}/phone": [line("/v1/members/1/phone", REGISTRAR, told="no-phone")],
    # Staff and officers: a merchant's owner, the registrar, and each officer himself or herself.
    "POST /v1/staff/invitations": [
        line("/v1/staff/invitations", "bakery", "bakery owner", INVITES, body={**STAFF, "merchant": 4}),
        line("/v1/staff/invitations", "grocer", "grocer owner", INVITES, body={**STAFF, "merchant": 5}),
        line("/v1/staff/invitations", INVITES, body={"role": "auditor", "name": "Ugo"}),
        line("/v1/staff/invitations", "treasurer", body="treasurer"),
    ],
    "POST /v1/staff/{account}/invitations": [
        line("/v1/staff/{bakery_account}/invitations", "bakery", "bakery owner", INVITES, body={}),
        line("/v1/staff/{grocer_account}/invitations", "grocer", "grocer owner", INVITES, body={}),
    ],
    "DELETE /v1/staff/{account}": [
        line("/v1/staff/{new_bakery_account}", "bakery", "bakery owner", INVITES),
        line("/v1/staff/{new_grocer_account}", "grocer", "grocer owner", INVITES),
    ],
    "DELETE /v1/sessions/{session}": [
        line("/v1/sessions/{new_bakery_session}", "bakery", "bakery owner", INVITES),
        line("/v1/sessions/{new_grocer_session}", "grocer", "grocer owner", INVITES),
    ],
    # Whoever has a session may end it, whatever its role is worth.
    "DELETE /v1/sessions/current": [line("/v1/sessions/current", SESSIONS, GONE)],
    "POST /v1/sessions/options": [line("/v1/sessions/options", PUBLIC)],
    "POST /v1/sessions": [line("/v1/sessions", PUBLIC, body=CREDENTIAL, forged="passkey-refused")],
    "POST /v1/passkeys/registration/options": [line("/v1/passkeys/registration/options", SESSIONS, body={})],
    "POST /v1/passkeys/registration": [
        line("/v1/passkeys/registration", SESSIONS, body=CREDENTIAL, forged="passkey-refused"),
        line(
            "/v1/passkeys/registration",
            PUBLIC,
            body={**CREDENTIAL, "code": "7F3K9-M2X5C-8Q1W4-TB6HN"},
            forged="passkey-refused",
        ),
    ],
    **TREASURY_CHANGED,
}

TABLE: Final = {**READ, **CHANGED}
