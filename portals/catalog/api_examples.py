"""Copyable calls of a dataset's API in curl, Python, R and JavaScript.

Each takes the first rows only: guides ask to try small queries first. Addresses come from catalogues,
so each language gets them quoted by its own rules.
"""

import json
import re
import shlex
from typing import NamedTuple

_SODA = re.compile(r"/resource/[\w-]+(\.json)?$")
_ARCGIS = re.compile(r"/(Feature|Map)Server/\d+/?$")
ROWS = 5


class Example(NamedTuple):
    """A call in one language; the name of a language is the same everywhere."""

    language: str
    code: str


def first_rows(endpoint: str) -> str:
    """The address of the first rows, where the kind of API is known by its address; else the endpoint."""
    if _SODA.search(endpoint):
        return f"{endpoint}?$limit={ROWS}"
    if _ARCGIS.search(endpoint):
        return f"{endpoint.rstrip('/')}/query?where=1%3D1&outFields=*&resultRecordCount={ROWS}&f=json"
    return endpoint


def examples(endpoint: str) -> list[Example]:
    """Calls of an endpoint that answers in JSON; none for a blank one."""
    if not endpoint:
        return []
    address = first_rows(endpoint)
    quoted = json.dumps(address)
    return [
        Example("curl", f"curl --fail --globoff {shlex.quote(address)}"),
        Example(
            "Python",
            "import json\nfrom urllib.request import urlopen\n\n"
            f"with urlopen({quoted}) as answer:\n    rows = json.load(answer)\nprint(rows)",
        ),
        Example("R", f'# install.packages("jsonlite")\nrows <- jsonlite::fromJSON({quoted})\nprint(rows)'),
        Example(
            "JavaScript",
            f"const answer = await fetch({quoted});\nconst rows = await answer.json();\nconsole.log(rows);",
        ),
    ]
