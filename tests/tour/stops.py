"""The tour: one stop for each page of ours in each state that matters. A new template needs a stop here.

tests/tour/test_complete.py says which templates no stop shows.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from wagtail.models import Page

from home.models import StandardPage
from pooling.workshops.models import WorkshopPage
from portal.demo.network import organisation
from portal.letter_samples import SAMPLES
from resources.models import Format, ResourceIndexPage, ResourcePage, Said
from tests.browser.people import pool_of, workshop, workshop_list

from .joining import joining
from .meetings import meetings
from .network import network
from .own_data import own_data, without_password
from .passkeys import passkeys
from .scene import Scene
from .stop import Stop

WRONG = "not what it should be"


def stops(scene: Scene) -> list[Stop]:
    """All of them, in the language of the scene. What a stop sends changes nothing that a later one shows."""
    return [
        *site(scene),
        *workshops(scene),
        *pledging(scene),
        *waiting(scene),
        *approval(scene),
        *passing_on(scene),
        *seats(scene),
        *pledges(scene),
        *payments(scene),
        *saved_methods(scene),
        *entrance(scene),
        *joining(scene),
        *network(scene),
        *meetings(scene),
        *account(scene),
        *own_data(scene),
        *without_password(scene),
        *passkeys(scene),
        *failures(scene),
        *admin(scene),
    ]


def image_block() -> str:
    """What the editor of a resource calls the block that holds an image."""
    body = ResourcePage._meta.get_field("body").stream_block
    return str(body.child_blocks["image"].definition_prefix)


def in_language(pages: type[Page], scene: Scene) -> list[Page]:
    return list(pages.objects.live().filter(locale__language_code=scene.language).order_by("pk"))


def site(scene: Scene) -> Iterator[Stop]:
    library = in_language(ResourceIndexPage, scene)[0].get_url()
    resources = [page for page in in_language(ResourcePage, scene) if page.topics.exists()]
    topic = resources[0].topics.first()
    taken = {page.format for page in resources if topic in page.topics.all()}
    used = {page.format for page in resources}
    other = next(value for value in Format.values if value in used and value not in taken)
    yield Stop("site", "home", f"/{scene.language}/")
    yield Stop("site", "home of somebody logged in", f"/{scene.language}/", who="beispiel")
    for page in in_language(StandardPage, scene):
        yield Stop("site", page.slug, page.get_url())
    yield Stop("resources", "list", library)
    yield Stop("resources", "list, filtered", f"{library}?topic={topic.slug}")
    yield Stop("resources", "list, nothing fits", f"{library}?topic={topic.slug}&format={other}")
    for page in resources:
        yield Stop("resources", page.slug, page.get_url())
    yield Stop("resources", "only in another language", scene.only_elsewhere)
    for said in Said.values:
        yield Stop("resources", f"thanks, {said}", scene.url("resources:heard", resources[0].pk, said))
    hear = scene.url("resources:hear", resources[0].pk)
    yield Stop("resources", "answer from elsewhere", hear, send={"said": "helped"}, status=403)
    search = scene.url("resources:search")
    word = {"de": "Newsletter", "fr": "données", "it": "dati"}[scene.language]
    yield Stop("search", "nothing asked", search)
    yield Stop("search", "found", f"{search}?q={word}")
    yield Stop("search", "nothing found", f"{search}?q=xyzzy")
    yield Stop("design", "components", scene.url("design"))
    yield Stop("design", "components, with errors", scene.url("design"), send={})
    yield Stop(
        "design", "preview of a block", reverse("wagtailadmin_block_preview") + f"?id={image_block()}", who="editor"
    )
    yield Stop("design", "letters", scene.url("design_letters"))
    yield Stop("design", "letter", scene.url("design_letter", SAMPLES[0].name))


def workshops(scene: Scene) -> Iterator[Stop]:
    def of_demo(name: str) -> str:
        return str(workshop(name, scene.language).get_url())

    yield Stop("workshops", "list", workshop_list(scene.language).get_url())
    yield Stop("workshops", "open", of_demo("homepage-brief"))
    yield Stop("workshops", "open, one share is missing", of_demo("social-media-plan"), who="beispiel")
    yield Stop("workshops", "open, already pledged", of_demo("social-media-plan"), who="muster")
    yield Stop("workshops", "funded", of_demo("online-counselling-start"))
    yield Stop("workshops", "confirmed", of_demo("data-protection-practice"))
    yield Stop("workshops", "lapsed", of_demo("newsletter-basics"))
    yield Stop("workshops", "open, the price still falls", of_demo("accessible-documents"), who="modele")
    yield Stop("workshops", "money is missing", of_demo("video-counselling"))
    yield Stop("workshops", "settled", of_demo("process-mapping"))
    yield Stop("workshops", "announced", of_demo("ai-in-daily-work"))
    yield Stop("workshops", "full", scene.full.get_url())
    yield Stop("workshops", "called off", scene.called_off.get_url())
    yield Stop("workshops", "without a pool", scene.without_pool.get_url())
    sheets = {
        "nobody pays yet": pool_of("homepage-brief"),
        "payments under way": pool_of("online-counselling-start"),
        "paid": pool_of("data-protection-practice"),
        "lapsed": pool_of("newsletter-basics"),
        "called off": scene.called_off.pool,
    }
    for name, pool in sheets.items():
        yield Stop("money", f"cost sheet, {name}", scene.url("pooling:cost_sheet", pool.uuid))


def pledging(scene: Scene) -> Iterator[Stop]:
    new = scene.url("pooling:pledge_new", pool_of("social-media-plan").uuid)
    mine = str(organisation("beispiel").uuid)
    typed = {"organisation": mine, "shares": "99", "method": "new", "accept": "on"}
    yield Stop("pledging", "form", new, who="beispiel")
    falling = scene.url("pooling:pledge_new", pool_of("accessible-documents").uuid)
    yield Stop("pledging", "form, the price still falls", falling, who="modele")
    yield Stop("pledging", "form, for one of two organisations", new, who="between")
    yield Stop("pledging", "form, sent empty", new, who="beispiel", send={}, status=422)
    yield Stop("pledging", "form, more than there is", new, who="beispiel", send=typed, status=422)
    yield Stop("pledging", "not possible: only administrators", new, who="member", status=403)
    closed = scene.url("pooling:pledge_new", pool_of("newsletter-basics").uuid)
    yield Stop("pledging", "not possible: closed", closed, who="beispiel")
    change = scene.url("pooling:pledge_change", scene.standing.uuid)
    yield Stop("pledging", "change", change, who="muster")
    yield Stop("pledging", "change, sent empty", change, who="muster", send={}, status=422)
    yield Stop(
        "pledging",
        "change, more than there is",
        change,
        who="muster",
        send={"shares": "99", "accept": "on"},
        status=422,
    )
    falls = scene.url("pooling:pledge_change", scene.falling.uuid)
    yield Stop("pledging", "change, the price still falls", falls, who="muster")
    growing = scene.url("pooling:pledge", scene.growing.uuid)
    yield Stop("pledging", "more shares are asked for", growing, who="exemple")
    yield Stop("pledging", "more shares, the approver's page", scene.approval_link(scene.more))
    yield Stop("pledging", "withdraw", scene.url("pooling:pledge_withdraw", scene.standing.uuid), who="muster")
    too_late = scene.url("pooling:pledge_withdraw", scene.paid.uuid)
    yield Stop("pledging", "withdraw, too late", too_late, who="esempio")
    yield Stop("pledging", "withdraw, sent too late", too_late, who="esempio", send={}, status=409)


def waiting(scene: Scene) -> Iterator[Stop]:
    join = scene.url("pooling:waiting_new", scene.full.pool.uuid)
    mine = str(organisation("modello").uuid)
    offer = scene.url("pooling:offer", scene.offered.uuid)
    yield Stop("waiting list", "form", join, who="modello")
    yield Stop("waiting list", "form, for one of two organisations", join, who="between")
    yield Stop("waiting list", "form, sent empty", join, who="modello", send={}, status=422)
    too_many = {"organisation": mine, "shares": "99"}
    yield Stop("waiting list", "form, more than there is", join, who="modello", send=too_many, status=422)
    yield Stop("waiting list", "the workshop", scene.queue.get_url())
    yield Stop("waiting list", "the workshop, in line", scene.queue.get_url(), who="modello")
    yield Stop("waiting list", "place in line", scene.url("pooling:pledge", scene.waiting.uuid), who="modello")
    yield Stop("waiting list", "leave", scene.url("pooling:waiting_leave", scene.waiting.uuid), who="modello")
    yield Stop("waiting list", "their turn", scene.url("pooling:pledge", scene.offered.uuid), who="exemple")
    yield Stop("waiting list", "offer", offer, who="exemple")
    yield Stop("waiting list", "offer, sent empty", offer, who="exemple", send={}, status=422)
    yield Stop("waiting list", "decline", scene.url("pooling:waiting_leave", scene.offered.uuid), who="exemple")
    yield Stop("waiting list", "overview, an offer to answer", scene.url("dashboard"), who="exemple")
    yield Stop("waiting list", "overview, in line", scene.url("dashboard"), who="modello")


def approval(scene: Scene) -> Iterator[Stop]:
    asked = scene.approval_link(scene.approval)
    too_long = {"do": "decline", "sentence": "x" * 501}
    again = scene.url("pooling:approval_again", scene.approval.pledge.uuid)
    yield Stop("approval", "asked for", asked)
    yield Stop("approval", "asked for, a reason that is too long", asked, send=too_long, status=422)
    yield Stop("approval", "declined", scene.approval_link(scene.declined))
    yield Stop("approval", "send again", again, who="modele")
    yield Stop("approval", "send again, sent empty", again, who="modele", send={}, status=422)
    nobody = {"organisation": str(organisation("beispiel").uuid), "shares": "1", "accept": "on", "needs_approval": "on"}
    new = scene.url("pooling:pledge_new", pool_of("social-media-plan").uuid)
    yield Stop("approval", "form, without saying who", new, who="beispiel", send=nobody, status=422)


def passing_on(scene: Scene) -> Iterator[Stop]:
    offer, record = scene.offer_link(), scene.url("pooling:transfer_record", scene.offer.uuid)
    again = scene.url("pooling:pledge_transfer", scene.standing.uuid)
    yield Stop("passing on", "to whom", again, who="muster")
    yield Stop("passing on", "to whom, sent empty", again, who="muster", send={}, status=422)
    yield Stop("passing on", "too late", scene.url("pooling:pledge_transfer", scene.paid.uuid), who="esempio")
    yield Stop("passing on", "what became of the offer", record, who="muster")
    yield Stop("passing on", "the offer, before log-in", offer)
    yield Stop("passing on", "the offer", offer, who="beispiel")
    yield Stop("passing on", "the offer, for one of two organisations", offer, who="between")
    yield Stop("passing on", "the offer, without consent", offer, who="beispiel", send={"do": "accept"}, status=422)
    yield Stop("passing on", "the offer, only administrators", offer, who="member")


def seats(scene: Scene) -> Iterator[Stop]:
    give = scene.url("pooling:seats_give", scene.attended.uuid)
    yield Stop("seats", "to whom", give, who="muster")
    yield Stop("seats", "to whom, sent empty", give, who="muster", send={}, status=422)
    yield Stop("seats", "none left", scene.url("pooling:seats_give", scene.paid.uuid), who="esempio")
    yield Stop("seats", "not yet", scene.url("pooling:seats_give", scene.standing.uuid), who="muster")


def pledges(scene: Scene) -> Iterator[Stop]:
    of = {
        "pending": (scene.pending, "esempio"),
        "standing": (scene.standing, "muster"),
        "standing, as a member sees it": (scene.seen_by_member, "member"),
        "standing, the price still falls": (scene.falling, "muster"),
        "charged": (scene.paid, "esempio"),
        "dropped": (scene.dropped, "modele"),
        "money of others is missing": (scene.short, "exemple"),
        "settled": (scene.settled, "esempio"),
        "invoice to be paid": (scene.invoiced, "exemple"),
        "payment needs action": (scene.asked.pledge, "modele"),
        "waits for approval": (scene.approval.pledge, "modele"),
        "not approved": (scene.declined.pledge, "muster"),
        "withdrawn": (scene.withdrawn, "modele"),
        "lapsed": (scene.lapsed, "esempio"),
        "refunded": (scene.refunded, "beispiel"),
    }
    for name, (pledge, who) in of.items():
        yield Stop("pledge", name, scene.url("pooling:pledge", pledge.uuid), who=who)
        if name in ("standing", "charged", "payment needs action", "refunded"):
            yield Stop("money", f"pledge, {name}", scene.url("pooling:pledge_money", pledge.uuid), who=who)
    overviews = {
        "nothing to do": "joined",
        "somebody to name": "muster",
        "something to do": "modele",
        "a pledge waits for its method": "esempio",
        "of two organisations": "between",
        "of a member": "member",
        "without an organisation": "newcomer",
        "of staff": "editor",
    }
    for name, who in overviews.items():
        yield Stop("overview", name, scene.url("dashboard"), who=who)


def payments(scene: Scene) -> Iterator[Stop]:
    yield Stop(
        "payment", "by card instead of by invoice", scene.url("pooling:pledge_way", scene.invoiced.uuid), who="exemple"
    )
    yield Stop(
        "payment", "by invoice instead of by card", scene.url("pooling:pledge_way", scene.standing.uuid), who="muster"
    )
    instead_of_twint = scene.url("pooling:pledge_way", scene.by_twint.uuid)
    with_twint = scene.url("pooling:pledge_way", scene.standing.uuid) + "?to=twint"
    yield Stop("payment", "by card instead of with TWINT", instead_of_twint, who="exemple")
    yield Stop("payment", "by invoice instead of with TWINT", instead_of_twint + "?to=invoice", who="exemple")
    yield Stop("payment", "with TWINT instead of by card", with_twint, who="muster")
    yield Stop("payment", "in another way, too late", scene.url("pooling:pledge_way", scene.paid.uuid), who="esempio")
    reference = "pooling:pledge_reference"
    yield Stop("payment", "own reference", scene.url(reference, scene.standing.uuid), who="muster")
    yield Stop("payment", "own reference, too late", scene.url(reference, scene.paid.uuid), who="esempio")
    yield Stop("payment", "a method, in the sandbox", scene.setup_page, who="esempio")
    yield Stop("payment", "in the sandbox", scene.payment_page)
    yield Stop("payment", "declined in the sandbox", scene.payment_page, send={"do": "declines"}, status=402)
    yield Stop("payment", "finished in the sandbox", scene.finished_page, who="modello")
    yield Stop("payment", "mend", scene.mend_link(scene.asked.pledge))
    yield Stop("payment", "mend, with TWINT", scene.mend_link(scene.by_twint))
    yield Stop("payment", "mend, paid", scene.mend_link(scene.paid))
    yield Stop("payment", "mend, given up", scene.mend_link(scene.dropped))
    yield Stop("payment", "mend, called off", scene.mend_link(scene.refunded))


def saved_methods(scene: Scene) -> Iterator[Stop]:
    used, unused = scene.standing.method, scene.unused_method
    assert used
    uuid = organisation("muster").uuid
    every, replace = scene.url("pooling:methods", uuid), scene.url("pooling:method_replace", uuid, used.pk)
    too_long = {"method": str(used.pk), "name": "x" * 41}
    of_member = scene.url("pooling:methods", organisation("beispiel").uuid)
    yield Stop("payment methods", "all", every, who="muster")
    yield Stop("payment methods", "all, a name that is too long", every, who="muster", send=too_long, status=422)
    yield Stop("payment methods", "all, as a member sees them", of_member, who="member")
    newest = scene.people["joined"].memberships.get().organisation
    yield Stop("payment methods", "none", scene.url("pooling:methods", newest.uuid), who="joined")
    yield Stop("payment methods", "replace", replace, who="muster")
    yield Stop("payment methods", "replace, sent empty", replace, who="muster", send={}, status=422)
    needed = scene.url("pooling:method_remove", uuid, used.pk)
    yield Stop("payment methods", "remove, a pledge needs it", needed, who="muster")
    yield Stop("payment methods", "remove", scene.url("pooling:method_remove", uuid, unused.pk), who="muster")
    nothing = scene.url("pooling:method_replace", uuid, unused.pk)
    yield Stop("payment methods", "replace, no pledge needs it", nothing, who="muster")


def entrance(scene: Scene) -> Iterator[Stop]:
    login, reset = scene.url("account_login"), scene.url("account_reset_password")
    guarded = {"login": scene.people["guarded"].email, "password": scene.password}
    yield Stop("entrance", "log in", login)
    yield Stop("entrance", "log in, sent empty", login, send={})
    yield Stop("entrance", "log in, wrong password", login, send={**guarded, "password": WRONG})
    yield Stop("entrance", "second factor", login, send=guarded, leads_on=True)
    yield Stop("entrance", "inactive", scene.url("account_inactive"))
    yield Stop("entrance", "password reset", reset)
    yield Stop("entrance", "password reset, sent empty", reset, send={})
    yield Stop("entrance", "password reset, letter sent", scene.url("account_reset_password_done"))
    yield Stop("entrance", "new password", scene.reset_link, leads_on=True)
    unlike = {"password1": "kurz", "password2": "anders"}
    yield Stop("entrance", "new password, two that differ", scene.reset_link, send=unlike, leads_on=True)
    yield Stop("entrance", "new password, link is over", scene.url("account_reset_password_from_key", "x", "x-x"))
    yield Stop("entrance", "new password, done", scene.url("account_reset_password_from_key_done"))
    yield Stop("entrance", "confirm address", scene.url("account_confirm_email", scene.confirmation))
    yield Stop("entrance", "confirm address, link is over", scene.url("account_confirm_email", "x"))
    yield Stop("entrance", "confirm address, letter sent", scene.url("account_email_verification_sent"))


def account(scene: Scene) -> Iterator[Stop]:
    me, guarded = "newcomer", "guarded"
    yield Stop("account", "addresses", scene.url("account_email"), who=me)
    wrong = {"action_add": "", "email": WRONG}
    yield Stop("account", "addresses, wrong", scene.url("account_email"), who=me, send=wrong)
    change = scene.url("account_change_password")
    yield Stop("account", "password", change, who=me)
    yield Stop("account", "password, sent empty", change, who=me, send={})
    yield Stop("account", "first password", scene.url("account_set_password"), who="guest")
    yield Stop("account", "first password, sent empty", scene.url("account_set_password"), who="guest", send={})
    yield Stop("account", "log out", scene.url("account_logout"), who=me)
    naming = scene.url("organisation_naming", organisation("beispiel").uuid)
    yield Stop("account", "organisation in public", naming, who="beispiel")
    again = scene.url("account_reauthenticate")
    yield Stop("account", "password once more", again, who=me)
    yield Stop("account", "password once more, wrong", again, who=me, send={"password": WRONG})
    yield Stop("account", "security", scene.url("mfa_index"), who=me)
    yield Stop("account", "security, with second factor", scene.url("mfa_index"), who=guarded)
    yield Stop("account", "second factor on", scene.url("mfa_activate_totp"), who=me)
    yield Stop("account", "second factor on, wrong", scene.url("mfa_activate_totp"), who=me, send={"code": "000000"})
    yield Stop("account", "second factor off", scene.url("mfa_deactivate_totp"), who=guarded)
    yield Stop("account", "second factor once more", scene.url("mfa_reauthenticate"), who=guarded)
    yield Stop(
        "account", "second factor once more, wrong", scene.url("mfa_reauthenticate"), who=guarded, send={"code": "0"}
    )
    yield Stop("account", "recovery codes", scene.url("mfa_view_recovery_codes"), who=guarded)
    yield Stop("account", "new recovery codes", scene.url("mfa_generate_recovery_codes"), who=guarded)


def failures(scene: Scene) -> Iterator[Stop]:
    yield Stop("failure", "404", f"/{scene.language}/x/", status=404)
    for status in (400, 403, 500, 503):
        yield Stop("failure", str(status), scene.url("tour_failure", status), status=status)
    yield Stop("failure", "429", scene.url("tour_too_many"), status=429)
    yield Stop("failure", "403, without the form's token", scene.url("tour_without_token"), status=403)


def admin(scene: Scene) -> Iterator[Stop]:
    """Wagtail's pages that we add to. They speak the language of whoever edits: here that of the tour."""
    funded: WorkshopPage = workshop("online-counselling-start", "de")
    new = reverse("workshop_pool", args=[scene.without_pool.pk])
    call_off = reverse("workshop_pool_call_off", args=[funded.pk])
    guarantee = reverse("workshop_pool_step", args=[funded.pk, "guarantee"])
    promise = {"guarantor": "Stiftung Beispiel", "limit": "500.00", "promised_on": "2026-11-01"}
    ours = reverse("organisations:edit", args=[organisation("beispiel").pk])
    yield Stop("admin", "translations", reverse("translations"), who="editor")
    editor = reverse("wagtailadmin_pages:edit", args=[scene.begun.pk])
    yield Stop("admin", "translation editor", editor, who="editor")
    yield Stop(
        "admin", "translation, published too early", editor, who="editor", send={"action": "publish"}, leads_on=True
    )
    yield Stop("admin", "translations, nothing fits", reverse("translations") + "?q=xyzzy", who="editor")
    yield Stop("admin", "pools", reverse("workshop_pools"), who="editor")
    yield Stop("admin", "workshop", reverse("wagtailadmin_pages:edit", args=[funded.pk]), who="editor")
    yield Stop("admin", "terms", new, who="editor")
    yield Stop("admin", "terms, sent empty", new, who="editor", send={})
    yield Stop("admin", "pool", reverse("workshop_pool", args=[funded.pk]), who="editor")
    yield Stop("admin", "pool with a waiting list", reverse("workshop_pool", args=[scene.queue.pk]), who="editor")
    yield Stop("admin", "guarantee", guarantee, who="editor")
    yield Stop("admin", "guarantee, what it does", guarantee, who="editor", send=promise)
    yield Stop("admin", "payment by transfer", reverse("workshop_pool_step", args=[funded.pk, "receipt"]), who="editor")
    yield from finance(scene)
    yield Stop("admin", "call off", call_off, who="editor")
    yield Stop("admin", "call off, sent empty", call_off, who="editor", send={})
    yield Stop("admin", "organisation", ours, who="operator")
    yield Stop("admin", "what readers ask for", reverse("resource_demand"), who="editor")
    yield Stop("admin", "what readers ask for, no period", reverse("resource_demand") + "?since=&until=", who="editor")
    yield Stop("admin", "letters that were not sent", reverse("unsent_letters"), who="operator")
    yield Stop("admin", "handbook", reverse("handbook"), who="editor")
    yield Stop("admin", "chapter of the handbook", reverse("handbook_chapter", args=["translate"]), who="editor")


