"""Form, check your answers, confirm."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from portals.vocabulary import SubmissionKind
from requests_app.attachments.files import MAX_FILE
from requests_app.models import Submission
from requests_app.views.resident.submit import submit
from tests.requests_app.factories import DatasetFactory
from tests.requests_app.pages import (
    ENOUGH,
    address,
    checked,
    confirmed,
    filed,
    hidden,
    main_of,
    text_file,
    text_of,
)


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_every_kind_goes_from_form_to_case(client: Client, cities: dict, slug: str, kind: str) -> None:
    reference = filed(client, slug, kind)
    case = Submission.objects.get(reference=reference)
    assert (case.city.slug, case.kind) == (slug, kind)
    page = client.get(f"/track/{reference}/")
    assert page.status_code == 200 and reference in main_of(page)


def test_the_check_page_says_who_and_by_when_with_source(client: Client, cities: dict) -> None:
    page = checked(client, "portland", "records_request")
    words = main_of(page)
    for expected in (
        "Check your answers",
        "The minutes of June",
        "must act",
        "What happens if nobody acknowledges it",
        "Acknowledgement",
        "Completion",
        "ORS 192.329(5)",
        "Why this date?",
    ):
        assert expected in words
    assert not Submission.objects.exists()


def test_what_is_not_specified_is_said_before_sending(client: Client, cities: dict) -> None:
    assert "Not specified on the cited page" in main_of(checked(client, "oklahoma-city", "records_request"))


def test_the_answer_to_a_question_changes_the_shown_route(client: Client, cities: dict) -> None:
    quiet = main_of(checked(client, "bakersfield", "misuse_report"))
    legal = main_of(checked(client, "bakersfield", "misuse_report", flag_legal_question="yes"))
    assert "City Attorney" in legal.partition("What happens if nobody")[0]
    assert "City Attorney" not in quiet.partition("What happens if nobody")[0]


def test_the_code_is_shown_once(client: Client, cities: dict) -> None:
    reference = filed(client, "kent", "error_report")
    first, second = client.get(f"/track/{reference}/"), client.get(f"/track/{reference}/")
    assert "Your code" in main_of(first)
    assert "Your code" not in main_of(second) and reference in main_of(second)


def test_a_button_pressed_twice_makes_one_case(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report")
    first = confirmed(client, "kent", "error_report", page)
    second = confirmed(client, "kent", "error_report", page)
    assert first["Location"] == second["Location"]
    assert Submission.objects.count() == 1
    assert "Your code" in main_of(client.get(first["Location"]))


def test_a_second_request_of_the_same_press_leaves_the_code_of_the_first(
    client: Client, cities: dict, rf: RequestFactory
) -> None:
    """It had read its session before the first was done: saving that would take the code away."""
    page = checked(client, "kent", "error_report")
    late = rf.post(address("kent", "error_report"), {**hidden(page), "confirm": "1"})
    late.session = SessionStore(client.session.session_key)
    assert "new_codes" not in late.session
    first = confirmed(client, "kent", "error_report", page)
    assert submit(late, "kent", "error_report")["Location"] == first["Location"]
    assert not late.session.modified
    assert "Your code" in main_of(client.get(first["Location"]))


def test_the_same_form_sent_from_a_lost_session_opens_the_case(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report")
    first = confirmed(client, "kent", "error_report", page)
    other = Client()
    second = confirmed(other, "kent", "error_report", page)
    assert second["Location"] == first["Location"]
    assert "Forty trees" in main_of(other.get(second["Location"]))


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "dataset_request", purpose="", scope="Since 1999 – 漢字 😀 <b>")
    assert page.status_code == 422
    assert "There is a problem" in main_of(page)
    assert 'href="#id_purpose"' in text_of(page)
    assert "Since 1999 – 漢字 😀 &lt;b&gt;" in text_of(page)


def test_change_goes_back_with_everything(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report", row="17", files=text_file())
    back = client.post(address("kent", "error_report"), {**hidden(page), "edit": "1"})
    assert back.status_code == 200
    assert 'value="17"' in text_of(back) and "trees.txt" in main_of(back)
    again = client.post(address("kent", "error_report"), {**hidden(back), **ENOUGH["error_report"]})
    assert "trees.txt" in main_of(again)


def test_files_travel_to_the_case_and_not_twice(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report", files=[text_file(), text_file("b.csv", b"a,b\n1,2")])
    again = client.post(
        address("kent", "error_report"), {**hidden(page), **ENOUGH["error_report"], "files": text_file()}
    )
    confirmed(client, "kent", "error_report", again)
    names = Submission.objects.get().attachments.values_list("name", flat=True)
    assert sorted(names) == ["b.csv", "trees.txt"]


def test_good_files_are_kept_when_another_is_refused(client: Client, cities: dict) -> None:
    lying = SimpleUploadedFile("photo.png", b"#!/bin/sh\necho", content_type="image/png")
    page = checked(client, "kent", "error_report", files=[text_file(), lying])
    assert page.status_code == 422
    words = main_of(page)
    assert "photo.png" in words and "not what its name says" in words
    assert "trees.txt" in words and "stored" in hidden(page)


def test_a_file_can_be_taken_off_again(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report", files=text_file())
    sent = {**hidden(page), **ENOUGH["error_report"]}
    again = client.post(address("kent", "error_report"), {**sent, "drop": sent["stored"]})
    assert "trees.txt" not in main_of(again)


def test_a_file_that_is_too_large_is_dropped_and_the_rest_is_kept(client: Client, cities: dict) -> None:
    large = SimpleUploadedFile("film.txt", b"x" * (MAX_FILE + 1))
    page = checked(client, "kent", "error_report", files=[large, text_file()], row="17")
    assert page.status_code == 422
    words = main_of(page)
    assert "film.txt” is larger than 10 MB" in words and "trees.txt" in words
    assert 'value="17"' in text_of(page)


def test_more_files_than_are_taken_is_a_sentence(client: Client, cities: dict) -> None:
    page = checked(
        client, "kent", "error_report", files=[text_file(f"{n}.txt", b"%d" % n) for n in range(12)]
    )
    assert page.status_code == 422
    assert "At most 10 files" in main_of(page)


def test_a_megabyte_of_text_is_refused_with_everything_kept(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report", description="😀" * 260_000)
    assert page.status_code == 422
    assert "This is too long" in main_of(page)
    assert text_of(page).count("😀") >= 260_000


def test_control_signs_never_reach_the_database(client: Client, cities: dict) -> None:
    filed(client, "kent", "error_report", description="a\x00b\x08c", requester_name="R\x00ita")
    case = Submission.objects.get()
    assert (case.description, case.requester_name) == ("abc", "Rita")


@pytest.mark.parametrize("key", ["", "made-up", "a:b:c", "x" * 3000])
def test_a_forged_key_files_nothing_and_keeps_everything(client: Client, cities: dict, key: str) -> None:
    page = checked(client, "kent", "error_report", row="17")
    answer = client.post(
        address("kent", "error_report"), {**hidden(page), "submission_key": key, "confirm": "1"}
    )
    assert answer.status_code == 422
    assert "not recognized" in main_of(answer) and 'value="17"' in text_of(answer)
    assert not Submission.objects.exists()
    again = client.post(address("kent", "error_report"), {**hidden(page), **hidden(answer), "confirm": "1"})
    assert again.status_code == 302


def test_a_forged_file_token_is_a_clear_sentence(client: Client, cities: dict) -> None:
    page = checked(client, "kent", "error_report", stored=["forged:token", "x"])
    assert page.status_code == 422
    assert "2 files that you attached earlier are no longer there" in main_of(page)


def test_a_form_without_the_token_against_forgery_is_refused(cities: dict) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address("kent", "error_report"), ENOUGH["error_report"])
    assert answer.status_code == 403
    assert "We could not tell where this form came from" in main_of(answer)


@pytest.mark.parametrize(
    "path", ["/atlantis/submit/error_report/", "/kent/submit/poem/", "/atlantis/submit/"]
)
def test_an_unknown_city_or_kind_is_a_page_that_says_what_to_do(
    client: Client, cities: dict, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Choose your city" in main_of(answer)


def test_a_dataset_of_the_address_is_chosen(client: Client, cities: dict) -> None:
    row = DatasetFactory(city=cities["kent"], name="Street trees")
    page = client.get(address("kent", "error_report"), {"dataset": row.identifier})
    assert "Chosen: Street trees" in main_of(page)
    assert client.get(address("kent", "error_report"), {"dataset": "no\x00ne"}).status_code == 200


def test_an_offered_dataset_is_taken_over_with_one_press(client: Client, cities: dict) -> None:
    rows = [DatasetFactory(city=cities["kent"], name="Trees") for _number in range(2)]
    wrong = checked(client, "kent", "error_report", dataset="Trees", row="17")
    assert wrong.status_code == 422 and f'value="{rows[1].identifier}"' in text_of(wrong)
    sent = {**hidden(wrong), **ENOUGH["error_report"], "row": "17", "dataset": "Trees"}
    page = client.post(address("kent", "error_report"), {**sent, "use_dataset": rows[1].identifier})
    assert page.status_code == 200
    assert f'value="{rows[1].identifier}"' in text_of(page) and 'value="17"' in text_of(page)


def test_without_scripts_a_search_leads_back_to_the_form(client: Client, cities: dict) -> None:
    row = DatasetFactory(city=cities["kent"], name="Street trees", search_text="street trees")
    page = client.get(address("kent", "dataset_request"), {"q": "street trees"})
    assert f"?dataset={row.identifier}" in text_of(page)
    assert ">street trees</textarea>" in text_of(page).replace("\n", "")


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_a_form_takes_few_queries(
    client: Client, cities: dict, kind: str, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(6):
        client.get(address("kent", kind))


def test_the_form_says_how_large_files_may_be(client: Client, cities: dict) -> None:
    assert "Up to 10 files of 10 MB each" in main_of(client.get(address("kent", "error_report")))


def test_before_it_is_sent_a_date_is_neither_on_time_nor_due_soon(client: Client, cities: dict) -> None:
    words = main_of(checked(client, "kent", "records_request"))
    assert "By when they should answer" in words and re.search(r"First response in \d+ days", words)
    assert "Due soon" not in words and "On time" not in words


def test_nothing_is_chosen_beforehand_in_an_appeal_and_its_example_is_of_the_city(
    client: Client, cities: dict
) -> None:
    page = client.get(address("portland", "appeal"))
    assert '<option value="" selected>Choose</option>' in text_of(page)
    assert "It looks like PDX-7F3K9QX2M" in main_of(page)
    refused = checked(client, "portland", "appeal", about="")
    assert refused.status_code == 422 and "This must be filled in." in main_of(refused)
