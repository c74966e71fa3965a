"""Links of a text led elsewhere, or left as words."""

import pytest

from cms.rendering import pipeline, relinking

OLD, NEW = "01J00000000000000000000001", "01J00000000000000000000002"


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (f"See [the *tea* page](entry:{OLD}).", "See the *tea* page."),
        (f'A [title](entry:{OLD}#part "Words") b', "A title b"),
        (f"[a](entry:{OLD}) and [b](entry:{OLD}?x)", "a and b"),
        (f"[out](https://example.org) [in](entry:{OLD})", "[out](https://example.org) in"),
        (f"[![alt](/a.png)](entry:{OLD})", "![alt](/a.png)"),
        (f"[a [nested] word](<entry:{OLD}>)", "a [nested] word"),
        (f'Raw <a class="x" href="entry:{OLD}">words</a>.', "Raw words."),
        (f"`[code](entry:{OLD})` stays", f"`[code](entry:{OLD})` stays"),
        (f"[other](entry:{NEW})", f"[other](entry:{NEW})"),
        (f"[ref][one]\n\n[one]: entry:{OLD}", "[ref][one]\n\n[one]: #"),
        ("نص " + f"[رابط](entry:{OLD})", "نص رابط"),
    ],
)
def test_the_words_of_a_link_stay(source, left):
    assert relinking.unlink(source, "entry", {OLD}) == left


@pytest.mark.parametrize(
    "source",
    [f"[a](entry:{OLD})", f"[a](<entry:{OLD}#x>) ![p](media:{OLD})", f"[r]: entry:{OLD}\n\n[r]",
     f'<a href="entry:{OLD}">x</a>'],
)  # fmt: skip
def test_a_link_is_led_elsewhere(source):
    led = relinking.lead(source, "entry", {OLD}, f"entry:{NEW}")
    assert f"entry:{OLD}" not in led
    assert led == source.replace(f"entry:{OLD}", f"entry:{NEW}")


def test_nothing_of_the_old_target_is_left_in_what_is_shown():
    source = "\n\n".join(
        [
            f"[a](entry:{OLD})",
            f"- [b](entry:{OLD})\n- c",
            f"> [d](entry:{OLD} 'e')",
            f"[f]: entry:{OLD}",
        ]
    )
    for made in (
        relinking.unlink(source, "entry", {OLD}),
        relinking.lead(source, "entry", {OLD}, f"entry:{NEW}"),
    ):
        assert OLD not in {each.target_id for each in pipeline.render(made).references}
