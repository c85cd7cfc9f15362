"""The dashboard: what an organisation has to do, and what it takes part in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.meetings.listing import of_organisations
from members.models import Membership, Organisation
from members.needs.listing import in_language
from members.needs.models import Need
from pooling import accounts
from pooling.models import Approval, Pool, PoolState

from .desk import binds, entry_of, next_workshops, sums_of
from .papers import papers_of

MOST_NEEDS = 12  # on the overview; the list has all
MOST_PAPERS = 5  # at first sight; the older ones are folded away
ACTING = Membership.objects.filter(person__is_active=True).select_related("person").order_by("since", "pk")


@never_cache
@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What needs doing first, the workshops to come, pledges and what they come to, documents, needs, and who acts.

    That nothing needs doing is said as well.
    """
    now = timezone.now()
    mine = Organisation.objects.filter(memberships__person=request.user).select_related("entry")
    organisations = list(mine.prefetch_related(Prefetch("memberships", ACTING)))
    needs = Need.objects.followed_by(organisations).counted().prefetch_related("translations")[:MOST_NEEDS]
    pledges = accounts.pledges_of(organisations)
    entries = [entry_of(pledge, now=now) for pledge in pledges]
    alive = [entry for entry in entries if accounts.is_alive(entry.pledge)]
    approvals = Approval.objects.asked().filter(pledge__in=pledges, expires_at__gt=now).select_related("pledge__pool")
    approvals = approvals.prefetch_related("pledge__pool__texts").order_by("expires_at", "pk")
    papers = papers_of(pledges)
    upcoming = next_workshops(alive, now=now)
    certain = [pledge for pledge in upcoming if pledge.pool.state == PoolState.CONFIRMED]
    taken = [pledge.pool_id for pledge in pledges if pledge.is_live]
    open_pools = Pool.objects.open().filter(closes_at__gt=now).exclude(pk__in=taken).prefetch_related("texts")
    return render(
        request,
        "portal/dashboard.html",
        {
            "organisations": organisations,
            "administered": [each for each in organisations if binds(each, request.user)],
            "suspended": [organisation for organisation in organisations if not organisation.is_active],
            "approvals": list(approvals),
            "unnamed": accounts.unnamed_seats(certain),
            "next": upcoming,
            "papers": papers[:MOST_PAPERS],
            "older_papers": papers[MOST_PAPERS:],
            "waiting": [entry for entry in alive if accounts.needs_you(entry.pledge)],
            "alive": alive,
            "sums": sums_of(alive),
            "passed_on": accounts.passed_on_by(organisations),
            "over": [entry for entry in entries if not accounts.is_alive(entry.pledge)],
            "needs": in_language(needs, get_language() or "de"),
            "meetings": of_organisations(organisations, language=get_language() or "de", now=now),
            "pools": [pool for pool in open_pools if pool.open_places(now=now)],
        },
    )
