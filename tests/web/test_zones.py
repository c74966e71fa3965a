"""Time zones in forms."""

from cms.web import zones


def _names(**chosen: str) -> list[str]:
    return [str(each.value) for each in zones.offered(**chosen)]


def test_zones_are_places_and_mean_the_same_on_every_machine():
    names = _names()
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/Argentina/Ushuaia"} <= set(names)
    assert not {"localtime", "Zulu", "Factory", "Etc/GMT+3", "EST"} & set(names)


def test_a_zone_that_was_chosen_stays_among_them():
    assert "Etc/GMT+3" in _names(also="Etc/GMT+3")
    assert _names(also="") == _names()
