"""What may be done with values of each type."""

from portals.soda.values.types import EQUATABLE, GEOMETRIES, ORDERED, SYSTEM_COLUMNS, SodaType


def test_whatever_has_an_order_can_be_compared_for_equality() -> None:
    assert ORDERED < EQUATABLE


def test_shapes_locations_and_json_have_no_order() -> None:
    assert set(SodaType) - ORDERED == GEOMETRIES | {SodaType.LOCATION, SodaType.JSON}


def test_names_of_system_columns_cannot_be_those_of_a_field() -> None:
    assert [column.name for column in SYSTEM_COLUMNS] == [":id", ":created_at", ":updated_at"]
