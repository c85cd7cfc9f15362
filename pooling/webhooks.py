"""Where Stripe tells us that something happened. We believe it only so far as to go and ask Stripe."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pooling.actions.notices import handle_event, receive_notice
from pooling.payments import provider
from pooling.payments.base import ForgedNotice

LARGEST = 1_000_000  # bytes of a body; Stripe's are a few thousand


@csrf_exempt  # the signature proves more than a CSRF token would
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Verify the raw body, keep the notice, answer 200. Whatever can't be finished now is left to tick.

    200 also for a notice that was here before, or that is about nothing of ours: https://docs.stripe.com/webhooks
    """
    length = content_length(request)
    if length is None or length > LARGEST:
        return answer("This notice is too large, or does not say how large it is.", 413)
    now = timezone.now()
    try:
        notice = provider("stripe").read_notice(
            body=request.body, signature=request.headers.get("Stripe-Signature", "")
        )
    except ForgedNotice:
        return answer("This notice was not signed by Stripe with our secret just now, or it can't be read.", 400)
    happened = receive_notice(provider_name="stripe", notice=notice, now=now)
    if happened:
        handle_event(happened=happened, now=now)
    return answer("Received.", 200)


def content_length(request: HttpRequest) -> int | None:
    """What the sender says, no more than that is read; None if it is no number."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return None


def answer(sentence: str, status: int) -> HttpResponse:
    """For machines, and for whoever reads Stripe's list of deliveries."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
