"""Every function and operator that is offered: its name, what it takes and gives, and its SQL. A table.

Names and arguments are those of https://dev.socrata.com/docs/functions/ and of the public reference of the
language. SQL functions that begin with `soda_` are written in `sql_functions`; SQLite's own are used only
where they do what is documented (its `upper`, `%` and `like`, for instance, do not).
"""

from collections import defaultdict
from collections.abc import Iterator

from portals.soda.language.plan import Function, FunctionKind, Spec, Variable
from portals.soda.values.types import EQUATABLE, GEOMETRIES, NUMERIC, ORDERED, TIMESTAMPS, SodaType

T = SodaType
ANY = Variable("a", frozenset(SodaType))
OTHER = Variable("b", frozenset(SodaType))
SAME = Variable("a", EQUATABLE)
ORDER = Variable("a", frozenset(ORDERED))
NUM = Variable("a", NUMERIC)
NUM_2 = Variable("b", NUMERIC)
GEO = Variable("a", GEOMETRIES)
GEO_2 = Variable("b", GEOMETRIES)
POINTS = Variable("a", frozenset({SodaType.POINT, SodaType.MULTIPOINT}))
LARGE = Variable("a", GEOMETRIES - {SodaType.POINT})
AREA = Variable("b", frozenset({SodaType.POLYGON, SodaType.MULTIPOLYGON}))
TIME = Variable("a", TIMESTAMPS)
WORDLESS = Variable("a", frozenset(ORDERED - NUMERIC))
SAID = Variable("a", frozenset(ORDERED - {SodaType.URL}))
SAID_2 = Variable("b", frozenset(ORDERED - {SodaType.URL}))


def _operators() -> Iterator[Function]:
    for sign in ("=", "==", "!=", "<>"):
        yield Function(sign, (SAME, SAME), T.BOOLEAN, f"{{0}} {sign} {{1}}")
    for sign in ("<", "<=", ">", ">="):
        yield Function(sign, (ORDER, ORDER), T.BOOLEAN, f"{{0}} {sign} {{1}}")
    for word in ("and", "or"):
        yield Function(word, (T.BOOLEAN,), T.BOOLEAN, "", repeats=(T.BOOLEAN,))
    yield Function("not", (T.BOOLEAN,), T.BOOLEAN, "NOT {0}")
    yield Function("is null", (ANY,), T.BOOLEAN, "{0} IS NULL")
    yield Function("is not null", (ANY,), T.BOOLEAN, "{0} IS NOT NULL")
    yield Function("between", (ORDER, ORDER, ORDER), T.BOOLEAN, "{0} BETWEEN {1} AND {2}")
    yield Function("not between", (ORDER, ORDER, ORDER), T.BOOLEAN, "{0} NOT BETWEEN {1} AND {2}")
    yield Function("in", (SAME,), T.BOOLEAN, "{0} IN ({rest})", repeats=(SAME,))
    yield Function("not in", (SAME,), T.BOOLEAN, "{0} NOT IN ({rest})", repeats=(SAME,))
    yield Function("like", (T.TEXT, T.TEXT), T.BOOLEAN, "{0} GLOB {1}")
    yield Function("not like", (T.TEXT, T.TEXT), T.BOOLEAN, "{0} NOT GLOB {1}")
    for sign in ("+", "-"):
        yield Function(sign, (NUM,), NUM, f"{sign} {{0}}")
        yield Function(sign, (NUM, NUM), NUM, f"{{0}} {sign} {{1}}")
        yield Function(sign, (TIME, T.TEXT), TIME, f"soda_date_add({{0}}, {{1}}, {sign}1)")
    yield Function("*", (NUM, NUM), NUM, "{0} * {1}")
    yield Function("/", (NUM, NUM), NUM, "soda_divide({0}, {1})")
    yield Function("%", (NUM, NUM), NUM, "soda_remainder({0}, {1})")
    yield Function("^", (NUM, NUM), NUM, "soda_power({0}, {1})")
    yield Function("||", (SAID, SAID_2), T.TEXT, "{0} || {1}")


