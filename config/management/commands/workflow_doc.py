"""Writes docs/workflow.md from the table of moves."""

from config.documents import workflow
from config.documents.keeping import DocumentCommand


class Command(DocumentCommand):
    help = "由 tasks.workflow.MOVES 生成 docs/workflow.md；--check 只核对是否最新。"
    page = "workflow.md"

    def text(self) -> str:
        return workflow.text()
