"""The dashboard: what an organisation has to do, and what it takes part in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.current import choose, current_of
from members.meetings.listing import of_organisations
from members.models import Membership, Organisation
from members.needs.listing import in_language
from members.needs.models import Need
from pooling import accounts
from pooling.models import Pool

from .desk import binds, entry_of, next_workshops, sums_of, tasks_in
from .papers import papers_of

MOST_NEEDS = 12  # on the overview; the list has all
MOST_PAPERS = 5  # at first sight; the older ones are folded away
ACTING = Membership.objects.filter(person__is_active=True).select_related("person").order_by("since", "pk")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard(request: HttpRequest) -> HttpResponse:
    """What needs doing first, the workshops to come, pledges and what they come to, documents, needs, and who acts.

    That nothing needs doing is said as well. Of several organisations one is the current one, which posting chooses.
    """
    now = timezone.now()
    mine = Organisation.objects.filter(memberships__person=request.user).select_related("entry")
    if request.method == "POST":
        wanted = request.POST.get("organisation")
        if chosen := next((each for each in mine if str(each.uuid) == wanted), None):
            choose(request, chosen)
        return redirect("dashboard")
    all_of_them = list(mine.prefetch_related(Prefetch("memberships", ACTING)))
    current = current_of(request, all_of_them)
    organisations = [current] if current else []
    needs = Need.objects.followed_by(organisations).counted().prefetch_related("translations")[:MOST_NEEDS]
    of_all = [entry_of(pledge, now=now) for pledge in accounts.pledges_of(all_of_them)]
    tasks = tasks_in(of_all, now=now)
    entries = [entry for entry in of_all if entry.pledge.organisation in organisations]
    alive = [entry for entry in entries if accounts.is_alive(entry.pledge)]
    papers = papers_of(entry.pledge for entry in entries)
    taken = [entry.pledge.pool_id for entry in entries if entry.pledge.is_live]
    open_pools = Pool.objects.open().filter(closes_at__gt=now).exclude(pk__in=taken).prefetch_related("texts")
    return render(
        request,
        "portal/dashboard.html",
        {
            "organisations": organisations,
            "others": [(each, len(tasks.of(each))) for each in all_of_them if each != current],
            "administered": [each for each in organisations if binds(each, request.user)],
            "suspended": [organisation for organisation in organisations if not organisation.is_active],
            "tasks": tasks.of(current),
            "next": next_workshops(alive, now=now),
            "papers": papers[:MOST_PAPERS],
            "older_papers": papers[MOST_PAPERS:],
            "alive": alive,
            "sums": sums_of(alive),
            "passed_on": accounts.passed_on_by(organisations),
            "over": [entry for entry in entries if not accounts.is_alive(entry.pledge)],
            "needs": in_language(needs, get_language() or "de"),
            "meetings": of_organisations(organisations, language=get_language() or "de", now=now),
            "pools": [pool for pool in open_pools if pool.open_places(now=now)],
        },
    )
