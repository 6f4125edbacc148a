"""QR codes, drawn on the server so that no page loads foreign code."""

import base64
import io

import qrcode
from qrcode.image.svg import SvgPathImage


def qr_svg(text):
    """Return ``text`` as an inline SVG QR code (str), scalable, no script."""
    image = qrcode.make(text, image_factory=SvgPathImage, box_size=10, border=2)
    return image.to_string(encoding="unicode")


def qr_png_base64(text):
    """Return ``text`` as a base64 PNG (bytes) for a binary field."""
    buffer = io.BytesIO()
    qrcode.make(text, box_size=8, border=2).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue())
