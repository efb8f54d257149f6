"""The settings, from the environment and from the command line."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from endogene_token.config import Settings
from endogene_token.errors import SettingError
from endogene_token.regions import load

ENVIRON = {
    "data_dir": "/srv/endogene",
    "rpc_urls": "http://a:8545, http://b:8545",
    "database_url": "postgresql://ledger@db/ledger",
    "api_host": "0.0.0.0",  # noqa: S104  a value to read back, nothing listens
    "api_port": "9000",
    "node_port": "9001",
    "lang": "en_CA.UTF-8",
    "currency": "EUR",
    "timezone": "Europe/Paris",
    "community": "Région de Québec",
    "sandbox": "true",
    "sealing_key": "0x" + "5e" * 32,
    "office_key": "0f" * 32,
    "hosting_passphrase": "sixteen letters and more",
    "phone_region": "FR",
    "rate_limit_caller": "10/second",
    "rate_limit_network": "off",
    "rp_id": "endogene.example",
    "origins": "https://a.endogene.example, https://b.endogene.example",
    "region": "py/endogene_token/cli/quebec.geojson",
    "webhook_loopback": "true",
    "log_level": "debug",
    "log_json": "true",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ENDOGENE_{name.upper()}", raising=False)
    monkeypatch.delenv("LANG", raising=False)


def test_without_an_environment_the_settings_serve_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first run needs no setting."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert (settings.api_host, settings.api_port, settings.node_port) == ("127.0.0.1", 8080, 8545)
    assert (settings.lang, settings.currency, settings.timezone) == ("fr", "CAD", "America/Toronto")
    assert settings.endpoints == ("http://127.0.0.1:8545",)
    assert settings.database == f"sqlite:///{tmp_path}/.endogene/ledger.sqlite"


def test_each_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment configures every field."""
    assert set(ENVIRON) == set(Settings.model_fields)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(f"ENDOGENE_{name.upper()}", value)
    settings = Settings.load()
    assert settings.data_dir == Path("/srv/endogene")
    assert settings.endpoints == ("http://a:8545", "http://b:8545")
    assert settings.database == "postgresql+psycopg://ledger@db/ledger"
    assert (settings.api_port, settings.node_port) == (9000, 9001)
    assert (settings.lang, settings.currency, settings.timezone) == ("en", "EUR", "Europe/Paris")
    assert (settings.community, settings.log_level, settings.log_json) == ("Région de Québec", "debug", True)
    assert settings.sealing_key == "0x" + "5e" * 32
    assert (settings.office_key, settings.phone_region) == ("0f" * 32, "FR")
    assert settings.hosting_passphrase == ENVIRON["hosting_passphrase"]
    assert (settings.rate_limit_caller, settings.rate_limit_network) == ("10/second", "off")
    assert (settings.sandbox, settings.webhook_loopback) == (True, True)
    assert settings.region == load(Path(ENVIRON["region"]))
    assert settings.rp_id == "endogene.example"
    assert settings.origins == ("https://a.endogene.example", "https://b.endogene.example")


def test_an_override_stands_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed wins over what is set."""
    monkeypatch.setenv("ENDOGENE_API_PORT", "9000")
    assert Settings.load(api_port=9001).api_port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_port", "0"),
        ("node_port", "65536"),
        ("api_port", "http"),
        ("timezone", "Québec"),
        ("lang", "de"),
        ("currency", "dollars"),
        ("log_level", "loud"),
        ("origins", "https://localhost.evil.example"),
        ("origins", "https://localhost/"),
        ("origins", "http://shop.localhost"),
        ("rp_id", "https://localhost"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the setting and the value: nobody searches for it."""
    monkeypatch.setenv(f"ENDOGENE_{name.upper()}", value)
    with pytest.raises(SettingError) as caught:
        Settings.load()
    assert caught.value.params["field"] == name
    assert caught.value.actual == value


def test_an_unknown_override_is_refused() -> None:
    """A misspelt option is not silently without effect."""
    with pytest.raises(SettingError, match="api_prot"):
        Settings.load(api_prot=9000)


def test_settings_do_not_change_once_read() -> None:
    """They are passed in; nobody changes them for another."""
    settings = Settings.load()
    with pytest.raises(ValidationError):
        settings.api_port = 1  # type: ignore[misc]  # what mypy sees, the program must refuse too


def test_a_secret_setting_is_shown_by_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a mistyped key of the office nor a good one reaches a log or a screen."""
    mistyped = "0f" * 31 + "0"
    monkeypatch.setenv("ENDOGENE_OFFICE_KEY", mistyped)
    with pytest.raises(SettingError) as caught:
        Settings.load()
    assert caught.value.params["field"] == "office_key"
    assert (mistyped in str(caught.value), caught.value.__cause__) == (False, None)
    assert "0f" * 32 not in repr(Settings.load(office_key="0f" * 32))
