r"""The formats that a text can be held against: what each is called, what it says, texts that are of it and texts that are not.

A regular expression here means the same to PostgreSQL and to Python: ``\A`` and ``\Z`` alone stand for the very ends (``$``
would let a newline follow in one of them), characters are listed (``\d`` and ``\w`` hold other ones in each), and nothing is
counted beyond a few: PostgreSQL is slow at it. What can be read in two ways is not repeated, so that Python reads every
text in one go, long ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from airflow_data_quality.core.errors import near
from airflow_data_quality.core.model.codes import COUNTRIES, COUNTRIES_3, CURRENCIES

Rule = Literal["iban", "json", "luhn", "name lengths"]
"""What can be asked of a text beside its shape; see ``format_rules``."""


@dataclass(frozen=True)
class Format:
    """What a text must be like; all that is given must hold."""

    says: str
    """What such a text is, to stand behind "is" and "is no": ``e-mail address``."""
    passes: Sequence[str]
    """Texts that are of it."""
    fails: Sequence[str]
    """Texts that are not, though they look like it."""
    regex: str | None = None
    """A regular expression that is found in it."""
    like: str | None = None
    """What LIKE must say of it besides: it counts characters several times as fast."""
    one_of: Sequence[str] = ()
    """The only texts there are."""
    rule: Rule | None = None
    """What else must hold; asked of texts alone in which the regular expression was found."""


_ALNUM = "[0-9A-Za-z]"
_LABEL = rf"{_ALNUM}(?:-*{_ALNUM})*"
_LAST_LABEL = rf"(?:[0-9]-*)*[A-Za-z](?:-*{_ALNUM})*"
"""With a letter in it: else an address such as 1.2.3.400 would be a name."""
_HOST = rf"(?:{_LABEL}\.)*{_LAST_LABEL}"
_ATOM = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]"

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUP = "[0-9A-Fa-f]{1,4}"
_SOME_GROUPS = rf"(?:{_GROUP}(?::{_GROUP})*)?"
_IPV6 = (
    rf"(?:(?:{_GROUP}:){{7}}{_GROUP}"
    rf"|(?!:{{0,2}}{_GROUP}(?::{{1,2}}{_GROUP}){{7}}){_SOME_GROUPS}::{_SOME_GROUPS}"
    rf"|(?:{_GROUP}:){{6}}{_IPV4}"
    rf"|(?!:{{0,2}}{_GROUP}(?::{{1,2}}{_GROUP}){{5}}:){_SOME_GROUPS}::(?:{_GROUP}:)*{_IPV4})"
)
"""Eight groups; or less than eight around one ``::``. An IPv4 address at the end stands for the last two."""

_ESCAPED = "%[0-9A-Fa-f][0-9A-Fa-f]"
_USER = rf"(?:[0-9A-Za-z._~!$&'()*+,;=:-]|{_ESCAPED})*@"
_PATH = rf"(?:[0-9A-Za-z._~!$&'()*+,;=:@/-]|{_ESCAPED})*"
_QUERY = rf"(?:[0-9A-Za-z._~!$&'()*+,;=:@/?-]|{_ESCAPED})*"
_SERVER_LABEL = "[0-9A-Za-z_](?:-*[0-9A-Za-z_])*"
"""With underscores: no host name has them, but what browsers and name servers take for one has, such as a bucket's."""
_URL = (
    rf"[Hh][Tt][Tt][Pp][Ss]?://(?:{_USER})?(?:(?:{_SERVER_LABEL}\.)*{_SERVER_LABEL}|\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\])(?::[0-9]{{1,5}})?"
    rf"(?:/{_PATH})?(?:\?{_QUERY})?(?:#{_QUERY})?"
)
"""An address as host is looked at no closer than a name: with all of its rules a URL would take four times as long."""

