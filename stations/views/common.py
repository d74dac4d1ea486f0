"""What the page doors of the air side share."""

from django.forms import Form
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from grids.errors import Invalid
from grids.models import GridScheme
from grids.views.common import check_reader, current_scheme
from stations.models import Station
from stations.standards import Edition


def reader_scheme(request: HttpRequest) -> GridScheme:
    """The regime of the session; 403 without a post and for 企业."""
    scheme = current_scheme(request)
    check_reader(request, scheme, timezone.localdate())
    return scheme


def seen_station(request: HttpRequest, code: str) -> Station:
    stations = Station.objects.readable_by(request.user).select_related("grid", "scheme")
    return get_object_or_404(stations, code=code)


def edition_of(request: HttpRequest) -> Edition | None:
    """The edition asked for to compare; None: each date by its own."""
    asked = request.GET.get("edition", "")
    return Edition(asked) if asked in Edition.values else None


def show_refusal(form: Form, refusal: Invalid) -> None:
    """What the service refused, at the fields of the form it came from."""
    form.add_error(None, str(refusal))
    for name, words in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, words)
