"""theme.toml is read whole, and every refusal says what is allowed."""

import pytest

from cms.errors import Rejected
from cms.themes import manifest
from cms.themes.settings import check_value, contrast, final_values

GOOD = 'api = 1\nid = "aurora"\nname = "Aurora"\nversion = "1.4.0"\n'
FULL = (
    GOOD
    + """
requires = ">=0.1,<3"
description = "A quiet journal."
license = "MIT"
authors = [{ name = "Ada", url = "https://example.org" }]
color_schemes = ["light", "dark"]
[config]
posts_per_page = 7
[images]
widths = [640, 320]
sizes.card = { ratio = "3:2", sizes = "100vw" }
[menus]
main = "Main navigation"
[[templates]]
file = "custom/wide.html"
label = "Wide"
for = ["page"]
[[groups]]
id = "home"
label = "Home page"
[[settings]]
id = "accent"
type = "color"
default = "#8A3324"
css = "--accent"
contrast_with = "--bg"
[[settings]]
id = "hero"
type = "select"
group = "home"
default = "plain"
options = [{ value = "plain", label = "Plain" }, { value = "cover", label = "Cover" }]
[[settings]]
id = "hero_image"
type = "image"
visible_if = { hero = ["cover"] }
[[settings]]
id = "measure"
type = "range"
min = 50
max = 80
unit = "ch"
default = 66
css = "--measure"
[[settings]]
id = "body_font"
type = "font"
default = "old-style"
css = "--font-body"
[[settings]]
id = "about"
type = "heading"
label = "About"
[[settings]]
id = "footer"
type = "textarea"
"""
)


def test_a_full_manifest_is_read():
    read = manifest.read_manifest(FULL, folder="aurora")
    assert (read.id, read.version, read.posts_per_page) == ("aurora", "1.4.0", 7)
    assert read.image_widths == (320, 640)
    assert read.image_sizes["card"].ratio == (3, 2)
    assert read.templates[0].kinds == ("page",)
    assert read.settings[0].default == "#8a3324"
    assert [each.id for each in read.settings][1:3] == ["hero", "hero_image"]


