"""The dashboard: what an organisation has to do, and what it takes part in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Organisation
from members.needs.listing import in_language
from members.needs.models import Need
from pooling import accounts
from pooling.models import Pool

from .desk import entry_of, sums_of

MOST_NEEDS = 12  # on the overview; the list has all


@never_cache
@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What needs doing first, then pledges and what they come to, then workshops that can be pledged to.

    That nothing needs doing is said as well.
    """
    now = timezone.now()
    mine = Organisation.objects.filter(memberships__person=request.user).prefetch_related("people")
    organisations = list(mine)
    needs = Need.objects.followed_by(organisations).counted().prefetch_related("translations")[:MOST_NEEDS]
    pledges = accounts.pledges_of(organisations)
    entries = [entry_of(pledge, now=now) for pledge in pledges]
    alive = [entry for entry in entries if accounts.is_alive(entry.pledge)]
    taken = [pledge.pool_id for pledge in pledges if pledge.is_live]
    open_pools = Pool.objects.open().filter(closes_at__gt=now).exclude(pk__in=taken).prefetch_related("texts")
    return render(
        request,
        "portal/dashboard.html",
        {
            "organisations": organisations,
            "administered": Organisation.objects.administered_by(request.user).select_related("entry"),
            "suspended": [organisation for organisation in organisations if not organisation.is_active],
            "waiting": [entry for entry in alive if accounts.needs_you(entry.pledge)],
            "alive": alive,
            "sums": sums_of(alive),
            "passed_on": accounts.passed_on_by(organisations),
            "over": [entry for entry in entries if not accounts.is_alive(entry.pledge)],
            "needs": in_language(needs, get_language() or "de"),
            "pools": [pool for pool in open_pools if pool.open_places(now=now)],
        },
    )
