"""PDF by typst, in the layout of GB/T 9704-2012; nothing is fetched, fonts come with us."""

import json
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts
import typst
from django.conf import settings

from notices.documents.paper import Paper

TEMPLATE = Path(__file__).with_name("paper.typ")
MEDIA = "application/pdf"


def pdf(paper: Paper) -> bytes:
    """The document as PDF with embedded fonts.

    The text goes in as data, never as markup. Noto Serif SC stands for 仿宋 and 小标宋, which
    may not be given away; a folder of the city's own licensed fonts (`DOCUMENT_FONTS`) is
    preferred where it has them.
    """
    folders = [Path(fonts.serif_path()).parent]
    own = getattr(settings, "DOCUMENT_FONTS", "")
    return typst.compile(
        TEMPLATE,
        font_paths=[Path(own), *folders] if own else folders,
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(paper.as_data(), ensure_ascii=False)},
    )
