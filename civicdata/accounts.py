"""How staff sign in: by e-mail address and password, on accounts that an administrator made."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from portals.models import Member, User


class StaffAccountAdapter(DefaultAccountAdapter):
    """Residents need no account, so nobody can register: sign-up is closed.

    What a letter links to is said by SITE_URL, never by the Host header of whoever asked for the letter.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        return settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = SimpleNamespace(name="Civicdata", domain=settings.SITE_URL)
        super().send_mail(template_prefix, email, {**context, "current_site": site})


class StaffBackend(AuthenticationBackend):
    """Reads the account of a request together with the places where this person works: every page behind the
    desk asks for both."""

    def get_user(self, user_id: int) -> User | None:
        rows = Member.objects.filter(user_id=user_id, active=True)
        places = tuple(rows.select_related("user", "office", "city").order_by("pk"))
        if not places:
            return super().get_user(user_id)
        user = places[0].user
        user.places = places
        return user if self.user_can_authenticate(user) else None
