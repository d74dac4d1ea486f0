"""Pages of the tree: the register, one node's children, searching, the card of a grid."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids import access, completeness, places, policies, register, selectors
from grids.completeness import PROFILE
from grids.models import Grid, GridDocument
from grids.services.history import ACTIONS
from grids.views.common import check_reader, current_scheme, seen_grid

EVENTS_SHOWN = 30
LACKS = {"posts": "缺岗", "holders": "空缺", "profile": "五定不全", "papers": "缺领导小组文件"}


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """网格与任职: the tree of the regime, opened piece by piece."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    tops = register.tops(request.user, scheme, on)
    open_first = tops[0] if len(tops) == 1 else None
    below, rest = register.children(open_first) if open_first else ([], 0)
    shown = {
        "tops": tops,
        "open_first": open_first,
        "below": below,
        "rest": rest,
        "standings": completeness.standings(scheme, [*tops, *below], on),
        "lacks": LACKS,
        "may_keep": policies.may_keep_people(request.user),
    }
    return render(request, "grids/tree.html", shown)


@login_required
@require_GET
def children(request: HttpRequest, pk: int) -> HttpResponse:
    """One node's children, 200 at a time."""
    grid = seen_grid(request, pk)
    after = request.GET.get("after", "0")
    below, rest = register.children(grid, after=int(after) if after.isdecimal() else 0)
    shown = {
        "grid_above": grid,
        "below": below,
        "rest": rest,
        "standings": completeness.standings(grid.scheme, below, timezone.localdate()),
    }
    return render(request, "grids/_children.html", shown)


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Grids by name or code; the box of the top bar and of the tree page."""
    on, words = timezone.localdate(), request.GET.get("q", "")[:60]
    found = register.search(register.readable(request.user, on), words)
    rows = [(grid, register.path(grid)) for grid in found]
    shown = {"q": words, "rows": rows, "limit": register.FOUND_SHOWN}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, f"grids/{'_found' if is_part else 'search'}.html", shown)


@login_required
@require_GET
def incomplete(request: HttpRequest) -> HttpResponse:
    """缺项清单: grids without a required post, holder, 五定 part or 领导小组文件."""
    scheme, on = current_scheme(request), timezone.localdate()
    check_reader(request, scheme, on)
    lack = request.GET.get("lack") if request.GET.get("lack") in LACKS else "posts"
    grids = register.readable(request.user, on).filter(scheme=scheme).exclude(tier="ROOT")
    grids = _lacking(grids.open_on(on), lack, scheme, on)  # type: ignore[attr-defined]
    page = register.CappedPaginator(
        grids.select_related("parent").order_by("tree_id", "lft"), 50
    ).get_page(request.GET.get("page"))
    standings = completeness.standings(scheme, page.object_list, on)
    shown = {"page": page, "standings": standings, "lack": lack, "lacks": LACKS}
    return render(request, "grids/incomplete.html", shown)


def _lacking(grids, lack, scheme, on):  # type: ignore[no-untyped-def]
    if lack == "papers":
        return completeness.lacking_document(grids)
    if lack == "profile":
        return grids.filter(completeness.lacking_profile())
    return grids.filter(completeness.lacking_post(scheme, on, is_held=lack == "holders"))


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """网格卡: posts, 五定, who watches over it, outline, what lies below, history."""
    grid, on = seen_grid(request, pk), timezone.localdate()
    check_reader(request, grid.scheme, on)
    below, rest = register.children(grid)
    shown = {
        **_card(grid, on),
        "ancestors": _ancestors(request, grid, on),
        "below": below,
        "rest": rest,
        "standings": completeness.standings(grid.scheme, [grid, *below], on),
        "offered": policies.offered(request.user, grid),
        "boundary": places.outlines(Grid.objects.filter(pk=grid.pk), on).first(),
        "map_note": places.MAP_NOTE,
        "documents": grid.documents.select_related("added_by").order_by("-added_at", "-pk"),
        "has_group_paper": grid.documents.filter(kind=GridDocument.Kind.GROUP).exists(),
        "events": grid.events.select_related("by").order_by("-at", "-pk")[:EVENTS_SHOWN],
        "event_words": ACTIONS,
    }
    return render(request, "grids/detail.html", shown)


@login_required
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """责任卡 to print: person – area – post – duty (Y2-02)."""
    grid, on = seen_grid(request, pk), timezone.localdate()
    check_reader(request, grid.scheme, on)
    return render(request, "grids/card.html", _card(grid, on))


def _card(grid, on):  # type: ignore[no-untyped-def]
    posts = grid.posts.select_related("user", "grid__scheme").order_by("role", "seat", "-from_on")
    running = list(posts.filter(access.running_q(on)))
    supervised = grid.supervised_by.select_related("supervisor").order_by("pk")
    quotes = {clause.code: clause for clause in _quotes(grid, [*running, *supervised])}
    return {
        "grid": grid,
        "pk_text": str(grid.pk),
        "tier_label": f"{grid.scheme.tier_label(grid.tier)} · ",
        "posts": running,
        "past_posts": posts.filter(until_on__lt=on)[:20],
        "coming_posts": posts.filter(from_on__gt=on),
        "stand_ins": {s.post_id: s for s in _stand_ins(grid, on)},
        "supervised_by": supervised,
        "watches": grid.supervision_of.select_related("grid").order_by("pk")[:50],
        "profile": [(title, getattr(grid, name)) for name, title in PROFILE.items()],
        "profile_parts": completeness.profile_parts(grid),
        "quotes": quotes,
        "quote": selectors.quote(grid.scheme, grid.clause),
        "on": on,
    }


def _quotes(grid, things):  # type: ignore[no-untyped-def]
    codes = {thing.clause for thing in things if thing.clause}
    return grid.scheme.clauses.filter(code__in=codes)


def _stand_ins(grid, on):  # type: ignore[no-untyped-def]
    running = access.Substitution.objects.filter(post__grid=grid, until_on__gte=on, ended_at=None)
    return running.select_related("substitute").order_by("-from_on")


def _ancestors(request, grid, on):  # type: ignore[no-untyped-def]
    """The grids above, each with whether the person may open it."""
    above = selectors.chain_of(grid)[:-1]
    seen = register.readable(request.user, on).filter(pk__in=[g.pk for g in above])
    pks = set(seen.values_list("pk", flat=True))
    return [(one, one.pk in pks) for one in above]
