"""The list of addresses."""

from tests.cli.conftest import Manage


def test_every_route_is_listed_with_what_it_asks_for(manage: Manage) -> None:
    ran = manage("routes")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert any(line.startswith("/auth/login ") and "everyone" in line for line in lines)
    assert any(line.startswith("/auth/theme ") and "sign-in" in line for line in lines)
