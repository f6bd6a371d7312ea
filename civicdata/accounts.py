"""How staff sign in: by e-mail address and password, on accounts that an administrator made."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """Residents need no account, so nobody can register: sign-up is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
