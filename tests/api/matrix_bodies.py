"""What the requests of the matrix bring."""

from typing import Final

from tests.api.test_bank import debit, statement

WRONG_SIGNATURE: Final = "example"
"""The body is the example of the description, whose signature is nobody's."""

SALE: Final = {"receipt": "A-1", "amount": "4275", "member": 1, "at": "2026-11-20T17:42"}
CSV: Final = b"facture;date;total\nC-1;2026-11-20 17:42;42,75\n"
BANK: Final = statement(debit(3_000, "", text="merci"))
FIRST_BANK: Final = statement(debit(4_000, "", text="bonjour"))
CONTENT: Final = {CSV: "text/csv"} | dict.fromkeys((BANK, FIRST_BANK), "application/octet-stream")
PHONE: Final = {"phone": "418 692-1234", "consented_on": "2026-03-01"}
STAFF: Final = {"role": "staff", "name": "Maude Roy"}
URL: Final = {"url": "https://shop.example/endogene"}
CREDENTIAL: Final = {"credential": {"id": "…", "rawId": "…", "type": "public-key", "response": {}}}