def _texts() -> Iterator[Function]:
    one = {"lower": "soda_lower", "upper": "soda_upper", "unaccent": "soda_unaccent"}
    one |= {"trim": "trim", "trim_leading": "ltrim", "trim_trailing": "rtrim"}
    for name, sql in one.items():
        yield Function(name, (T.TEXT,), T.TEXT, f"{sql}({{0}})")
    yield Function("length", (T.TEXT,), T.NUMBER, "length({0})")
    yield Function("contains", (T.TEXT, T.TEXT), T.BOOLEAN, "instr({0}, {1}) > 0")
    yield Function("starts_with", (T.TEXT, T.TEXT), T.BOOLEAN, "{0} GLOB {1}")
    yield Function("caseless_eq", (T.TEXT, T.TEXT), T.BOOLEAN, "soda_upper({0}) = soda_upper({1})")
    yield Function("caseless_ne", (T.TEXT, T.TEXT), T.BOOLEAN, "soda_upper({0}) <> soda_upper({1})")
    yield Function(
        "caseless_contains", (T.TEXT, T.TEXT), T.BOOLEAN, "instr(soda_upper({0}), soda_upper({1})) > 0"
    )
    yield Function(
        "caseless_starts_with", (T.TEXT, T.TEXT), T.BOOLEAN, "instr(soda_upper({0}), soda_upper({1})) = 1"
    )
    for name, word in (("caseless_one_of", "IN"), ("caseless_not_one_of", "NOT IN")):
        yield Function(name, (T.TEXT, T.TEXT), T.BOOLEAN, f"{{0}} {word} ({{rest}})", repeats=(T.TEXT,))
    yield Function("split_part", (T.TEXT, T.TEXT, T.NUMBER), T.TEXT, "soda_split_part({*})")
    yield Function("substring", (T.TEXT, T.NUMBER), T.TEXT, "soda_substring({*})")
    yield Function("substring", (T.TEXT, T.NUMBER, T.NUMBER), T.TEXT, "soda_substring({*})")
    yield Function("chr", (T.NUMBER,), T.TEXT, "soda_chr({0})")
    yield Function("replace", (T.TEXT, T.TEXT, T.TEXT), T.TEXT, "replace({*})")
    yield Function("left_pad", (T.TEXT, T.NUMBER, T.TEXT), T.TEXT, "soda_left_pad({*})")
    yield Function("right_pad", (T.TEXT, T.NUMBER, T.TEXT), T.TEXT, "soda_right_pad({*})")


def _numbers() -> Iterator[Function]:
    for name in ("abs", "ceil", "floor", "ln", "signed_magnitude_10"):
        yield Function(name, (NUM,), NUM, f"soda_{name}({{0}})")
    yield Function("signed_magnitude_linear", (NUM, NUM_2), NUM, "soda_signed_magnitude_linear({*})")
    yield Function("round", (T.NUMBER, T.NUMBER), T.NUMBER, "soda_round({*})")
    yield Function("width_bucket", (T.NUMBER,) * 4, T.NUMBER, "soda_width_bucket({*})")


def _choices() -> Iterator[Function]:
    yield Function("case", (T.BOOLEAN, ANY), ANY, "CASE {branches} END", repeats=(T.BOOLEAN, ANY))
    yield Function("iif", (T.BOOLEAN, ANY, ANY), ANY, "CASE WHEN {0} THEN {1} ELSE {2} END")
    yield Function("coalesce", (ANY,), ANY, "coalesce({*}, NULL)", repeats=(ANY,))
    yield Function("nullif", (SAME, SAME), SAME, "nullif({*})")
    yield Function("least", (ORDER,), ORDER, "soda_least({*})", repeats=(ORDER,))
    yield Function("greatest", (ORDER,), ORDER, "soda_greatest({*})", repeats=(ORDER,))


