"""演示: the five regimes with replayed air and drawn photos. Titles only, no real people.

Figures are real hours of Beijing replayed on other places; every page that shows them says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """One demo account; `who` is shown to people, `grid` is the code inside the scheme."""

    username: str
    scheme: str
    grid: str
    role: str
    who: str


PASSWORD = "lange-demo-2026"  # noqa: S105  (printed at the start, refused where DEPLOYED is set)
OPERATOR = "admin"

ACCOUNTS = [
    Account("wc-office", "wangcheng", "WC", "OFFICE", "点长制办公室"),
    Account("wc-supervisor", "wangcheng", "WC", "SUPERVISOR", "点长制办公室督查组"),
    Account("wc-chief", "wangcheng", "430112001", "CHIEF", "高塘岭街道 点长"),
    Account("wc-manager", "wangcheng", "430112001", "MANAGER", "高塘岭街道 执行副点长"),
    Account("wc-worker", "wangcheng", "430112001002", "WORKER", "高塘岭社区 监管责任人"),
    Account("wc-white", "wangcheng", "430112007", "MANAGER", "白沙洲街道 执行副点长"),
    Account("yy-office", "yiyang", "YY", "OFFICE", "市网格办"),
    Account("yy-supervisor", "yiyang", "YY", "SUPERVISOR", "市网格办督查组"),
    Account("yy-district", "yiyang", "430902", "OFFICE", "资阳区网格办"),
    Account("yy-chief", "yiyang", "430902005", "CHIEF", "大码头街道 网格长"),
    Account("yy-manager", "yiyang", "430902005", "MANAGER", "大码头街道 网格负责人"),
    Account("yy-street", "yiyang", "430902005", "WORKER", "大码头街道 网格员"),
    Account("yy-worker", "yiyang", "430902005001", "WORKER", "石码头社区 网格员"),
    Account("yy-urban", "yiyang", "D-URBAN", "WORKER", "市城管执法局 网格员"),
    Account("yy-firm", "yiyang", "K-EXAMPLE-1", "ENTERPRISE", "重点企业示例一 环保经办"),
    Account("yy-guest", "yiyang", "YY", "GUEST", "特邀监督员"),
    Account("yp-office", "yiyang-patrol", "YP", "OFFICE", "执法支队办公室"),
    Account("yp-supervisor", "yiyang-patrol", "YP", "SUPERVISOR", "执法支队督查组"),
    Account("yp-town", "yiyang-patrol", "430923101", "WORKER", "清塘铺镇 网格检查员"),
    Account("yp-next", "yiyang-patrol", "430923103", "WORKER", "仙溪镇 网格检查员"),
    Account("zy-office", "zhongyuan", "ZY", "OFFICE", "区大气办"),
    Account("zy-supervisor", "zhongyuan", "ZY", "SUPERVISOR", "区大气办督查组"),
    Account("zy-street", "zhongyuan", "410102001", "WORKER", "林山寨街道 网格员"),
    Account("zy-units", "zhongyuan", "D-ENVIRONMENT", "WORKER", "各责任单位 监管责任人"),
    Account("zy-next", "zhongyuan", "410102002", "WORKER", "建设路街道 网格员"),
    Account("zi-office", "ziyang", "ZI", "OFFICE", "区生环委办"),
    Account("zi-supervisor", "ziyang", "ZI", "SUPERVISOR", "区生环委办督查组"),
    Account("zi-town", "ziyang", "430902102", "WORKER", "迎风桥镇 网格员"),
    Account("zi-next", "ziyang", "430902104", "WORKER", "沙头镇 网格员"),
]
