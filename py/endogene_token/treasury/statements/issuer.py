"""Who issues statements: name, address, logo, colours, taxes; and the names of the merchants.

A file of TOML, `statements.toml` in the data folder. Everything in it may be left out:

    name = "Coopérative de solidarité de Limoilou"
    address = ["123, 3e Avenue", "Québec (Québec)  G1L 2V8"]
    registrations = ["TPS 123456789 RT0001", "TVQ 1234567890 TQ0001"]
    region = "CA"            # CA: as Canada writes amounts and dates; FR: as France does
    accent = "#1b5f54"       # of the title and the total: dark enough to be read on white
    second = "#bd5a33"       # of the chart's refunds
    logo = "logo.svg"        # beside this file
    terms_days = 15          # from the day of issue to the day on which the amount is due

    [[taxes]]
    name_fr = "TVQ"
    name_en = "QST"
    rate = 9975              # hundred-thousandths: 9.975 %
    registration = "1234567890 TQ0001"

    [merchants.4]
    name = "Boulangerie du Faubourg"
    address = ["45, rue des Pins"]
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from endogene_token.errors import SettingError
from endogene_token.treasury.statements.document import RATE_WHOLE, Party

FILE_NAME: Final = "statements.toml"
LARGEST_LOGO: Final = 1 << 18  # bytes: a logo is drawn lines, not a photograph
WHITE_CONTRAST: Final = 4_500  # thousandths: WCAG 2.2, 1.4.3, text on white

Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
Line = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Lines = Annotated[tuple[Line, ...], Field(max_length=8)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Tax(_Given):
    """A tax on premiums; `rate` in hundred-thousandths."""

    name_fr: Line
    name_en: Line
    rate: Annotated[int, Field(ge=0, le=RATE_WHOLE, strict=True)]
    registration: str = ""


class Addressee(_Given):
    """A merchant's name and address, as the office has them."""

    name: Line
    address: Lines = ()
    registrations: Lines = ()


class Issuer(_Given):
    """Who issues statements, and how they look. See the head of this file."""

    name: Line = "Endogène"
    address: Lines = ()
    registrations: Lines = ()
    region: Literal["CA", "FR"] = "CA"
    accent: Colour = "#1b5f54"
    second: Colour = "#bd5a33"
    logo: str = ""
    terms_days: Annotated[int, Field(ge=0, le=365, strict=True)] = 15
    taxes: Annotated[tuple[Tax, ...], Field(max_length=4)] = ()
    merchants: dict[int, Addressee] = {}
    logo_svg: Annotated[bytes, Field(exclude=True)] = b""

    @field_validator("accent")
    @classmethod
    def _readable(cls, value: str) -> str:
        if contrast_on_white(value) < WHITE_CONTRAST:
            raise ValueError("4.5 : 1, #1b5f54, …")
        return value.lower()

    @classmethod
    def load(cls, path: Path, name: str) -> Self:
        """Return what the file says, or without a file a plain issuer; `name` serves where none is given.

        Raises SettingError, which names what cannot be used.
        """
        try:
            with path.open("rb") as file:
                told = tomllib.load(file)
        except FileNotFoundError:
            return cls(name=name)
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingError(field=path.name, actual=path, limit=error) from error
        try:
            issuer = cls.model_validate({"name": name} | told | {"logo_svg": b""})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise SettingError(field=place, actual=first["input"], limit=first["msg"]) from error
        return issuer.model_copy(update={"logo_svg": _logo(path.parent, issuer.logo)})

    def addressee(self, merchant: int) -> Party:
        """Return a merchant's name and address; without a name, its number will stand for it."""
        found = self.merchants.get(merchant)
        if found is None:
            return Party(name="")
        return Party(name=found.name, address=found.address, registrations=found.registrations)


def contrast_on_white(colour: str) -> int:
    """Return the contrast of a colour (#rrggbb) with white, in thousandths.

    As WCAG 2.2 computes it, but that a square stands for its curve: never more than the true contrast.
    """
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    whole = 10_000 * 255**2
    light = 2_126 * red**2 + 7_152 * green**2 + 722 * blue**2
    return 1_050 * whole // (light + whole // 20)


def _logo(folder: Path, name: str) -> bytes:
    if not name:
        return b""
    if Path(name).name != name or not name.endswith(".svg"):
        raise SettingError(field="logo", actual=name, limit="logo.svg")
    try:
        with folder.joinpath(name).open("rb") as file:
            svg = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise SettingError(field="logo", actual=name, limit=error.strerror) from error
    if len(svg) > LARGEST_LOGO:
        raise SettingError(field="logo", actual=name, limit=f"{LARGEST_LOGO} bytes")
    return svg
