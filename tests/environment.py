"""What the tests keep of the environment of who runs them: nothing that sets the product up."""

from collections.abc import MutableMapping
from typing import Final

PREFIX: Final = "ENDOGENE_"
KEPT: Final = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "ANVIL",
        "BAD_INPUTS",
        "BAD_INPUTS_SEED",
        "EXAMPLES",
        "FAULTS",
        "FORGED",
        "FORMULAS",
        "MODEL_RUNS",
        "RESTARTS",
        "SCHEMATHESIS",
        "UPDATE_GAS",
        "UPDATE_LOOKS",
    )
)
"""How much the tests do, what they write anew, and where the machine has its chain."""


def make_plain(environ: MutableMapping[str, str]) -> None:
    """Leave no language and no setting of the person or of the machine: the product speaks French."""
    for name in [one for one in environ if one.startswith(PREFIX) and one not in KEPT]:
        del environ[name]
    environ["LANG"] = "C.UTF-8"
