"""What a request may carry in its body: forms with a bounded number of fields.

Werkzeug counts the parts of a multipart form alone. A plain form of four megabytes could hold two
million fields, each of which would be read, kept and perhaps written into a page again.
"""

from io import BytesIO
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

_PLAIN_FORM = "application/x-www-form-urlencoded"


class BoundedParser(FormDataParser):
    """Refuses a plain form with too many fields before it takes the fields apart."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """The stream, the fields and the files; raises 413 when there are too many fields."""
        if mimetype == _PLAIN_FORM and self.max_form_parts is not None:
            body = stream.read()
            if body.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class BoundedRequest(Request):
    """A request whose forms have a bounded number of fields."""

    form_data_parser_class = BoundedParser