SETTING = '\n[[settings]]\nid = "a"\n'


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("api = ", "T101", "TOML"),
        (GOOD.replace("api = 1", "api = 9"), "T103", "1"),
        (GOOD.replace("api = 1\n", ""), "T103", "supported"),
        (GOOD.replace("api = 1", "api = true"), "T103", "supported"),
        (GOOD.replace('"aurora"', '"486"'), "T102", "letter"),
        (GOOD.replace('"aurora"', '"Aurora"'), "T102", "small letters"),
        (GOOD.replace('"aurora"', '"core"'), "T102", "fallback"),
        (GOOD.replace('"aurora"', '"boreal"'), "T102", "folder"),
        (GOOD.replace('"aurora"', "7"), "T102", "letters"),
        (GOOD.replace("1.4.0", "1.4"), "T104", "1.4.0"),
        (GOOD.replace('name = "Aurora"\n', ""), "T101", "missing"),
        (GOOD + 'requires = "new"', "T105", ">=1.2"),
        (GOOD + 'parent = "aurora"', "T109", "another"),
        (GOOD + 'parent = "../x"', "T109", "id"),
        (GOOD + f'description = "{"x" * 200}"', "T101", "160"),
        (GOOD + 'tags = "blog"', "T101", "list"),
        (GOOD + 'color_schemes = ["pink"]', "T101", "dark"),
        (GOOD + "[config]\nposts_per_page = 0", "T101", "1 to 100"),
        (GOOD + "[images]\nwidths = []", "T101", "numbers"),
        (GOOD + '[images.sizes]\ncard = { ratio = "wide" }', "T101", "3:2"),
        (GOOD + '[menus]\n"Main Menu" = "x"', "T101", "snake_case"),
        (GOOD + '[[templates]]\nfile = "../x.html"', "T210", "custom/"),
        (GOOD + "templates = 3", "T101", "[[templates]]"),
        (GOOD + '\n[[settings]]\nid = "A b"\ntype = "text"', "T301", "snake_case"),
        (GOOD + SETTING + 'type = "text"' + SETTING + 'type = "text"', "T301", "twice"),
        (GOOD + SETTING + 'type = "text"\ngroup = "x"', "T301", "undeclared"),
        (GOOD + SETTING + 'type = "video"', "T302", "boolean"),
        (GOOD + SETTING + 'type = "color"\ndefault = "red"', "T303", "#8a3324"),
        (GOOD + SETTING + 'type = "text"\ncss = "--x"', "T303", "color"),
        (GOOD + SETTING + 'type = "color"\ncss = "x}"', "T303", "--accent"),
        (GOOD + SETTING + 'type = "select"\noptions = [{ value = "a" }]', "T304", "2 to 24"),
        (GOOD + SETTING + 'type = "range"\nmin = 5\nmax = 1', "T305", "below"),
        (GOOD + SETTING + 'type = "range"', "T305", "min and max"),
        (GOOD + SETTING + 'type = "range"\nmin = 1\nmax = 9\ndefault = 10', "T303", "between"),
        (GOOD + SETTING + 'type = "number"\nunit = ";}"', "T305", "rem"),
        (GOOD + SETTING + 'type = "number"\nstep = 0', "T305", "above 0"),
        (GOOD + SETTING + 'type = "text"\nvisible_if = { b = 1 }', "T306", "another setting"),
        (
            GOOD + "".join(f'\n[[settings]]\nid = "s{n}"\ntype = "text"' for n in range(81)),
            "T311",
            "80",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(text, code, words):
    _, problems = manifest.inspect(text, folder="aurora")
    assert code in [problem.code for problem in problems]
    with pytest.raises(Rejected) as caught:
        manifest.read_manifest(text, folder="aurora")
    assert words in caught.value.message


def test_all_problems_are_told_at_once():
    _, problems = manifest.inspect('api = 2\nid = "1"\nversion = "x"')
    assert {problem.code for problem in problems} >= {"T101", "T102", "T103", "T104"}


def test_an_unknown_key_is_kept_for_the_checks():
    assert manifest.read_manifest(GOOD + 'licence = "MIT"').unknown_keys == ("licence",)


def test_a_bundled_theme_may_have_a_reserved_name():
    text = GOOD.replace("aurora", "fallback")
    assert manifest.read_manifest(text, folder="fallback", bundled=True).id == "fallback"


@pytest.mark.parametrize(
    ("condition", "version", "satisfied"),
    [
        ("", "0.1.0", True),
        (">=1.2,<3", "1.2.0", True),
        (">=1.2,<3", "3.0.0", False),
        (">=1.10", "1.9.9", False),
        ("==1.4.0", "1.4.0-beta", True),
        ("nonsense", "1.0.0", False),
    ],
)
def test_conditions_compare_numbers_not_letters(condition, version, satisfied):
    assert manifest.is_satisfied(condition, version) is satisfied


def test_settings_become_custom_properties_only_where_they_differ():
    read = manifest.read_manifest(FULL)
    values = final_values(read.settings, {"measure": 70, "body_font": "old-style"})
    assert manifest.settings_css(read, values) == ":root:root:root{--measure:70ch}\n"
    assert manifest.settings_css(read, final_values(read.settings, {})) == ""


def test_a_chosen_colour_stays_readable_in_the_dark():
    read = manifest.read_manifest(FULL)
    css = manifest.settings_css(read, final_values(read.settings, {"accent": "#003300"}))
    dark = css.split("light-dark(#003300,")[1][:7]
    assert contrast(dark, "#191816") >= 4.5


@pytest.mark.parametrize(
    "stored",
    [
        {"accent": "red;}body{display:none"},
        {"accent": "#12"},
        {"measure": "70"},
        {"measure": 700},
        {"measure": True},
        {"measure": float("nan")},
        {"measure": float("inf")},
        {"body_font": "x;}"},
        {"hero": "explode"},
        {"hero_image": "../../secret"},
        {"footer": 3},
        {"footer": "x" * 6000},
        {"about": "no value"},
        {"unknown": 1},
    ],
)
def test_a_stored_value_that_does_not_fit_gives_way_to_the_default(stored):
    read = manifest.read_manifest(FULL)
    values = final_values(read.settings, stored)
    assert values == final_values(read.settings, {})
    assert manifest.settings_css(read, values) == ""


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "data:x", "/\\evil"])
def test_an_address_setting_takes_web_addresses_only(address):
    text = GOOD + '\n[[settings]]\nid = "more"\ntype = "url"'
    setting = manifest.read_manifest(text).settings[0]
    with pytest.raises(Rejected):
        check_value(setting, address)
    assert check_value(setting, "https://example.org/?a=b") == "https://example.org/?a=b"


def test_a_style_overlays_defaults_and_the_owner_stays_on_top():
    read = manifest.read_manifest(FULL)
    text = 'name = "Sepia"\n[values]\nmeasure = 60\n[css]\n"--bg" = "#f6eedd"'
    style = manifest.read_style(text, name="sepia", manifest=read)
    assert final_values(read.settings, {}, style)["measure"] == 60
    assert final_values(read.settings, {"measure": 72}, style)["measure"] == 72
    css = manifest.settings_css(read, final_values(read.settings, {}, style), style)
    assert css == ":root:root:root{--bg:#f6eedd;--measure:60ch}\n"


@pytest.mark.parametrize(
    "text",
    [
        "[values]\nnowhere = 1",
        '[values]\nmeasure = "wide"',
        '[css]\n"color" = "red"',
        '[css]\n"--x" = "red;}"',
        '[css]\n"--x" = "url(//evil.example)"',
        '[css]\n"--x" = "</style>"',
        'scheme = "pink"',
        "name = ",
    ],
)
def test_a_style_that_does_not_fit_is_refused(text):
    with pytest.raises(Rejected):
        manifest.read_style(text, name="odd", manifest=manifest.read_manifest(FULL))
