"""Every setting says in plain words what it takes, and takes nothing that breaks the service later."""

import re

import pytest

from api.settings import PREFIX, Settings, SettingsError, read_settings

NUMBER = r"a (whole )?number (from \S+ to \S+|above 0, up to \S+)"
TAKES = {
    "trusted_proxies": r"networks such as \S+, separated by commas; no bit behind the / may be set",
    "metrics_address": r"a host and a port, such as \S+ or \S+",
    "public_url": r"an http or https URL without a query, such as \S+",
    "log_format": "json or text",
    "access_log": "true or false",
}
TEXTS = {"database_url", "host"}
"""What these name is looked for; whether it is there is another question."""
CHECKED = [name for name in Settings.model_fields if name not in TEXTS]


def refusal(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return str(refused.value)


@pytest.mark.parametrize("value", ["http", "-1", "1e30", "9" * 30, "nan", "inf", "-inf", "1,2x", "é"])
@pytest.mark.parametrize("name", CHECKED)
def test_an_extreme_value_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    said = refusal(monkeypatch, name, value)
    shown = re.escape(repr(value.partition(",")[0] if name == "trusted_proxies" else value))
    assert re.fullmatch(
        rf"The setting {PREFIX}{name.upper()} cannot be {shown}: it takes {TAKES.get(name, NUMBER)}\.", said
    )


@pytest.mark.parametrize("name", [name for name in CHECKED if name not in TAKES])
def test_the_bounds_that_are_named_hold(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    least, most = re.findall(r"(?:from|above|to) ([\d.]+\d|\d)", refusal(monkeypatch, name, "x"))
    for value in (most, str(float(least) + 0.5) if "seconds" in name and "." in least else least):
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
        if value != "0" or " above 0" not in refusal(monkeypatch, name, "x"):
            monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
            assert str(getattr(read_settings(), name)).removesuffix(".0") == value
    for value in (str(int(most) + 1), str(float(least) - 0.1)):
        assert refusal(monkeypatch, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metrics_address", "127.0.0.1:65536"),
        ("metrics_address", "9100"),
        ("public_url", "https://example.org:65536"),
        ("public_url", "https://example.org?x"),
        ("trusted_proxies", "10.0.0.1/8"),
    ],
)
def test_an_address_that_nothing_can_have_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert refusal(monkeypatch, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metrics_address", "[::1]:65535"),
        ("public_url", "http://[::1]:8000/conflict/"),
        ("public_url", "https://xn--e1afmkfd.test"),
    ],
)
def test_an_address_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    assert getattr(read_settings(), name) == value


@pytest.mark.parametrize("name", ["DATABASE_UR", "DATABASE_URI", "DATBASE_URL"])
def test_a_misspelt_address_is_noticed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_USER", "another program's")
    read_settings()
    monkeypatch.setenv(name, "mine.db")
    with pytest.raises(SettingsError, match=rf"^There is no setting {name}: did you mean DATABASE_URL\?$"):
        read_settings()
    monkeypatch.setenv("DATABASE_URL", "mine.db")
    assert read_settings().database_url == "mine.db"
