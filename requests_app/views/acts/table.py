"""The table of all acts at the desk, in the order in which the case page offers them, and which it offers."""

from requests_app import access
from requests_app.access import Standing
from requests_app.models import Action
from requests_app.pages import casefile
from requests_app.pages.casefile import CaseFile
from requests_app.views.acts import answers, appeals, enforcement, fees, parts, ties
from requests_app.views.acts.act import Act
from requests_app.views.acts.general import GENERAL_ACTS

ACTIONS: dict[Action, Act] = {
    **GENERAL_ACTS,
    **fees.FEE_ACTS,
    **parts.PART_ACTS,
    **answers.ANSWER_ACTS,
    **appeals.APPEAL_ACTS,
    **ties.TIE_ACTS,
    **enforcement.KEY_ACTS,
    **enforcement.ENFORCEMENT_ACTS,
}
"""Every act of staff, in the order in which the case page offers them."""
WITH_POINTLESS = (fees, answers, parts, appeals, ties)
"""The modules that tell which of their acts have no object in a case now."""


def offered(who: Standing, file: CaseFile) -> list[tuple[Action, Act]]:
    """The acts that this person may do now, as access and lifecycle have it; without those that have no
    object here."""
    nothing_to_do = casefile.without_object(file).union(*(one.pointless(file) for one in WITH_POINTLESS))
    nothing_to_do |= enforcement.without_object(file)
    permitted = set(access.permitted(who, file.submission)) - nothing_to_do
    return [(action, act) for action, act in ACTIONS.items() if action in permitted]
