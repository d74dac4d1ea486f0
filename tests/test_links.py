"""No page offers a link that would refuse the person who reads it."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

import oracle_tasks
from build import make_post, make_user
from build_tasks import make_submitted, make_task
from grids.models import Role

MOST_OF_A_KIND = 1
MOST_PAGES = 45
NUMBERS = re.compile(r"/(\d+|[A-Z]{1,6}-\d{4}-\d+|[0-9a-f-]{36})(?=/|$)")


class Links(HTMLParser):
    """Addresses of the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href and not href.startswith("#"):
            self.found.append(href)


def kind_of(url: str) -> str:
    return NUMBERS.sub("/N", urlsplit(url).path)


def walk(client: Client, start: str = "/") -> dict[str, int]:
    """Every address reachable by links → its status; one page of a kind stands for all of it."""
    waiting, seen, kinds = [start], {}, Counter()
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        if url in seen or kinds[kind_of(url)] >= MOST_OF_A_KIND:
            continue
        kinds[kind_of(url)] += 1
        answer = client.get(url, follow=True)
        seen[url] = answer.status_code
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            page = Links()
            page.feed(answer.content.decode())
            here = answer.request["PATH_INFO"]
            hrefs = (urljoin(here, href).split("#")[0] for href in page.found)
            waiting += [
                href for href in hrefs if href.startswith("/") and not href.startswith("/files/")
            ]
    return seen


@pytest.mark.django_db
@pytest.mark.parametrize("who", [*oracle_tasks.PEOPLE, "supervisor", "district"])
def test_every_link_of_every_page_opens(cast, who):
    cast.people["district"] = make_user("district", display_name="街道网格办经办")
    make_post(cast.people["district"], cast.tree.street, Role.OFFICE)
    make_task(cast)
    make_submitted(cast)
    client = Client(raise_request_exception=False)
    client.force_login(cast.people[who])

    seen = walk(client)

    assert len(seen) > 3
    assert {url: status for url, status in seen.items() if status >= 400} == {}
