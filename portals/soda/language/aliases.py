"""What the columns of an answer are called, and in which order their expressions can be understood.

Names come from three sources: written (`as`), the column itself, or made of the names and values in an
expression (`max(magnitude)` is `max_magnitude`); made names never hide a column or another name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portals.soda.errors import QueryError
from portals.soda.language import nodes
from portals.soda.language.cursor import bad_parse
from portals.soda.language.lexer import Place

OUTPUT_COLUMNS = 1_000
"""Of one answer; SQLite itself ends at 2,000."""


@dataclass(frozen=True, slots=True)
class Named:
    """One column of an answer. `is_column` where it is a column under its own name."""

    name: str
    expression: nodes.Expression
    is_column: bool = False

    @property
    def key(self) -> str:
        return self.name.lower()


def named(selection: nodes.Selection, columns: Sequence[str]) -> list[Named]:
    """What is selected, in order, each under its name; `columns` are those that can be read, system ones too.

    Raises QueryError for a name given twice and for exceptions that name no column or one column twice.
    """
    listed = [*_stars(selection, columns), *selection.expressions]
    if len(listed) > OUTPUT_COLUMNS:
        raise bad_parse(f"More than {OUTPUT_COLUMNS} columns are selected", listed[-1].expression.at)
    given: set[str] = set()
    for each in listed:
        name, at = _given(each)
        if name and name.lower() in given:
            raise QueryError(
                "query.soql.duplicate-alias",
                f"Duplicate alias: {name}",
                position=at.position,
                data={"alias": name},
            )
        given.add(name.lower())
    taken = given | {column.lower() for column in columns}
    return [_named(each, taken) for each in listed]


def _stars(selection: nodes.Selection, columns: Sequence[str]) -> Iterator[nodes.Selected]:
    if selection.system_star is not None:
        yield from _star(selection.system_star, [column for column in columns if column.startswith(":")])
    for star in selection.stars:
        yield from _star(star, [column for column in columns if not column.startswith(":")])


def _star(star: nodes.Star, columns: Sequence[str]) -> Iterator[nodes.Selected]:
    left_out: set[str] = set()
    known = {column.lower() for column in columns}
    for each in star.excepted:
        key = each.name.lower()
        if key in left_out:
            raise QueryError(
                "query.soql.repeated-exception",
                f"Column `{each.name}' has already been excluded",
                position=each.at.position,
                data={"column": each.name},
            )
        if key not in known:
            raise no_such_column(each.name, each.at)
        left_out.add(key)
    for column in columns:
        if column.lower() not in left_out:
            yield nodes.Selected(nodes.Name(column, at=star.at))


def no_such_column(name: str, at: Place) -> QueryError:
    """For a name that neither the table nor the query has."""
    return QueryError(
        "query.soql.no-such-column",
        f"No such column: {name[:200]}",
        position=at.position,
        data={"column": name[:200]},
    )


def _given(each: nodes.Selected) -> tuple[str, Place]:
    """The name that stands there already, blank where one must be made."""
    if each.alias is not None:
        return each.alias, each.alias_at
    if isinstance(each.expression, nodes.Name):
        return each.expression.name, each.expression.at
    return "", nodes.NOWHERE


def _named(each: nodes.Selected, taken: set[str]) -> Named:
    """`taken` grows by the name that is made."""
    name, _at = _given(each)
    if name:
        return Named(name, each.expression, is_column=each.alias is None)
    base = name_of(each.expression)
    joint = "" if base.endswith(("_", "-")) else "_"
    name, number = base, 0
    while name.lower() in taken:
        number += 1
        name = f"{base}{joint}{number}"
    taken.add(name.lower())
    return Named(name, each.expression)


def name_of(tree: nodes.Expression) -> str:
    """A name made of the names, values and words of an expression, with one underscore for all between."""
    pieces: list[str] = []
    for word in _words(tree):
        pieces.extend(_good_runs(word))
    name = ""
    for piece in pieces:
        joint = "" if not name or name.endswith(("_", "-")) or piece.startswith(("_", "-")) else "_"
        name += joint + piece
    name = name[:_NAME_LETTERS]
    return name if name and (name[0].isalpha() or name[0] in "_-$") else f"_{name}"


_NAME_LETTERS = 200


def _good_runs(word: str) -> list[str]:
    """The parts of a word that may stand in a name."""
    return "".join(sign if sign.isalnum() or sign in "_-$" else " " for sign in word).split()


def _words(tree: nodes.Expression) -> Iterator[str]:
    if isinstance(tree, nodes.Literal):
        yield _value_word(tree.value)
    elif isinstance(tree, nodes.Name):
        yield tree.name
    elif isinstance(tree, nodes.Operation):
        yield from _operation_words(tree)
    elif isinstance(tree, nodes.Cast):
        yield from _words(tree.operand)
        yield tree.type_name
    elif isinstance(tree, nodes.Conditional):
        yield from _conditional_words(tree)
    elif isinstance(tree, nodes.Call):
        yield from _call_words(tree)


def _value_word(value: str | Decimal | bool | None) -> str:
    if value is None:
        return "null"
    return str(value).upper() if isinstance(value, bool) else str(value)


def _operation_words(tree: nodes.Operation) -> Iterator[str]:
    operator, operands = tree.operator, tree.operands
    if operator in ("like", "not like", "in", "not in"):
        yield operator.upper()
    elif operator == "not":
        yield "NOT"
    words = {
        "and": ("AND",),
        "or": ("OR",),
        "between": ("between", "and"),
        "not between": ("not between", "and"),
    }
    between = words.get(operator, ())
    for place, operand in enumerate(operands):
        if place and between:
            yield between[min(place, len(between)) - 1]
        yield from _words(operand)
    if operator.startswith("is "):
        yield operator


def _conditional_words(tree: nodes.Conditional) -> Iterator[str]:
    yield "case"
    for condition, value in tree.branches:
        yield "when"
        yield from _words(condition)
        yield "then"
        yield from _words(value)
    if tree.otherwise is not None:
        yield "else"
        yield from _words(tree.otherwise)
    yield "end"


def _call_words(tree: nodes.Call) -> Iterator[str]:
    yield tree.name
    for argument in tree.arguments:
        yield from _words(argument)
    if tree.where is not None:
        yield from _words(tree.where)
    if tree.over is not None:
        yield "over"
        if tree.over.partition:
            yield "partition_by"
        for part in tree.over.partition:
            yield from _words(part)
        if tree.over.order:
            yield "order_by"
        for each in tree.over.order:
            yield from _words(each.expression)
        yield from tree.over.frame


def in_order(columns: Sequence[Named]) -> list[Named]:
    """The columns so that each comes after those it refers to; raises QueryError where they go in a circle.

    A name that an expression gives to itself (`upper(name) as name`) means the column below.
    """
    by_key = {each.key: each for each in columns}
    needed = {
        each.key: [
            name
            for name in _names(each.expression)
            if not each.is_column
            and name.name.lower() != each.key
            and name.name.lower() in by_key
            and not by_key[name.name.lower()].is_column
        ]
        for each in columns
    }
    done: dict[str, Named] = {}
    for each in columns:
        _visit(each.key, needed, by_key, done)
    return list(done.values())


def _visit(
    start: str,
    needed: Mapping[str, Sequence[nodes.Name]],
    by_key: Mapping[str, Named],
    done: dict[str, Named],
) -> None:
    """Depth first without calling itself: a thousand aliases may refer to each other in a row."""
    path = [(start, iter(needed[start]))]
    open_keys = {start}
    while path:
        key, rest = path[-1]
        name = next((each for each in rest if each.name.lower() not in done), None)
        if name is None:
            done.setdefault(key, by_key[key])
            open_keys.discard(key)
            path.pop()
        elif name.name.lower() in open_keys:
            raise QueryError(
                "query.soql.circular-alias-definition",
                f"Circular alias definition: {name.name}",
                position=name.at.position,
                data={"name": name.name},
            )
        else:
            open_keys.add(name.name.lower())
            path.append((name.name.lower(), iter(needed[name.name.lower()])))


def _names(tree: nodes.Expression) -> Iterator[nodes.Name]:
    if isinstance(tree, nodes.Name):
        yield tree
    for child in tree.children():
        yield from _names(child)
