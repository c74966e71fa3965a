"""Mail: letters to people, posted with what causes them and sent beside the request."""

# Imported for what it declares, too: errands of notices are run as soon as letters are.
from cms.mail import telling
from cms.mail.letters import post

__all__ = ["post", "telling"]