_CUTS = {"y": (4, "-01-01T00:00:00.000"), "ym": (7, "-01T00:00:00.000"), "ymd": (10, "T00:00:00.000")}
_PARTS = {"y": (1, 4), "m": (6, 2), "d": (9, 2), "hh": (12, 2), "mm": (15, 2), "ss": (18, 2)}
_FIELDS = {"y": "year", "m": "month", "d": "day", "hh": "hour", "mm": "minute", "ss": "second"}
_FIELDS |= {"dow": "dow", "woy": "woy", "iso_y": "isoyear"}


def _moments() -> Iterator[Function]:
    for unit, (letters, rest) in _CUTS.items():
        cut = f"substr({{0}}, 1, {letters}) || '{rest}'"
        local = f"substr(soda_local({{0}}, {{1}}), 1, {letters}) || '{rest}'"
        yield Function(f"date_trunc_{unit}", (T.FLOATING_TIMESTAMP,), T.FLOATING_TIMESTAMP, cut)
        yield Function(f"date_trunc_{unit}", (T.FIXED_TIMESTAMP, T.TEXT), T.FLOATING_TIMESTAMP, local)
        yield Function(f"datez_trunc_{unit}", (T.FIXED_TIMESTAMP,), T.FIXED_TIMESTAMP, f"{cut} || 'Z'")
    parts = {unit: f"CAST(substr({{0}}, {at}, {count}) AS INTEGER)" for unit, (at, count) in _PARTS.items()}
    parts |= {"dow": "CAST(strftime('%w', {0}) AS INTEGER)"}
    parts |= {"woy": "soda_iso_week({0})", "iso_y": "soda_iso_year({0})"}
    for unit, sql in parts.items():
        yield Function(f"date_extract_{unit}", (T.FLOATING_TIMESTAMP,), T.NUMBER, sql)
        yield Function(f"floating_timestamp_{_FIELDS[unit]}", (T.FLOATING_TIMESTAMP,), T.NUMBER, sql)
    yield Function("date_diff_d", (TIME, TIME), T.NUMBER, "soda_days_between({*})")
    yield Function("date_add", (TIME, T.TEXT), TIME, "soda_date_add({0}, {1}, 1)")
    yield Function("epoch_seconds", (T.FIXED_TIMESTAMP,), T.NUMBER, "soda_epoch_seconds({0})")
    yield Function(
        "to_floating_timestamp", (T.FIXED_TIMESTAMP, T.TEXT), T.FLOATING_TIMESTAMP, "soda_local({*})"
    )


_PLACES = (
    (T.POINT, "json_extract({0}, '$.coordinates[0]')", "json_extract({0}, '$.coordinates[1]')"),
    (
        T.LOCATION,
        "CAST(json_extract({0}, '$.longitude') AS REAL)",
        "CAST(json_extract({0}, '$.latitude') AS REAL)",
    ),
)
"""What is a single place, and where its longitude and latitude are. SQLite finds them ten times faster."""


