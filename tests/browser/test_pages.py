"""What only a browser can show: small screens, keys, double clicks, suggestions, and no JavaScript at all."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from requests_app.models import Submission
from tests.requests_app.factories import DatasetFactory, Staff, file_case

pytestmark = pytest.mark.browser
CONTINUE, SEND = ".actions .btn:has-text('Continue')", "button[name=confirm]"


@pytest.fixture
def kent(committed_city: Callable[[str], Staff]) -> Staff:
    return committed_city("kent")


def is_wider_than_the_screen(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def fill_in_and_check(page: Any) -> None:
    page.fill("[name=description]", "The tree on Oak Street is gone.")
    page.click(CONTINUE)
    page.wait_for_selector(SEND)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_report_is_filed_on_a_small_screen_and_found_again(
    kent: Staff, opened: Callable[..., Any], javascript: bool
) -> None:
    page = opened("/kent/submit/error_report/", width=360, java_script_enabled=javascript)
    page.click(CONTINUE)
    assert page.title().startswith("Error:")
    if javascript:
        assert page.evaluate("document.activeElement.className") == "error-summary"
    assert not is_wider_than_the_screen(page)
    fill_in_and_check(page)
    assert not is_wider_than_the_screen(page)
    page.click(SEND)
    page.wait_for_selector(".confirm")
    reference, code = page.locator(".reference").all_inner_texts()
    assert not is_wider_than_the_screen(page)
    again = opened("/track/", width=320, java_script_enabled=javascript)
    again.fill("[name=reference]", reference.lower())
    again.fill("[name=code]", code)
    again.click("button[name=open]")
    assert "The tree on Oak Street is gone." in again.inner_text("main")
    assert not is_wider_than_the_screen(again)


def test_a_long_address_without_a_break_widens_no_page(kent: Staff, opened: Callable[..., Any]) -> None:
    page = opened("/kent/submit/error_report/", width=360)
    page.fill("[name=description]", "See https://example.org/" + "W" * 400)
    page.click(CONTINUE)
    page.wait_for_selector(SEND)
    assert not is_wider_than_the_screen(page)
    page.click(SEND)
    page.wait_for_selector(".confirm")
    assert not is_wider_than_the_screen(page)


def test_a_double_click_sends_once_and_so_does_a_reload(kent: Staff, opened: Callable[..., Any]) -> None:
    page = opened("/kent/submit/error_report/", width=360)
    fill_in_and_check(page)
    page.dblclick(SEND)
    page.wait_for_selector(".confirm")
    reference = page.locator(".reference").first.inner_text()
    page.reload()
    assert Submission.objects.get().reference == reference


def test_back_from_the_check_page_brings_back_what_was_typed(kent: Staff, opened: Callable[..., Any]) -> None:
    page = opened("/kent/submit/error_report/", width=360)
    fill_in_and_check(page)
    page.go_back()
    assert page.input_value("[name=description]") == "The tree on Oak Street is gone."


def test_what_is_typed_finds_datasets(kent: Staff, opened: Callable[..., Any]) -> None:
    DatasetFactory(city=kent.city, office=kent.steward, name="Street trees", identifier="tree-s001")
    page = opened("/kent/submit/error_report/", width=360)
    page.locator("[name=description]").press_sequentially("street trees are missing")
    page.wait_for_selector("#suggest-description :text('Street trees')")
    page.click("#suggest-description button")
    page.wait_for_load_state()
    assert page.input_value("[name=dataset]") == "tree-s001"
    assert page.input_value("[name=description]") == "street trees are missing"


def test_the_queue_is_worked_by_keyboard(kent: Staff, opened: Callable[..., Any]) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset, title=f"Tree {number}") for number in range(3)]
    client = Client()
    client.force_login(kent.alice)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page = opened("/desk/queue/", cookie=cookie)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-queue] [aria-current=true] a").first.inner_text().strip()
    assert second in {case.reference for case in cases}
    page.keyboard.press("a")
    page.wait_for_url(f"**/desk/case/{second}/acknowledge/")
    page.go_back()
    page.wait_for_url("**/desk/queue/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/case/*/")


def test_typing_in_a_field_is_never_a_shortcut(kent: Staff, opened: Callable[..., Any]) -> None:
    file_case(kent.city, dataset=kent.dataset)
    client = Client()
    client.force_login(kent.alice)
    page = opened("/desk/queue/", cookie=client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.keyboard.press("/")
    page.keyboard.type("jar")
    assert page.url.endswith("/desk/queue/")
    assert page.evaluate("document.activeElement.value") == "jar"


@pytest.mark.parametrize(
    "address", ["/", "/kent/", "/kent/submit/", "/kent/rules/", "/kent/calculator/", "/api/v1/"]
)
def test_a_page_fits_320_pixels_and_can_be_entered_by_keyboard(
    kent: Staff, opened: Callable[..., Any], address: str
) -> None:
    page = opened(address, width=320)
    assert not is_wider_than_the_screen(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_the_rules_start_folded_on_a_phone_and_a_link_opens_its_part(
    kent: Staff, opened: Callable[..., Any]
) -> None:
    page = opened("/kent/rules/", width=360)
    assert page.locator("details[data-fold][open]").count() == 0
    assert not page.locator("[data-fold-index]").is_visible()
    assert not page.locator("#topic-fees h3").first.is_visible()
    page.locator("#topic-fees summary").click()
    assert page.locator("#topic-fees h3").first.is_visible()
    aimed = opened("/kent/rules/#topic-privacy", width=360)
    assert aimed.locator("#topic-privacy details").get_attribute("open") is not None
    assert aimed.locator("details[data-fold][open]").count() == 1


def test_the_rules_are_all_open_on_a_wide_screen_and_without_a_script(
    kent: Staff, opened: Callable[..., Any]
) -> None:
    wide = opened("/kent/rules/")
    bare = opened("/kent/rules/", width=360, java_script_enabled=False)
    for page in (wide, bare):
        folds = page.locator("details[data-fold]").count()
        assert page.locator("details[data-fold][open]").count() == folds > 10
        assert page.locator("[data-fold-index]").is_visible()
