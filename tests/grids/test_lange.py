"""The tags of every page."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from grids import speaking

AT = datetime(2026, 11, 16, 17, 12, tzinfo=speaking.BEIJING)


def drawn(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    page = Context({"at": AT, "request": request, **context})
    return Template("{% load lange %}" + source).render(page).strip()


def task(state: str, due_at: datetime, closed_at: datetime | None = None) -> SimpleNamespace:
    return SimpleNamespace(state=state, due_at=due_at, closed_at=closed_at)


def handed(state: str, after: timedelta, **over: str) -> SimpleNamespace:
    """Due at AT, handed in `after` it, accepted three days later."""
    closed_at = AT + timedelta(days=3) if state == "CLOSED" else None
    made = task(state, AT, closed_at)
    return SimpleNamespace(**vars(made), submitted_at=AT + after, **over)


def test_a_time_carries_the_exact_moment_in_its_title() -> None:
    said = drawn("{% when value %}", value=AT - timedelta(hours=1))

    assert ">今天 16:12</time>" in said
    assert 'title="2026-11-16 16:12:00 周一"' in said


def test_a_missing_time_is_a_dash() -> None:
    assert drawn("{% when value %}{% since value %}", value=None) == "——"


def test_a_page_without_a_clock_shows_the_full_moment() -> None:
    said = drawn("{% when value %}", value=AT, at=None)

    assert ">2026-11-16 17:12:00 周一</time>" in said


@pytest.mark.parametrize(
    ("thing", "tone", "said"),
    [
        (task("HANDLING", AT - timedelta(hours=2)), "late", "逾期 2 小时"),
        (task("ISSUED", AT + timedelta(days=9)), "", "11-25"),
        (task("CLOSED", AT, AT - timedelta(hours=1)), "go", "按时销号"),
        (task("CLOSED", AT, AT + timedelta(days=3)), "warn", "逾期 3 天后销号"),
        (task("VOID", AT - timedelta(days=1)), "", "已作废"),
        (handed("SUBMITTED", timedelta(0)), "go", "按时反馈"),
        (handed("SUBMITTED", timedelta(hours=2)), "warn", "逾期 2 小时后反馈"),
        (handed("CLOSED", -timedelta(hours=1)), "go", "按时销号"),
        (handed("CLOSED", timedelta(hours=2)), "warn", "逾期 2 小时后反馈"),
        (handed("CLOSED", timedelta(hours=2), strength="STRIVE"), "go", "按时销号"),
    ],
)
def test_the_deadline_chip_says_how_a_task_stands(
    thing: SimpleNamespace, tone: str, said: str
) -> None:
    chip = drawn("{% due_chip task %}", task=thing)

    assert f'class="{f"chip {tone}".strip()}"' in chip
    assert said in chip


def test_a_task_without_a_deadline_says_so() -> None:
    assert "未定时限" in drawn("{% due_chip task %}", task=task("REGISTERED", None))


def test_level_colour_never_stands_without_number_and_word() -> None:
    badge = drawn("{% aqi_badge 118 %}")

    assert "l3" in badge
    assert "<b>118</b> 轻度" in badge
    assert "<b>—</b> 无数据" in drawn("{% aqi_badge None %}")


def test_what_people_typed_is_escaped() -> None:
    said = drawn("{% chip text %}{% aqi_badge 42 text %}{% pick text 'k' 'v' %}", text="<b onx=1>")

    assert "<b onx" not in said
    assert said.count("&lt;b onx=1&gt;") == 3


def test_a_bar_stays_within_its_frame() -> None:
    assert "width:100.0%" in drawn("{% bar 250 %}")
    assert "width:0.0%" in drawn("{% bar value %}", value=-3)
    assert drawn("{% bar value %}", value=None) == ""


def test_a_page_that_does_not_exist_has_no_link() -> None:
    assert drawn("{% link_to 'no:such' 7 as href %}[{{ href }}]") == "[]"


def test_the_menu_hides_missing_pages_and_marks_the_present_one() -> None:
    entry = SimpleNamespace(name="login", count="unread", also=(), title="登录")
    ghost = SimpleNamespace(name="no:such", count="", also=(), title="无")
    request = RequestFactory().get("/login/")
    request.resolver_match = SimpleNamespace(view_name="login")

    said = drawn(
        "{% menu entries as links %}{% for l in links %}{{ l.entry.title }}{{ l.count }}"
        "{{ l.current }}{% endfor %}",
        entries=(entry, ghost),
        request=request,
        counts={"unread": 5},
    )

    assert said == "登录5True"


def test_a_filter_chip_sets_its_key_and_starts_at_page_one() -> None:
    chip = drawn("{% pick '逾期' 'state' 'late' 7 %}", path="/tasks/?q=%E6%89%AC%E5%B0%98&page=4")

    assert 'href="?q=%E6%89%AC%E5%B0%98&amp;state=late"' in chip
    assert "aria-current" not in chip
    assert "<b>7</b>" in chip


def test_a_set_filter_chip_takes_itself_out_again() -> None:
    chip = drawn("{% pick '逾期' 'state' 'late' %}", path="/tasks/?state=late&q=a")

    assert 'href="?q=a"' in chip
    assert 'aria-current="true"' in chip


def test_a_head_that_sorts_turns_round_the_second_time() -> None:
    assert 'href="?order=due_at"' in drawn("{% sort_head '时限' 'due_at' %}")

    again = drawn("{% sort_head '时限' 'due_at' %}", path="/?order=due_at")
    assert 'href="?order=-due_at"' in again
    assert 'aria-sort="ascending"' in again


def test_the_query_string_is_kept_and_changed() -> None:
    said = drawn("{% with_query page=3 q='' %}", path="/?q=a&state=late&page=9")

    assert said == "?state=late&amp;page=3"


class Report(forms.Form):
    title = forms.CharField(label="问题名称", help_text="一句话。")
    photo = forms.FileField(
        label="照片", required=False, widget=forms.FileInput(attrs={"accept": "image/*"})
    )


def test_a_field_names_its_help_and_its_error_for_screen_readers() -> None:
    said = drawn("{% field form.title %}", form=Report({}))

    assert 'for="id_title"' in said
    assert 'aria-describedby="id_title_helptext id_title_error"' in said
    assert 'id="id_title_helptext"' in said
    assert 'id="id_title_error"' in said
    assert 'aria-invalid="true"' in said


def test_a_photo_field_is_a_large_button_with_thumbnails() -> None:
    said = drawn("{% field form.photo %}", form=Report())

    assert 'class="shot"' in said
    assert 'data-thumbs="id_photo"' in said
    assert "拍照或选择照片" in said
    assert "选填" in said


def test_the_pager_keeps_the_filters() -> None:
    page = Paginator(range(230), 50).page(2)
    said = drawn("{% include '_parts/pager.html' with unit='件' %}", path="/?state=late", page=page)

    assert "共 230 件" in said
    assert 'href="?state=late&amp;page=3"' in said
    assert 'aria-current="page"' in said


def test_an_empty_page_says_what_to_do_next() -> None:
    said = drawn(
        "{% include '_parts/empty.html' with title='没有待办' href='/x/' action='去登记' %}"
    )

    assert "没有待办" in said
    assert ">去登记</a>" in said