def _geometries() -> Iterator[Function]:
    box, circle, polygon = "within_box", "within_circle", "within_polygon"
    for place, east, north in _PLACES:
        in_box = f"{east} BETWEEN {{2}} AND {{4}} AND {north} BETWEEN {{3}} AND {{1}}"
        yield Function(box, (place, *(NUM_2,) * 4), T.BOOLEAN, in_box)
        near = f"soda_is_near({north}, {east}, {{1}}, {{2}}, {{3}})"
        yield Function(circle, (place, *(NUM_2,) * 3), T.BOOLEAN, near)
        yield Function(polygon, (place, AREA), T.BOOLEAN, f"soda_is_inside({east}, {north}, {{1}})")
    yield Function(box, (LARGE, *(NUM_2,) * 4), T.BOOLEAN, "soda_within_box({*})")
    yield Function(circle, (LARGE, *(NUM_2,) * 3), T.BOOLEAN, "soda_within_circle({*})")
    yield Function(polygon, (LARGE, AREA), T.BOOLEAN, "soda_within({*})")
    apart = "distance_in_meters"
    yield Function(apart, (POINTS, GEO_2), T.NUMBER, "soda_distance({*})")
    yield Function(apart, (GEO_2, POINTS), T.NUMBER, "soda_distance({*})")
    yield Function(apart, (T.LOCATION, GEO_2), T.NUMBER, "soda_distance(soda_location_point({0}), {1})")
    yield Function("intersects", (GEO, GEO_2), T.BOOLEAN, "soda_intersects({*})")
    yield Function("num_points", (GEO,), T.NUMBER, "soda_num_points({0})")
    yield Function("is_empty", (GEO,), T.BOOLEAN, "soda_is_empty({0})")
    yield Function("simplify", (GEO, NUM_2), GEO, "soda_simplify({*})")
    yield Function("make_point", (T.NUMBER, T.NUMBER), T.POINT, "soda_make_point({*})")
    multi = {T.POINT: T.MULTIPOINT, T.LINE: T.MULTILINE, T.POLYGON: T.MULTIPOLYGON}
    for single, many in multi.items():
        yield Function("geo_multi", (single,), many, "soda_multi({0})")
        yield Function("geo_multi", (many,), many, "{0}")
    for name in ("extent", "convex_hull"):
        yield Function(name, (GEO,), T.MULTIPOLYGON, f"soda_{name}({{0}})", kind=FunctionKind.AGGREGATE)
    yield Function("point_latitude", (T.POINT,), T.NUMBER, "json_extract({0}, '$.coordinates[1]')")
    yield Function("point_longitude", (T.POINT,), T.NUMBER, "json_extract({0}, '$.coordinates[0]')")


def _parts() -> Iterator[Function]:
    for part in ("latitude", "longitude"):
        yield Function(
            f"location_{part}", (T.LOCATION,), T.NUMBER, f"soda_number(json_extract({{0}}, '$.{part}'))"
        )
    yield Function("location_human_address", (T.LOCATION,), T.TEXT, "json_extract({0}, '$.human_address')")
    for part in ("url", "description"):
        yield Function(f"url_{part}", (T.URL,), T.TEXT, f"json_extract({{0}}, '$.{part}')")
    yield Function("url", (T.TEXT, T.TEXT), T.URL, "soda_url({*})")
    yield Function("human_address", (T.TEXT,) * 4, T.TEXT, "soda_human_address({*})")
    yield Function("location", (T.POINT, *(T.TEXT,) * 4), T.LOCATION, "soda_location({*})")
    yield Function("[]", (T.JSON, T.TEXT), T.JSON, "soda_json_part({*})")
    yield Function("[]", (T.JSON, T.NUMBER), T.JSON, "soda_json_part({*})")


def _aggregates() -> Iterator[Function]:
    def aggregate(name: str, takes: tuple[Spec, ...], gives: Spec, sql: str) -> Function:
        return Function(name, takes, gives, sql, kind=FunctionKind.AGGREGATE)

    yield aggregate("count(*)", (), T.NUMBER, "count(*)")
    yield aggregate("count", (ANY,), T.NUMBER, "count({0})")
    yield aggregate("count_distinct", (SAME,), T.NUMBER, "count(DISTINCT {0})")
    yield aggregate("min", (ORDER,), ORDER, "min({0})")
    yield aggregate("max", (ORDER,), ORDER, "max({0})")
    yield aggregate("sum", (NUM,), NUM, "sum({0})")
    yield aggregate("avg", (NUM,), NUM, "avg({0})")
    yield aggregate("median", (NUM,), NUM, "soda_median({0})")
    yield aggregate("median", (WORDLESS,), WORDLESS, "soda_middle({0})")
    for name in ("stddev_pop", "stddev_samp"):
        yield aggregate(name, (NUM,), NUM, f"soda_{name}({{0}})")
    for name in ("regr_intercept", "regr_r2", "regr_slope"):
        yield aggregate(name, (T.NUMBER, T.NUMBER), T.NUMBER, f"soda_{name}({{*}})")
    yield aggregate("bool_and", (T.BOOLEAN,), T.BOOLEAN, "min({0})")
    yield aggregate("bool_or", (T.BOOLEAN,), T.BOOLEAN, "max({0})")


