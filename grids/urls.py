from django.urls import path

from grids.views import posts, schemes, tree, upkeep

app_name = "grids"

urlpatterns = [
    path("grids/", tree.tree, name="tree"),
    path("grids/search/", tree.search, name="search"),
    path("grids/incomplete/", tree.incomplete, name="incomplete"),
    path("grids/map/", schemes.map_page, name="map"),
    path("grids/outlines/", schemes.outlines, name="outlines"),
    path("grids/gaps/", schemes.gaps, name="gaps"),
    path("grids/<int:pk>/", tree.detail, name="detail"),
    path("grids/<int:pk>/children/", tree.children, name="children"),
    path("grids/<int:pk>/card/", tree.card, name="card"),
    path("grids/<int:pk>/appoint/", posts.appoint, name="appoint"),
    path("grids/<int:pk>/profile/", upkeep.profile, name="profile"),
    path("grids/<int:pk>/document/", upkeep.document, name="document"),
    path("grids/<int:pk>/open/", upkeep.open_grid, name="open"),
    path("grids/<int:pk>/move/", upkeep.move, name="move"),
    path("grids/<int:pk>/close/", upkeep.close, name="close"),
    path("grids/<int:pk>/redraw/", upkeep.redraw, name="redraw"),
    path("grids/documents/<int:pk>/", upkeep.document_file, name="document-file"),
    path("posts/<int:pk>/end/", posts.end_post, name="end-post"),
    path("posts/<int:pk>/substitute/", posts.substitute, name="substitute"),
    path("substitutions/<int:pk>/end/", posts.end_substitution, name="end-substitution"),
    path("people/", posts.people, name="people"),
    path("people/new/", posts.person_new, name="person-new"),
    path("people/options/", posts.people_options, name="people-options"),
    path("people/<int:pk>/", posts.person, name="person"),
    path("people/<int:pk>/close/", posts.person_close, name="person-close"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/switch/", schemes.switch, name="switch-scheme"),
    path("schemes/<slug:code>/", schemes.scheme, name="scheme"),
    path("schemes/<slug:code>/matrix/", schemes.matrix, name="matrix"),
]
