"""How the memory of an import is put back when the import is undone."""

from cms.accounts.permissions import Permission, Person, ensure_may
from cms.history import restoring
from cms.history.restoring import Plan


class Imports(restoring.Keeper):
    """What was brought, so that it is brought again after an undo."""

    tables = ("import_map",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever may import."""
        ensure_may(by, Permission.IMPORT)


restoring.register(Imports())
