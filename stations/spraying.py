"""Whether an order tells somebody to spray or wash, said or forbidden. Pure.

环发〔2015〕175号 names spraying around the inlet as interference with monitoring.
"""

import re
from collections.abc import Sequence

_BREAKS = re.compile(r"[。，,；;！!？?\n]")
_FORBIDS = re.compile(r"不得|不准|不许|不要|不能|禁止|严禁|停止|杜绝|切勿|有无|有没有|是否")


def told(text: str, words: Sequence[str]) -> str:
    """The first of `words` that the text asks for; "" when there is none.

    A word after a prohibition (不得在站点周边喷淋、洒水) or a question (核查有无喷淋) is not asked
    for. That ends with the next comma or full stop, so that 停止施工，立即洒水 is seen. When in
    doubt the word counts.
    """
    for sentence in _BREAKS.split(text):
        for word in words:
            place = sentence.find(word)
            if place >= 0 and not _FORBIDS.search(sentence[:place]):
                return word
    return ""
