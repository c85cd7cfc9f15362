"""The dashboard: what an organisation has to do, and what it takes part in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Organisation
from pooling import accounts
from pooling.models import Pool


@never_cache
@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What needs doing first, then pledges, then workshops that can be pledged to.

    That nothing needs doing is said as well.
    """
    organisations = list(Organisation.objects.filter(memberships__person=request.user))
    pledges = accounts.pledges_of(organisations)
    taken = [pledge.pool_id for pledge in pledges if pledge.is_live]
    return render(
        request,
        "portal/dashboard.html",
        {
            "organisations": organisations,
            "waiting": [pledge for pledge in pledges if accounts.needs_you(pledge)],
            "alive": [pledge for pledge in pledges if accounts.is_alive(pledge)],
            "over": [pledge for pledge in pledges if not accounts.is_alive(pledge)],
            "pools": Pool.objects.open()
            .filter(closes_at__gt=timezone.now())
            .exclude(pk__in=taken)
            .prefetch_related("texts"),
        },
    )
