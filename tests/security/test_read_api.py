"""What whoever means no good sends to the read API: endless numbers, NUL, half signs, deep brackets."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals.models import Dataset, Table
from tests.portals.soda.conftest import city, dataset, home
from tests.portals.soda.served import CANARY, body_of, table_of, written

__all__ = ["city", "dataset", "home"]

AT = "/resource/abcd-1234"
ENDLESS = "9" * 5_000
PARAMETERS = (
    "$select",
    "$where",
    "$order",
    "$group",
    "$having",
    "$limit",
    "$offset",
    "$q",
    "$query",
    "kind",
    ":id",
)
ODD = (
    *("", "0", "-1", "1e9", "1000000000", ENDLESS, "NaN", "\x00", "%00", "\ud800", "\uffff", "²", "٣", "1_0"),
    *(
        "(" * 5_000,
        "(" * 20 + "1" + ")" * 20,
        "not " * 3_000,
        "'" * 9_999,
        '"\\ud800"',
        "`",
        "``",
        "/*",
        "--",
        ";",
    ),
    *(
        "1;DROP TABLE rows",
        "1 UNION SELECT * FROM sqlite_master",
        "@abcd-1234",
        "kind in (select 1)",
        "* (except",
    ),
    *(
        "(select 1)",
        "load_extension('x')",
        "readfile('/etc/passwd')",
        "randomblob(1e9)",
        "zeroblob(1e9)",
        "rowid",
    ),
    *(
        "_id",
        "_row",
        "rows.kind",
        "search",
        "sqlite_version()",
        "pragma_table_info('rows')",
        "kind COLLATE x",
    ),
    *(
        "like('%' || kind, '" + "%a" * 5_000 + "')",
        "{{7*7}}",
        "%(x)s",
        "%",
        "?a",
        ":a",
        "$1",
        "a.b.c",
        "a[0]",
    ),
    *("NEAR(a b)", "a*", "^a", "kind:oak", '"a" OR "b"', "-", "\u202e", "x" * 20_000),
    *("'" + "a" * 9_000 + "'", "||".join(["kind"] * 3_000), ",".join(["kind"] * 3_000), "kind," * 50),
)


@pytest.fixture
def trees(dataset: Dataset, tmp_path: Path) -> Table:
    """A table beside another one, which nobody may read."""
    hidden = Dataset.objects.create(city=dataset.city, identifier="hide-0001", name="Hidden", public=False)
    table_of(hidden, tmp_path, written([(f"{CANARY} {number}",) for number in range(3)], ["secret"]))
    return table_of(dataset, tmp_path)


def asked(client: Client, address: str, query: dict[str, str]) -> Any:
    """The answer, which is always a document of its kind, and never tells what is hidden."""
    query = {_sendable(name): _sendable(value) for name, value in query.items()}
    response = client.get(address, query)
    body = body_of(response)
    assert response.status_code < 500, (query, body[:300])
    assert CANARY.encode() not in body
    if response.status_code >= 400:
        assert json.loads(body).keys() & {"error", "errorCode"}
        assert b"Traceback" not in body and b"/tables/" not in body and b".sqlite3" not in body
    return response


def _sendable(text: str) -> str:
    """As a browser sends it: half a sign becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_value_of_a_parameter_breaks_a_query(client: Client, trees: Table, name: str) -> None:
    for odd in ODD:
        response = asked(client, f"{AT}.json", {name: odd})
        assert response.status_code in (200, 400), (name, odd[:30])


def test_names_of_parameters_are_refused_by_name_and_never_obeyed(client: Client, trees: Table) -> None:
    for odd in ODD:
        if odd and not odd.startswith("%00"):
            assert asked(client, f"{AT}.json", {odd[:300]: "1"}).status_code in (200, 400), odd[:30]


@pytest.mark.parametrize("limit", ["0", "-1", "1000000000", "9" * 30])
def test_a_page_is_as_large_as_the_table_and_no_larger(client: Client, trees: Table, limit: str) -> None:
    response = asked(client, f"{AT}.json", {"$limit": limit})
    if response.status_code == 200:
        assert len(json.loads(body_of(client.get(f"{AT}.json", {"$limit": limit})))) == min(int(limit), 4)
    for offset in ("1000000000", "9" * 18):
        assert body_of(client.get(f"{AT}.json", {"$offset": offset})) == b"[]\n"


@pytest.mark.parametrize("sent", [b"%FF%FE", b"%ED%A0%80", b"%C0%AF", b"+", b"%", b"%zz", b"%25%30%30"])
def test_no_encoding_of_an_address_breaks_it(client: Client, trees: Table, sent: bytes) -> None:
    text = sent.decode()
    for address in (
        f"{AT}.json?$where={text}",
        f"{AT}.json?{text}=1",
        f"/resource/{text}.json",
        f"{AT}/{text}.json",
        f"/api/views/{text}.json",
        f"/api/views/abcd-1234/rows.{text}",
        f"/d/{text}",
    ):
        assert client.get(address).status_code < 500, address


def test_nothing_leads_from_one_table_to_another_or_to_a_file(client: Client, trees: Table) -> None:
    hidden = Table.objects.get(dataset__identifier="hide-0001")
    for query in (
        "SELECT * FROM @hide-0001",
        "SELECT * JOIN @hide-0001 ON true",
        f"SELECT * FROM `{hidden.sha256}`",
        "SELECT secret",
        "SELECT * WHERE kind IN (SELECT secret FROM rows)",
        "SELECT * |> SELECT * FROM @hide-0001",
        "SELECT * UNION SELECT * FROM @hide-0001",
    ):
        assert asked(client, f"{AT}.json", {"$query": query}).status_code == 400, query
    for path in ("../../secret_key", "..%2F..%2Fsecret_key", hidden.sha256, f"{hidden.sha256}.sqlite3"):
        assert client.get(f"/resource/{path}.json").status_code in (404, 406)
        assert client.get(f"/api/views/{path}/rows.csv").status_code == 404


def test_what_is_not_public_stands_in_no_answer(client: Client, trees: Table) -> None:
    Dataset.objects.filter(identifier="hide-0001").update(description=CANARY, keywords=[CANARY])
    for address in (
        *("/resource/hide-0001.json", "/resource/hide-0001.csv", "/resource/hide-0001/row-2222.json"),
        *("/api/views/hide-0001.json", "/api/views/hide-0001/rows.json", "/api/views.json", "/data.json"),
        *("/api/catalog/v1", "/api/catalog/v1?ids=hide-0001", f"/api/catalog/v1?tags={CANARY}"),
        *("/api/views/metadata/v1/hide-0001", "/millbrook/data.json", "/millbrook/resource/hide-0001.json"),
    ):
        body = body_of(client.get(address)).decode()
        assert CANARY not in body, address
        assert "Hidden" not in body, address


WORDS = (
    "( ) * , + - / % ^ = <> < > | . : ' \" ` [ ] @ # kind height_ft place select where group by case and or "
    "not null is in between like true 1 'x' count( max( || ::number |> order limit \x00 é 😀 "
    "date_trunc_ym(planted) within_circle(place,47,-122,5)"
)
words = st.sampled_from(WORDS.split())


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(["$select", "$where", "$query", "$group", "$order"]), st.lists(words, max_size=12))
def test_whatever_is_put_together_is_answered_or_refused(
    client: Client, trees: Table, name: str, parts: list[str]
) -> None:
    response = asked(client, f"{AT}.json", {name: " ".join(parts)})
    assert response.status_code in (200, 400, 408)
