"""What the pictures of a modality show: outlines of a body, not a diagnosis."""

from random import Random

from .drawing import Canvas

SIDE = 256  # of CT, MR
_AIR, _LUNG, _FAT, _SOFT, _BLOOD, _BONE = -1000, -850, -90, 45, 60, 800


# ellipses of an ultrasound picture: centre, half axes, brightness
_ECHOES = {
    "ABDOMEN": (
        (0.5, 0.5, 0.24, 0.22, 95),
        (0.58, 0.45, 0.05, 0.09, 5),
        (0.42, 0.62, 0.03, 0.02, 15),
        (0.5, 0.78, 0.2, 0.015, 190),
    ),
    "HEART": (
        (0.5, 0.55, 0.2, 0.28, 130),
        (0.44, 0.45, 0.06, 0.13, 8),
        (0.57, 0.45, 0.05, 0.12, 8),
        (0.44, 0.7, 0.06, 0.08, 8),
        (0.57, 0.7, 0.05, 0.08, 8),
    ),
    "NECK": (
        (0.42, 0.42, 0.08, 0.1, 130),
        (0.58, 0.42, 0.08, 0.1, 130),
        (0.5, 0.48, 0.04, 0.06, 10),
        (0.66, 0.5, 0.03, 0.04, 5),
    ),
    "BREAST": ((0.5, 0.3, 0.2, 0.06, 140), (0.5, 0.5, 0.25, 0.1, 120), (0.55, 0.5, 0.04, 0.03, 30)),
    "PELVIS": (
        (0.5, 0.35, 0.16, 0.1, 5),
        (0.5, 0.62, 0.14, 0.13, 110),
        (0.5, 0.62, 0.02, 0.07, 180),
    ),
    "UTERUS": (
        (0.5, 0.55, 0.24, 0.24, 8),
        (0.46, 0.55, 0.09, 0.1, 140),
        (0.6, 0.6, 0.1, 0.06, 120),
    ),
}


def ct(random: Random, body_part: str, place: float) -> Canvas:
    """Return a slice in Hounsfield units.

    :param float place: where in the body, 0.0 the top to 1.0 the bottom of the series.
    """
    canvas = Canvas(SIDE, SIDE, _AIR)
    swell = 1 - 0.15 * abs(place - 0.5)
    if body_part == "HEAD":
        size = 0.36 * swell
        canvas.ellipse(0.5, 0.5, size, size * 1.2, _BONE)
        canvas.ellipse(0.5, 0.5, size * 0.9, size * 1.1, 35)
        for side in (-1, 1):
            canvas.ellipse(0.5 + side * 0.06, 0.48, 0.03, 0.09 * swell, 8)
        canvas.ellipse(0.5, 0.5, 0.004, size, 60)
    else:
        _trunk(canvas, swell)
        _organs(canvas, body_part, place, swell)
    canvas.grain(random, 14)
    canvas.stamp(400)
    return canvas


def _trunk(canvas: Canvas, swell: float) -> None:
    canvas.ellipse(0.5, 0.52, 0.44 * swell, 0.33 * swell, _FAT)
    canvas.ellipse(0.5, 0.52, 0.41 * swell, 0.30 * swell, _SOFT)


def _organs(canvas: Canvas, body_part: str, place: float, swell: float) -> None:
    if body_part == "CHEST":
        for side in (-1, 1):
            canvas.ellipse(0.5 + side * 0.2, 0.5, 0.15 * swell, 0.22 * swell, _LUNG)
            canvas.ellipse(0.5 + side * 0.15, 0.46 + 0.1 * place, 0.012, 0.012, _BLOOD)
        canvas.ellipse(0.54, 0.45, 0.05 + 0.06 * place, 0.07 + 0.05 * place, _BLOOD)
        canvas.ellipse(0.5, 0.42, 0.018, 0.018, _AIR)
    else:
        canvas.ellipse(0.36, 0.46, 0.2 * swell, 0.16 * swell, 62)
        canvas.ellipse(0.68, 0.44, 0.08, 0.1, 52)
        for side in (-1, 1):
            canvas.ellipse(0.5 + side * 0.17, 0.62, 0.05, 0.06, 38)
        canvas.ellipse(0.56, 0.38, 0.07, 0.05, -300 + int(200 * place))
    canvas.ellipse(0.5, 0.68, 0.05, 0.045, _BONE)
    canvas.ellipse(0.5, 0.73, 0.018, 0.02, 20)


