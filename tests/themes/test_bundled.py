"""The themes that come with the product compile, render every kind of page and lose nothing."""

from types import MappingProxyType

import pytest

from cms.themes import catalog, environment, lookup, views
from cms.themes.catalog import Theme
from cms.themes.settings import final_values

PROBE = "<script>\"'&مرحبا " + "Donaudampfschifffahrt" * 8


def list_bundled(bundled):
    found = catalog.Catalog(bundled)
    return (*found.list_themes(), found.fallback)


@pytest.fixture
def extra(card, post):
    odd = (card(1, title=PROBE, excerpt=""), card(2, title="", authors=(), tags=()), card(3))
    picture = views.Image(url="/p.png", alt=PROBE)
    term = views.TermView(
        id="T1", kind="tag", slug="news", name=PROBE, url="/tag/news/", image=picture
    )
    author = views.AuthorView(id="A1", slug="ana", name=PROBE, url="/author/ana/")
    posts = views.PageOf(items=odd, total=3)
    hits = views.PageOf(items=(views.SearchHit(post=odd[0]),), total=1)
    lists = {"home": {"featured": odd[:2]}, "index": {}, "tag": {"term": term}}
    lists |= {"category": {"term": term}, "author": {"author": author}}
    lists["archive"] = {"period": views.PeriodView(year=2026), "years": ()}
    return {
        **{kind: {"posts": posts, **more} for kind, more in lists.items()},
        "post": {"post": post(1, title=PROBE), "prev": None, "next": odd[1], "related": odd},
        "page": {"page": post(1, kind="page"), "children": odd, "siblings": ()},
        "front": {"page": post(1, kind="page", title=""), "children": ()},
        "search": {"query": PROBE, "results": hits, "suggestions": ("tea",), "took_ms": 1},
        "error": {"error": views.ErrorView(code=404, title=PROBE), "suggestions": odd},
        "private": {"form": views.FormView(action="/-/unlock")},
    }


def test_every_shipped_theme_is_usable(bundled):
    found = catalog.Catalog(bundled)
    assert found.damaged == {}
    assert "folio" in [theme.id for theme in found.list_themes()]
    assert "fallback" not in [theme.id for theme in found.list_themes()]


def test_every_kind_of_page_renders_without_anything_missing(bundled, page, extra):
    for theme in list_bundled(bundled):
        for kind, values in extra.items():
            names = lookup.names_for(kind, code=404)
            if theme.id == "fallback":
                names = (*names, "index.html")
            made = page(kind=kind, extra=values)
            for lang in ("en", "ar"):
                rendered = environment.render(theme, names, replaced(made, lang), strict=True)
                assert rendered.html.count("<h1") == 1, (theme.id, kind)
                assert "<script>" not in rendered.html, (theme.id, kind)
                assert rendered.missing == (), (theme.id, kind)


def replaced(made, lang):
    from dataclasses import replace

    return replace(made, lang=lang)


def test_every_choice_of_the_owner_renders(bundled, page, extra):
    for theme in list_bundled(bundled):
        for setting in theme.manifest.settings:
            for value in [option.value for option in setting.options] or [True, False]:
                chosen = final_values(theme.manifest.settings, {setting.id: value})
                for kind in ("home", "post"):
                    made = page(kind=kind, extra=extra[kind], settings=MappingProxyType(chosen))
                    names = (*lookup.names_for(kind), "index.html")
                    assert environment.render(theme, names, made, strict=True).html


def test_every_template_of_every_theme_compiles(bundled, page):
    for theme in list_bundled(bundled):
        for name in list_templates(theme):
            compiled = environment.environment_for(theme, strict=True).get_template(name)
            assert compiled.name == name


def list_templates(theme: Theme):
    root = theme.folder / "templates"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.html"))


def test_a_damaged_theme_is_named_and_the_others_stay(bundled, tmp_path):
    broken = tmp_path / "broken-theme"
    broken.mkdir()
    (broken / "theme.toml").write_text("api = ")
    orphan = tmp_path / "orphan-theme"
    orphan.mkdir()
    (orphan / "theme.toml").write_text(
        'api = 1\nid = "orphan-theme"\nname = "O"\nversion = "1.0.0"\nparent = "gone"'
    )
    for one, other in (("ring-a", "ring-b"), ("ring-b", "ring-a")):
        (tmp_path / one).mkdir()
        (tmp_path / one / "theme.toml").write_text(
            f'api = 1\nid = "{one}"\nname = "R"\nversion = "1.0.0"\nparent = "{other}"'
        )
    found = catalog.Catalog(bundled, tmp_path)
    assert set(found.damaged) == {"broken-theme", "orphan-theme", "ring-a", "ring-b"}
    assert "TOML" in found.damaged["broken-theme"]
    assert "gone" in found.damaged["orphan-theme"]
    assert found.find_theme("folio") is not None


def test_an_installed_child_has_its_parents_settings_and_styles_of_its_own(bundled, tmp_path):
    child = tmp_path / "my-folio"
    child.mkdir()
    (child / "theme.toml").write_text(
        'api = 1\nid = "my-folio"\nname = "Mine"\nversion = "1.0.0"\nparent = "folio"\n'
        '[[settings]]\nid = "measure"\ntype = "range"\nmin = 40\nmax = 60\ndefault = 44\n'
        'css = "--measure"\nunit = "ch"'
    )
    theme = catalog.Catalog(bundled, tmp_path).get_theme("my-folio")
    values = final_values(theme.manifest.settings, {})
    assert values["measure"] == 44
    assert values["opening"] == "plain"
