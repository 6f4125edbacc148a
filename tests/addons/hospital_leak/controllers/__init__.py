from . import leak
