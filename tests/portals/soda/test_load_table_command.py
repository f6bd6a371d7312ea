"""`manage.py load_table`: reports in words and in JSON, and mistakes in one line."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portals.models import Dataset, Table
from tests.portals.loading import make_city

Write = Callable[..., Path]
TREES = "Name,Height\nOak,12\nElm,7.5\nOak,12\n"


def run(*args: Any) -> str:
    out = StringIO()
    call_command("load_table", *map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_reports_in_words_and_in_json(dataset: Dataset, file: Write) -> None:
    said = run("abcd-1234", file("zip,height\n98032,12\n"), "--note", "  From the\nregister ")
    assert "millbrook/abcd-1234: loaded, 1 rows\n" in said
    assert "its name says that it is a code" in said
    assert Table.objects.get().note == "From the register"
    document = json.loads(
        run("abcd-1234", file("zip;height\n98032;12\n98033;x\n"), "--json", "--delimiter", "semicolon")
    )
    assert (document["rows"], document["rows_before"], document["delimiter"]) == (2, 1, ";")
    assert [one["column"] for one in document["kept_as_text"]] == ["zip", "height"]
    assert document["sha256"] == Table.objects.get().sha256


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["zzzz-zzzz"], "zzzz-zzzz: no dataset of the catalogue has this identifier\n"),
        (["abcd-1234", "--city", "nowhere"], "has this identifier in nowhere"),
        (["abcd-1234"], "several cities have such a dataset; give --city, one of millbrook, riverton"),
        (["abcd-1234", "--city", "millbrook", "--key", "nothing"], "trees.csv: There is no column nothing"),
    ],
)
def test_the_command_says_in_one_line_what_is_wrong(
    dataset: Dataset, file: Write, args: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Dataset.objects.create(city=make_city("riverton"), identifier="abcd-1234", name="Trees")
    with pytest.raises(SystemExit) as ended:
        call_command("load_table", args[0], str(file(TREES)), *args[1:])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert why in said
    assert said.count("\n") == 1


def test_a_wrong_option_is_refused(dataset: Dataset, file: Write) -> None:
    with pytest.raises(CommandError):
        run("abcd-1234", file(TREES), "--delimiter", "pipe")
