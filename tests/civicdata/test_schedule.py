"""The schedule carries UTC interval ticks of tasks that exist, and nothing else."""

from django.conf import settings

from civicdata.celery import app


def test_every_tick_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks


def test_ticks_are_intervals_and_never_local_times() -> None:
    assert app.conf.timezone == "UTC"
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert isinstance(entry["schedule"], float)
        assert entry["options"] == {"expires": entry["schedule"]}


def test_messages_are_json_and_nothing_waits_in_the_broker_for_its_time() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result is True
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert not {"eta", "countdown"} & set(entry["options"])