def _windows() -> Iterator[Function]:
    def window(name: str, takes: tuple[Spec, ...], gives: Spec) -> Function:
        return Function(name, takes, gives, f"{name}({{*}})", kind=FunctionKind.WINDOW)

    for name in ("row_number", "rank", "dense_rank"):
        yield window(name, (), T.NUMBER)
    yield window("ntile", (NUM,), T.NUMBER)
    for name in ("first_value", "last_value"):
        yield window(name, (ANY,), ANY)
    for name in ("lead", "lag"):
        for more in ((), (T.NUMBER,), (T.NUMBER, ANY)):
            yield window(name, (ANY, *more), ANY)


_CASTS = (
    (T.TEXT, T.NUMBER, "soda_number({0})"),
    (T.TEXT, T.DOUBLE, "soda_number({0})"),
    (T.NUMBER, T.DOUBLE, "{0}"),
    (T.DOUBLE, T.NUMBER, "{0}"),
    (T.NUMBER, T.TEXT, "soda_text({0})"),
    (T.DOUBLE, T.TEXT, "soda_text({0})"),
    (T.BOOLEAN, T.TEXT, "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
    (T.TEXT, T.BOOLEAN, "soda_boolean({0})"),
    (T.TEXT, T.FLOATING_TIMESTAMP, "soda_floating({0})"),
    (T.TEXT, T.FIXED_TIMESTAMP, "soda_fixed({0})"),
    (T.FLOATING_TIMESTAMP, T.TEXT, "{0}"),
    (T.FIXED_TIMESTAMP, T.TEXT, "{0}"),
    (T.ID, T.TEXT, "{0}"),
    (T.TEXT, T.ID, "{0}"),
    (T.LOCATION, T.POINT, "soda_location_point({0})"),
    (T.URL, T.TEXT, "json_extract({0}, '$.url')"),
    (T.TEXT, T.JSON, "soda_json({0})"),
    (T.JSON, T.TEXT, "soda_json_text({0})"),
)


def _casts() -> Iterator[Function]:
    for source, target, sql in _CASTS:
        yield Function(f"::{target}", (source,), target, sql)
    for kind in SodaType:
        yield Function(f"::{kind}", (kind,), kind, "{0}")
    for kind in sorted(GEOMETRIES):
        yield Function(f"::{kind}", (T.TEXT,), kind, f"soda_geometry({{0}}, '{kind}')")


NOT_OFFERED = frozenset(
    [
        *("area", "concave_hull", "crosses", "curated_region_test", "date_diff_business_days"),
        *("geo_collection_extract", "geo_make_valid", "get_context", "get_utc_date", "overlaps", "phone"),
        *("polygon_intersection", "reduce_precision", "simplify_preserve_topology", "snap_for_zoom"),
        *("snap_to_grid", "spatial_union", "visible_at"),
    ]
)
"""Functions of the language that are refused by name rather than done half."""

FUNCTIONS: dict[str, list[Function]] = defaultdict(list)
"""All that are offered, by name in lower case."""

for _make in (
    _operators,
    _texts,
    _numbers,
    _choices,
    _moments,
    _geometries,
    _parts,
    _aggregates,
    _windows,
    _casts,
):
    for _function in _make():
        FUNCTIONS[_function.name].append(_function)
FUNCTIONS = dict(FUNCTIONS)
