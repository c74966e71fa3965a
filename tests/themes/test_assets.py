"""Theme files have addresses that never change, and nothing else is ever given out."""

import pytest

from cms.themes import assets


@pytest.fixture
def theme(make_theme):
    return make_theme(
        {
            "templates/index.html": "",
            "theme.toml": "",
            "assets/css/a.css": "a{}",
            "assets/img/icons/star.svg": '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>',
            "assets/img/bad.svg": "<svg><script>1</script></svg>",
            "assets/secret.py": "x = 1",
            "assets/.hidden.css": "x",
        }
    )


def test_an_address_leads_to_its_file(theme):
    path = assets.url_path(theme, "css/a.css")
    assert path == f"/-/theme/aurora/{theme.digest}/css/a.css"
    found = assets.resolve(theme, theme.digest, "css/a.css")
    assert found.path.read_text() == "a{}"
    assert found.content_type == "text/css; charset=utf-8"


def test_an_old_address_leads_nowhere(theme):
    assert assets.resolve(theme, "0" * 12, "css/a.css") is None
    assert assets.resolve(theme, "../../..", "css/a.css") is None


@pytest.mark.parametrize(
    "path",
    [
        *("../theme.toml", "css/../../theme.toml", "/etc/passwd", "css\\a.css", "css//a.css"),
        *("", ".", "css", "css/", ".hidden.css", "secret.py", "theme.toml", "css/a.css\0"),
        *("%2e%2e/theme.toml", "core/../../theme.toml", "x" * 300 + ".css", "css/a.CSS\n"),
        *("core:core:content.css", "core/secret.py"),
    ],
)
def test_nothing_else_is_given_out(theme, path):
    assert assets.resolve(theme, theme.digest, path) is None


def test_a_link_out_of_the_folder_is_not_followed(theme, tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("secret")
    (theme.folder / "assets/link.css").symlink_to(secret)
    assert assets.find_file(theme, "link.css") is None


def test_the_librarys_files_have_addresses_too(theme):
    path = assets.find_url_path(theme, "core:content.css")
    assert path.endswith("/core/content.css")
    assert assets.resolve(theme, theme.digest, "core/content.css") is not None


def test_a_parents_file_is_found_below_the_childs_address(make_theme, theme):
    child = make_theme({"templates/x.html": ""}, id="child-theme", parents=(theme,))
    found = assets.resolve(child, child.digest, "css/a.css")
    assert found.path == theme.folder / "assets/css/a.css"


def test_another_content_has_another_address(make_theme):
    one = make_theme({"assets/a.css": "a"}, id="theme-one")
    two = make_theme({"assets/a.css": "b"}, id="theme-two")
    assert one.digest != two.digest


def test_settings_have_a_stylesheet_of_their_own(make_theme):
    text = '\n[[settings]]\nid = "m"\ntype = "number"\ndefault = 1\nunit = "rem"\ncss = "--m"'
    theme = make_theme({"templates/index.html": ""}, settings=text)
    one, two = assets.settings_sheet(theme, {"m": 1}), assets.settings_sheet(theme, {"m": 2})
    assert (one.css, two.css) == ("", ":root:root:root{--m:2rem}\n")
    assert two.path == f"/-/theme/aurora/{two.hash}/settings.css"


def test_asset_gives_the_address_and_notes_what_is_missing(make_theme, page, theme):
    from cms.themes import environment

    (theme.folder / "templates/index.html").write_text(
        '{{ asset("css/a.css") }}|{{ asset("css/no.css") }}|{{ icon("star") }}'
        '|{{ asset_inline("img/bad.svg") }}'
    )
    rendered = environment.render(theme, ("index.html",), page())
    address, nothing, star, bad = rendered.html.split("|")
    assert address == assets.url_path(theme, "css/a.css")
    assert (nothing, bad) == ("", "")
    assert star.startswith('<svg class="icon icon-star" aria-hidden="true"')
    assert "asset css/no.css" in rendered.missing
