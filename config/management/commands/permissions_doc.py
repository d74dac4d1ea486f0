"""Writes docs/permissions.md from the grants of the roles and the policies of the apps."""

from config.documents import permissions
from config.documents.keeping import DocumentCommand


class Command(DocumentCommand):
    help = "由角色授权和各应用的 policies 生成 docs/permissions.md；--check 只核对是否最新。"
    page = "permissions.md"

    def text(self) -> str:
        return permissions.text()
