from django.urls import path, re_path

from notices.views import around, first, messages, papers, rankings, schemes, summonses

app_name = "notices"

urlpatterns = [
    path("", first.home, name="home"),
    path("desk/", first.desk, name="desk"),
    path("leader/", first.leader, name="leader"),
    path("leader/<str:number>/instruct/", first.instruct, name="instruct"),
    path("summonses/", summonses.listing, name="summonses"),
    path("summonses/<int:pk>/", summonses.detail, name="summons"),
    re_path(
        r"^summonses/(?P<pk>\d+)/(?P<action>decide|hold|state|withdraw|uphold|close)/$",
        summonses.act,
        name="summons-act",
    ),
    path("stations/<str:code>/around/", around.around, name="around"),
    path("rankings/publish/", rankings.publish, name="publish-ranking"),
    path("notices/", papers.listing, name="list"),
    path("notices/new/", papers.new, name="new"),
    path("notices/order/", papers.order, name="order"),
    path("notices/<int:pk>/", papers.detail, name="detail"),
    path("notices/<int:pk>/edit/", papers.edit, name="edit"),
    re_path(
        r"^notices/(?P<pk>\d+)/(?P<action>refresh|review|issue|withdraw)/$",
        papers.act,
        name="act",
    ),
    path("notices/<int:pk>/figures/<slug:key>/", papers.figure, name="figure"),
    path("notices/<int:pk>/document/", papers.document, name="document"),
    path("receipts/<int:pk>/sign/", papers.sign, name="sign"),
    path("messages/", messages.listing, name="messages"),
    path("messages/<int:pk>/read/", messages.read, name="message-read"),
    path("messages/read-all/", messages.read_all, name="messages-read"),
    path("schemes/<slug:code>/papers/", schemes.scheme_panel, name="scheme-panel"),
]
