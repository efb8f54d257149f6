"""The words of the office's pages for projects, votes and redemptions."""

from typing import Final

from endogene_token.i18n import mark

CRITERIA: Final = {
    "issue": mark("answers an issue of the community"),
    "inter-cooperation": mark("cooperation between cooperatives"),
    "grouping": mark("a grouping of partners, a local authority among them"),
    "short-circuit": mark("short circuit"),
    "merchant-share": mark("share spent at member businesses"),
    "leverage": mark("outside money"),
    "mentor": mark("a mentor"),
    "evaluation": mark("an evaluation foreseen"),
    "beneficiary": mark("who benefits"),
}
TRANCHES: Final = {
    "locked": mark("not claimed yet"),
    "claimed": mark("waits for the mentor"),
    "reviewed": mark("waits for a director"),
    "released": mark("released"),
    "accounted": mark("released and accounted for"),
    "rejected": mark("refused, to be claimed again"),
    "recalled": mark("taken back"),
}
TRANCHE_TONES: Final = {
    "claimed": "warn",
    "reviewed": "warn",
    "released": "good",
    "accounted": "good",
    "rejected": "bad",
    "recalled": "bad",
}
REDEMPTIONS: Final = {
    "requested": mark("to be attested by the registrar"),
    "attested": mark("to be approved by the approver"),
    "approved": mark("to be paid by the treasurer"),
    "paid": mark("paid"),
    "dropped": mark("dropped"),
}
REASONS: Final = {"retirement": mark("retirement"), "heirs": mark("heirs")}
