"""Portraits drawn from a few shapes: nobody's picture is used."""

import base64
import io

from PIL import Image, ImageDraw

GROUNDS = ("#d8ebe0", "#e3e9f4", "#f4e8da", "#efe3ee", "#e2eef1", "#f1f0db")
SKINS = ("#f2cfb1", "#ecc2a0", "#f5d9c0")
HAIR = ("#2b2522", "#3a302b", "#8c8984")
SIZE = 256


def draw_avatar(rng, sex, senior):
    """Return the base64 PNG (256 px square) of a doctor in a white coat.

    :param rng: :class:`random.Random`, decides colours.
    :param str sex: ``male`` or ``female``.
    :param bool senior: grey hair and glasses.
    """
    image = Image.new("RGB", (SIZE, SIZE), rng.choice(GROUNDS))
    draw = ImageDraw.Draw(image)
    skin = rng.choice(SKINS)
    hair = HAIR[2] if senior else rng.choice(HAIR[:2])
    if sex == "female":
        draw.rounded_rectangle((70, 48, 186, 176), 54, fill=hair)
    draw.rounded_rectangle((30, 186, 226, 300), 60, fill="#fbfdfc")
    draw.polygon([(104, 186), (152, 186), (128, 236)], fill="#7fb59a")
    draw.line([(104, 186), (128, 240), (152, 186)], fill="#c9d6d0", width=4)
    draw.rounded_rectangle((110, 150, 146, 204), 16, fill=skin)
    draw.ellipse((77, 46, 179, 160), fill=hair)
    draw.ellipse((85, 74, 171, 176), fill=skin)
    for centre in (110, 146):
        draw.ellipse((centre - 4, 112, centre + 4, 120), fill="#3b322e")
        if senior:
            draw.ellipse((centre - 15, 102, centre + 15, 130), outline="#555a5e", width=3)
    draw.arc((112, 128, 144, 152), 20, 160, fill="#a8604e", width=4)
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue())
