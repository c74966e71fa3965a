"""The kinds of jobs there are: a name, and the function that does the work."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cms.errors import CmsError
from cms.i18n import gettext as _

if TYPE_CHECKING:
    from cms.jobs.progress import Progress

Payload = dict[str, Any]
Work = Callable[[Payload, "Progress"], None]

_kinds: dict[str, Work] = {}


def job(name: str) -> Callable[[Work], Work]:
    """Declare how jobs of this kind are done; the module must be imported by a door."""

    def declare(work: Work) -> Work:
        _kinds[name] = work
        return work

    return declare


def get_work(name: str) -> Work:
    """The function behind a kind; raises CmsError for one that this release does not know."""
    if name not in _kinds:
        raise CmsError(_("This release does not know how to do this ({name}).", name=name))
    return _kinds[name]


def ensure_known(name: str) -> None:
    """Pass, or raise LookupError: starting what nobody can do is a mistake of ours."""
    if name not in _kinds:
        raise LookupError(f"no job is declared under the name {name}")
