"""The markup of a picture: sized, lazy, described; never the title as its description."""

from __future__ import annotations

from markupsafe import Markup, escape

from cms.themes.budget import Run
from cms.themes.manifest import ImageSize
from cms.themes.views import Image

LARGEST_DENSITY = 2
_NO_SIZE = ImageSize()


def picture(
    run: Run,
    image: Image,
    size: ImageSize | None = None,
    *,
    sizes: str | None = None,
    ratio: tuple[int, int] | None = None,
    css_class: str = "",
    alt: str | None = None,
    priority: bool = False,
) -> Markup:
    """An <img> with every width the site can offer, its own size and its description."""
    size = size or _NO_SIZE
    ratio = ratio or size.ratio
    offers = offered_widths(run, image, size, ratio)
    width, height = shown_size(image, size, ratio if offers else None)
    attributes: dict[str, object] = {"src": offers[-1][1] if offers else image.url}
    if len(offers) > 1:
        attributes["srcset"] = ", ".join(f"{url} {wide}w" for wide, url in offers)
        attributes["sizes"] = sizes or (f"{size.width}px" if size.width else size.sizes)
    if width and height:
        attributes["width"], attributes["height"] = width, height
    attributes["alt"] = image.alt if alt is None else alt
    attributes["class"] = " ".join(filter(None, (css_class, *focal_classes(image))))
    if priority or size.priority:
        attributes["fetchpriority"] = "high"
    else:
        attributes["loading"] = "lazy"
    attributes["decoding"] = "async"
    return tag("img", attributes)


def offered_widths(
    run: Run, image: Image, size: ImageSize, ratio: tuple[int, int] | None
) -> list[tuple[int, str]]:
    """The widths that exist for this picture, never above its own, with their addresses."""
    if image.is_vector or image.animated or not image.width:
        return []
    wanted = run.theme.manifest.image_widths
    if size.width:
        wanted = tuple(size.width * density for density in range(1, LARGEST_DENSITY + 1))
    offers = []
    for width in wanted:
        if width > image.width:
            break
        url = run.page.sources.image_url(image, width=width, ratio=ratio)
        if url:
            offers.append((width, url))
    return offers


def shown_size(image: Image, size: ImageSize, ratio: tuple[int, int] | None) -> tuple[int, int]:
    """Width and height to reserve on the page, in CSS pixels; (0, 0) where they are unknown."""
    if not image.width or not image.height:
        return 0, 0
    width = min(size.width or image.width, image.width)
    if ratio:
        return width, max(1, round(width * ratio[1] / ratio[0]))
    return width, max(1, round(width * image.height / image.width))


def focal_classes(image: Image) -> tuple[str, ...]:
    """Classes for the point that must stay in view, in tenths; none when it is the middle."""
    across, down = (round(max(0.0, min(1.0, part)) * 10) for part in image.focal)
    return () if (across, down) == (5, 5) else (f"focal-x-{across}", f"focal-y-{down}")


def tag(name: str, attributes: dict[str, object]) -> Markup:
    """One element's start, its values escaped; empty values are left out, but for alt."""
    parts = [
        f' {key}="{escape(value)}"'
        for key, value in attributes.items()
        if value not in (None, "") or key == "alt"
    ]
    return Markup(f"<{name}{''.join(parts)}>")  # noqa: S704 - names are ours, values are escaped
