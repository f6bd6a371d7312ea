"""The words of each reason that `routes` gives. Alone responsible for these sentences; `explain` shows them.

`said` stands for a sentence of the city file itself, which is shown as the city wrote it.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

ROUTE_SENTENCES: dict[str, Any] = {
    "said": _("%(text)s"),
    "route.not_specified": _(
        "Which office this goes to is not specified on the cited page. %(office)s can confirm it."
    ),
    "route.confirm": _("%(office)s can confirm which office it is."),
    "route.silent": _(
        "Which office this goes to is not specified on the cited page. %(office)s takes in everything that "
        "has no other office, so it goes there."
    ),
    "route.publishes": _("%(office)s publishes the dataset."),
    "route.listed_on_dataset": _("The page of each dataset names it."),
    "route.nobody": _("An office for this role (%(role)s) is not specified on the cited page."),
    "route.instead": _(
        "Which office that is, is not known yet, so it goes to %(office)s, which may act instead."
    ),
    "route.intake": _(
        "Which office that is, is not known yet, so it goes to %(office)s, which takes in what has no "
        "other office."
    ),
    "route.no_publisher_instead": _(
        "Which department publishes the data is not known yet, so it goes to %(office)s, which may act "
        "instead."
    ),
    "route.no_publisher_intake": _(
        "Which department publishes the data is not known yet, so it goes to %(office)s, which takes in what "
        "has no other office."
    ),
    "route.after": ngettext_lazy(
        "This step follows %(count)d business day after filing if nobody has acknowledged. "
        "The number of days is the office's own target, not a legal deadline.",
        "This step follows %(count)d business days after filing if nobody has acknowledged. "
        "The number of days is the office's own target, not a legal deadline.",
        "count",
    ),
    "route.offered": ngettext_lazy(
        "The requester may do this from then on; the clock does it after %(count)d business day.",
        "The requester may do this from then on; the clock does it after %(count)d business days.",
        "count",
    ),
    "route.offered_too": _("The requester may do this as well."),
    "route.repeat": ngettext_lazy(
        "It is repeated every business day until somebody acknowledges.",
        "It is repeated every %(count)d business days until somebody acknowledges.",
        "count",
    ),
    "route.head": _("It goes to the head of the office."),
    "route.referred": _("It had the case before, and is kept informed."),
    "route.joined": _("A submission that it had was joined to this one."),
    "route.unclaimed": _(
        "Nobody of %(office)s had claimed the case. When this is told is the office's own target, not a "
        "legal deadline."
    ),
    "route.appealed": _("It decides on the appeal %(appeal)s."),
    "route.decides": _("It has to decide something in this matter."),
    "route.only_informed": _("The office is informed; it is not made to act."),
}