_DATE = (
    "(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_HOUR_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_ZONE = rf"(?:[Zz]|[+-](?:{_HOUR_MINUTE}|[01][0-9]|2[0-3]))"
_DATETIME = rf"{_DATE}[Tt ]{_HOUR_MINUTE}(?::[0-5][0-9](?:\.[0-9]+)?)?{_ZONE}?"


def _whole(regex: str) -> str:
    return rf"\A(?:{regex})\Z"


# fmt: off
FORMATS = {
    "email": Format(
        "e-mail address",
        regex=_whole(rf"{_ATOM}(?:\.?{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z](?:-*{_ALNUM})+"),
        passes=("a@b.co", "Jane.O'Neil+x=1@mail.example.co.uk", "_-_@1-2.xn--p1ai", "a@b--c.museum"),
        fails=(
            "a", "@b.co", "a@", "a@b", "a@b.c", "a@b.1a", "a@b.co.", "a@.co", "a@b..co", "a@-b.co", "a@b-.co", ".a@b.co",
            "a.@b.co", "a..b@b.co", "a@b@c.co", "a b@c.co", "a@b_c.co", '"a b"@c.co', "a@[1.2.3.4]", "Jane <a@b.co>", "ä@b.co",
        ),
    ),
    "uuid": Format(
        "UUID",
        like="________-____-____-____-____________",
        regex=_whole("[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+){4}"),
        passes=(
            "00000000-0000-0000-0000-000000000000", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab",
            "6B1C5A60-0D3E-4C5B-8A94-0123456789AB",
        ),
        fails=(
            "6b1c5a600d3e4c5b8a940123456789ab", "{6b1c5a60-0d3e-4c5b-8a94-0123456789ab}", "6b1c5a60-0d3e-4c5b-8a94-0123456789a",
            "6b1c5a60-0d3e-4c5b-8a94-0123456789abc", "6b1c5a60-0d3e-4c5b-8a94-0123456789ag",
            "6b1c5a60-0d3e4-c5b-8a94-0123456789ab",
        ),
    ),
    "ipv4": Format(
        "IPv4 address",
        regex=_whole(_IPV4),
        passes=("0.0.0.1", "255.255.255.255", "192.168.1.10", "1.20.100.249"),
        fails=(
            "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.260", "1.2.3.04", "00.1.2.3", "1.2.3.", "1..2.3", "1.2.3.4/8", "١.2.3.4",
        ),
    ),
    "ipv6": Format(
        "IPv6 address",
        regex=_whole(_IPV6),
        passes=(
            "::", "::1", "1::", "1:2:3:4:5:6:7:8", "2001:DB8::ff00:42:8329", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
            "1::3:4:5:6:7:8", "::ffff:192.0.2.1", "64:ff9b::192.0.2.33", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4",
            "1:2:3:4:5::1.2.3.4", "0000:00:0::0",
        ),
        fails=(
            ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", ":1::", "1:::2", "::1:",
            "1:2:3:4:5:6:7:", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "fe80::1%eth0", "[::1]", "::1/128",
            "1.2.3.4", "::256.1.1.1", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::1.2.3.4:5",
            "1:2:3:4:5:1.2.3.4",
        ),
    ),
    "url": Format(
        "http or https URL",
        regex=_whole(_URL),
        passes=(
            "http://a.co", "HTTPS://example.com/", "http://localhost:8080/a/b;c=1?d=e&f=%20#g/h?i", "http://127.0.0.1",
            "http://[::1]:1/", "http://u:p@example.com", "http://example.com?a=b", "http://example.com#a",
            "http://example.com:65535", "http://1.2.3.4.com", "https://my_bucket.a.co/b_c",
        ),
        fails=(
            "example.com", "//example.com", "ftp://example.com", "http:example.com", "http://", "http:///a", "http://a b.co",
            "http://a.co/b c", "http://-a.co", "http://a..co", "http://.", "http://a.co./", "http://[1.2.3.4]", "http://::1/",
            "http://a.co:655360", "http://a.co:", "http://a.co:8a", "http://a.co/%", "http://a.co/%2g", 'http://a.co/"', "http://a.co/<b>",
            "http://a.co/ä", "http://a.co#b#c", "http://a@b@c.co", " http://a.co",
        ),
    ),
    "hostname": Format(
        "host name",
        regex=_whole(_HOST),
        rule="name lengths",
        passes=(
            "localhost", "example.com", "a.b-c.d--e", "3com", "1-2-a", "1.2.3.4a", "xn--mnchen-3ya.de", "a" * 63 + ".de",
            "EXAMPLE.COM", ".".join(["a" * 49] * 5) + ".de",
        ),
        fails=(
            "", ".", "a.", ".a", "a..b", "-a.b", "a-.b", "a.-b", "a.b-", "a_b.c", "a b", "1.2.3.4", "12", "1-2", "a.b/c", "a:80",
            "a" * 64 + ".de", ".".join(["a" * 49] * 5) + ".info", "münchen.de",
        ),
    ),
    "iso_date": Format(
        "ISO 8601 date",
        regex=_whole(_DATE),
        passes=("0001-01-01", "2024-02-29", "2000-02-29", "9999-12-31", "1900-02-28", "2023-04-30", "0004-02-29"),
        fails=(
            "2023-02-29", "1900-02-29", "2023-02-30", "2023-04-31", "2023-13-01", "2023-00-01", "2023-01-00", "2023-01-32",
            "0000-01-01", "0000-02-29", "2023-1-1", "20230101", "23-01-01", "2023/01/01", "01.01.2023", "2023-W01-1", "2023-001",
            "2023-01-01T00:00", "12023-01-01",
        ),
    ),
    "iso_datetime": Format(
        "ISO 8601 date and time",
        regex=_whole(_DATETIME),
        passes=(
            "2024-02-29T23:59", "2024-02-29T23:59:59", "2024-02-29 23:59:59.123456789", "2024-02-29T23:59:59Z",
            "2024-02-29t23:59z", "2024-02-29 00:00:00+00", "2024-02-29T00:00:00.5-05:30", "2024-02-29T00:00+14:00",
        ),
        fails=(
            "2024-02-29", "2023-02-29T00:00", "2024-02-29T24:00", "2024-02-29T00:60", "2024-02-29T00:00:60", "2024-02-29T00",
            "2024-02-29T0:00", "2024-02-29  00:00", "2024-02-29T00:00:00.", "2024-02-29T00:00+0530", "2024-02-29T00:00+24:00",
            "2024-02-29T00:00:00 Z", "20240229T000000",
        ),
    ),
    "phone": Format(
        "E.164 phone number",
        regex=_whole(r"\+[1-9][0-9]{6,14}"),
        passes=("+14155550123", "+4930123456", "+6834002", "+123456789012345"),
        fails=(
            "14155550123", "+04155550123", "+1 415 555 0123", "+1-415-555-0123", "+1234567890123456", "+123456", "0014155550123",
            "+1415555O123", "+",
        ),
    ),
    "credit_card": Format(
        "payment card number",
        regex=_whole("[1-9](?:[ -]?[0-9]){12,18}"),
        rule="luhn",
        passes=(
            "4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "4222222222222",
            "6304000000000000000", "6011 0009 9013 9424", "30569309025904", "3566002020360505",
        ),
        fails=(
            "4111111111111112", "4111 1111 1111 1121", "411111111111", "41111111111111111111", "0000000000000000",
            "4111  1111 1111 1111", "4111-1111-1111-1111-", " 4111111111111111", "4111.1111.1111.1111", "4111111111111l11",
            "5500000000000040",
        ),
    ),
    "iban": Format(
        "IBAN",
        regex=_whole("[A-Z]{2}(?!0[01]|99)[0-9]{2}[0-9A-Z]+"),
        rule="iban",
        passes=(
            "DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
            "FR1420041010050500013M02606", "BR1800360305000010009795493C1", "LC55HEMM000100010012001200023015",
            "SC18SSCB11010000000000001497USD",
        ),
        fails=(
            "DE89370400440532013001", "DE98370400440532013000", "DE8937040044053201300", "DE893704004405320130000",
            "XX89370400440532013000", "de89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926818",
            "US89370400440532013000", "DE00", "DE8937040044053201300O",
        ),
    ),
    "country_code": Format(
        "ISO 3166-1 alpha-2 country code",
        one_of=COUNTRIES.split(),
        passes=("DE", "GB", "US", "SS", "AX"),
        fails=("de", "UK", "EU", "XK", "AN", "DEU", "D", "", "DE ", "276"),
    ),
    "country_code_3": Format(
        "ISO 3166-1 alpha-3 country code",
        one_of=COUNTRIES_3.split(),
        passes=("DEU", "GBR", "USA", "ROU", "SSD"),
        fails=("deu", "GER", "ROM", "ZAR", "EUR", "DE", "", "DEU ", "276"),
    ),
    "currency_code": Format(
        "ISO 4217 currency code",
        one_of=CURRENCIES.split(),
        passes=("EUR", "USD", "JPY", "XAU", "ZWG", "XCG"),
        fails=("eur", "DEM", "HRK", "BGN", "RMB", "BTC", "€", "", "EUR ", "978"),
    ),
    "integer": Format(
        "whole number",
        regex=_whole("[+-]?[0-9]+"),
        passes=("0", "-1", "+1", "007", "123456789012345678901234567890"),
        fails=("", "-", "1.0", "1e3", "1,000", "1_000", " 1", "1 ", "--1", "0x1", "١", "²"),
    ),
    "decimal": Format(
        "decimal number",
        regex=_whole(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
        passes=("0", "-1.50", "+.5", "1.", "00.1", "123456789012345678901234567890.5"),
        fails=("", ".", "-", "1e3", "1,5", "1,000.5", "1.2.3", "NaN", "Infinity", " 1", "1.5%", "$1", "١.٥"),
    ),
    "json": Format(
        "JSON document",
        rule="json",
        passes=("{}", "[]", '{"a": [1, 2.5e3, null, true, "x\\n"]}', "1", '"a"', "null", " [1]\n"),
        fails=("", "{", "{'a': 1}", "{a: 1}", "[1,]", "nul", "01", '"a', "[1] x", "NaN", "undefined"),
    ),
}
# fmt: on
"""Name → format."""


def known_format(name: str) -> str:
    """Returns the name of a format; raises ValueError, with the nearest names, for one that there is not."""
    if name in FORMATS:
        return name
    raise ValueError(f"unknown format {name!r}{near(name, FORMATS)} (formats: {', '.join(sorted(FORMATS))})")
