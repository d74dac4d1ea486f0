"""A notice as a file to download."""

from urllib.parse import quote

from django.http import HttpResponse

from grids.errors import Invalid
from notices.documents import pdf, word
from notices.documents.paper import paper_of
from notices.models import Notice

MAKERS = {"pdf": (pdf.pdf, pdf.MEDIA), "docx": (word.docx, word.MEDIA)}


def answer_of(notice: Notice, kind: str) -> HttpResponse:
    """The file with its name; Invalid for a format that does not exist."""
    if kind not in MAKERS:
        raise Invalid("只能下载 pdf 或 docx，请改 format。", fields={"format": "pdf 或 docx"})
    maker, media = MAKERS[kind]
    answer = HttpResponse(maker(paper_of(notice)), content_type=media)
    name = quote(f"{notice.number or notice.title}.{kind}")
    answer["Content-Disposition"] = (
        f"attachment; filename=\"notice-{notice.pk}.{kind}\"; filename*=UTF-8''{name}"
    )
    return answer