def finance(scene: Scene) -> Iterator[Stop]:
    """The finance desk."""
    yield Stop("admin", "finance desk", reverse("desk"), who="operator")
    for name in ("receivables", "payments", "refunds", "disputes", "statements"):
        yield Stop("admin", f"list of {name}", reverse(f"desk_{name}"), who="operator")
    for name, slug in (("settled", "process-mapping"), ("with an invoice", "online-counselling-start")):
        statement = reverse("desk_statement", args=[pool_of(slug).pk])
        yield Stop("admin", f"statement, {name}", statement, who="operator")
    yield Stop("admin", "journal", reverse("desk_journal") + "?since=2020-01-01&until=2040-12-31", who="operator")
    yield Stop("admin", "journal of no period", reverse("desk_journal") + "?since=&until=", who="operator")
    line = reverse("desk_bank_line", args=[scene.bank_line.pk])
    yield Stop("admin", "bank", reverse("desk_bank"), who="operator")
    yield Stop("admin", "bank, sent without a file", reverse("desk_bank"), who="operator", send={})
    yield Stop("admin", "file of the bank", reverse("desk_bank_file", args=[scene.bank_line.file_id]), who="operator")
    yield Stop("admin", "line of the bank", line, who="operator")
    yield Stop("admin", "line of the bank, put aside without a note", line, who="operator", send={"dismiss": "yes"})
    unpaid = reverse("desk_write_off", args=[scene.invoiced.charges.get().uuid])
    yield Stop("admin", "write an invoice off, too early", unpaid, who="operator")
    split = reverse("desk_bank_split", args=[scene.bank_line.pk])
    yield Stop("admin", "line of the bank in parts", split, who="operator")
    parts = {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0"}
    yield Stop("admin", "line of the bank in parts, sent empty", split, who="operator", send=parts)
    yield Stop("admin", "refunds to transfer", reverse("desk_payouts"), who="operator")
    yield Stop("admin", "payment service", reverse("desk_service"), who="operator")
