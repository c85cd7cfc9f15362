"""What the two buttons under a resource do. No cookie is set or needed: the browser says where a form comes from."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from home import languages

from .hearing import SaidTooMuch, hear
from .models import ResourcePage
from .readers import Said


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent this form, as browsers say and no page can forge.

    Sec-Fetch-Site can't be set by a page, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header; nor can Origin,
    which older browsers send with every POST, https://fetch.spec.whatwg.org/#origin-header.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


@csrf_exempt  # a token would need a cookie; see is_from_here
@require_http_methods(["GET", "HEAD", "POST"])
def hear_reader(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts what a reader says, and goes on to a page that thanks. Opening the address counts nothing."""
    page = readable_resource(request, pk)
    if request.method != "POST":
        return answer(request, page, trouble="elsewhere", status=405)
    said = request.POST.get("said", "")
    if said not in Said.values:
        raise Http404
    if not is_from_here(request):
        return answer(request, page, trouble="elsewhere", status=403)
    address = get_adapter(request).get_client_ip(request)
    try:
        hear(page=page, said=Said(said), language=translation.get_language(), address=address, now=timezone.now())
    except SaidTooMuch:
        return answer(request, page, trouble="too much", status=429)
    response = HttpResponseRedirect(reverse("resources:heard", args=[pk, said]))
    response.status_code = 303
    return response


@require_safe
def heard(request: HttpRequest, pk: int, said: str) -> HttpResponse:
    """Thanks, and leads back. It is the same for everybody, so it is kept like any page."""
    if said not in Said.values:
        raise Http404
    return answer(request, readable_resource(request, pk), said=said)


def readable_resource(request: HttpRequest, pk: int) -> ResourcePage:
    """The live resource, if whoever asks may read it."""
    page = get_object_or_404(ResourcePage.objects.live().select_related("locale"), pk=pk)
    if not all(restriction.accept_request(request) for restriction in page.get_view_restrictions()):
        raise Http404
    return page


def answer(
    request: HttpRequest, page: ResourcePage, *, said: str = "", trouble: str = "", status: int = 200
) -> HttpResponse:
    url = languages.address_in(page, translation.get_language())
    context = {"resource": page, "resource_url": url, "said": said, "trouble": trouble}
    response = render(request, "resources/heard.html", context, status=status)
    if trouble:
        add_never_cache_headers(response)
    return response