def mr(random: Random, body_part: str, place: float, weight: int) -> Canvas:
    """Return a slice of arbitrary units, 0 to 1000.

    :param int weight: 1 or 2, which turns water dark or bright.
    """
    canvas = Canvas(SIDE, SIDE, 15)
    water = 150 if weight == 1 else 880
    tissue = 520 if weight == 1 else 380
    swell = 1 - 0.2 * abs(place - 0.5)
    if body_part == "HEAD":
        canvas.ellipse(0.5, 0.5, 0.38 * swell, 0.45 * swell, 700)
        canvas.ellipse(0.5, 0.5, 0.35 * swell, 0.42 * swell, 60)
        canvas.ellipse(0.5, 0.5, 0.33 * swell, 0.40 * swell, tissue)
        for side in (-1, 1):
            canvas.ellipse(0.5 + side * 0.055, 0.48, 0.03, 0.1, water)
    elif body_part == "KNEE":
        canvas.ellipse(0.5, 0.5, 0.3, 0.48, 300)
        canvas.ellipse(0.5, 0.22, 0.2, 0.24, 640)
        canvas.ellipse(0.5, 0.78, 0.2, 0.24, 640)
        canvas.ellipse(0.5, 0.5, 0.2, 0.025, water)
    else:
        canvas.ellipse(0.5, 0.5, 0.4, 0.49, 260)
        for level in range(5):
            y = 0.14 + level * 0.18
            canvas.ellipse(0.45, y, 0.11, 0.06, tissue)
            canvas.ellipse(0.45, y + 0.09, 0.1, 0.02, 300 if level > 2 else water * 3 // 4)
        canvas.ellipse(0.62, 0.5, 0.03, 0.46, water)
    canvas.grain(random, 18)
    canvas.stamp(950)
    return canvas


def dx(random: Random, body_part: str, lateral: bool) -> Canvas:
    """Return a radiograph, 0 to 4095, bone bright."""
    canvas = Canvas(384, 320, 180)
    if body_part == "CHEST":
        canvas.ellipse(0.5, 0.62, 0.47, 0.6, 1900)
        for side in (-1, 1):
            canvas.ellipse(0.5 + side * 0.2, 0.48, 0.15, 0.33, 620)
            for rib in range(7):
                y = 0.22 + rib * 0.08
                canvas.ellipse(0.5 + side * 0.2, y, 0.15, 0.008, 1000)
        canvas.ellipse(0.55, 0.6, 0.14, 0.14, 2300)
        canvas.ellipse(0.5, 0.5, 0.035, 0.46, 2700)
    elif body_part == "LSPINE":
        canvas.ellipse(0.5, 0.5, 0.42, 0.6, 1300)
        for level in range(6):
            x = 0.5 + (0.06 - 0.004 * (level - 2) ** 2 if lateral else 0)
            canvas.ellipse(x, 0.12 + level * 0.15, 0.1, 0.058, 2900)
    else:
        canvas.ellipse(0.5, 0.5, 0.2 if lateral else 0.26, 0.6, 1100)
        canvas.ellipse(0.5, 0.2, 0.12, 0.27, 2700)
        canvas.ellipse(0.5, 0.78, 0.12, 0.28, 2700)
        canvas.ellipse(0.5, 0.485, 0.14, 0.012, 1200)
    canvas.soften(3)
    canvas.shade(200)
    canvas.grain(random, 45)
    canvas.clip(0, 4095)
    canvas.stamp(3900)
    return canvas


def _reach(row: int) -> int:
    """Return how far from the middle the sector reaches in a row."""
    return max(int((row - 10) * 0.62), 0)


def us(random: Random, body_part: str, place: float) -> Canvas:
    """Return a sector of an ultrasound picture, 0 to 255."""
    canvas = Canvas(300, 400, 0)
    for row in range(28, 290):
        reach = _reach(row)
        canvas.span(row, 200 - reach, 200 + reach, 105 - row // 5)
    for x, y, width, height, value in _ECHOES.get(body_part, _ECHOES["ABDOMEN"]):
        canvas.ellipse(x, y + 0.03 * place, width, height, value)
    for row in range(canvas.rows):
        reach = _reach(row)
        canvas.span(row, 0, 200 - reach, 0)
        canvas.span(row, 200 + reach, canvas.columns, 0)
    canvas.speckle(random, 0.5)
    canvas.clip(0, 255)
    canvas.stamp(230)
    return canvas
