"""What the `[[clearance]]` tables of a city file want of the rest of it. Pure.

Alone responsible for refusing a clearance that nobody could give, or two that contradict each other.
"""

from collections.abc import Iterator

from portals.city_toml.content import CityFile
from portals.city_toml.reading import Problem


def check_answers(file: CityFile) -> Iterator[Problem]:
    """Roles that no office of the city has, and answers that two rules want cleared."""
    held = {role for office in file.office if not office.outside for role in office.roles}
    seen: dict[tuple[str, str], str] = {}
    for row in file.clearance:
        path = file.path_of("clearance", row)
        if "office" not in file.broken and row.role not in held:
            yield Problem(f"{path}.role", f'no office of the city has the role "{row.role}"')
        for kind in row.kinds:
            for outcome in row.outcomes:
                first = seen.setdefault((str(kind), str(outcome)), row.id)
                if first != row.id:
                    yield Problem(f"{path}.outcomes", f'"{first}" already wants {outcome} of {kind} cleared')
