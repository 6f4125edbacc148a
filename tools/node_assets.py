"""The style sheet of the patient pages and the accessibility checker, from npm."""

import shutil

from . import paths, process, python_env, stamps
from .console import step

FILES = ("package.json", "package-lock.json")
# hospital_portal/static/lib/weui is a link to it
TARGET = paths.NODE / "weui"


def _npm():
    """Return this machine's npm, or one from PyPI: Debian's brings 340 packages with it."""
    ours = paths.VENV / "bin" / "npm"
    if shutil.which("npm"):
        return "npm"
    if not ours.exists():
        python_env.add(paths.ROOT / "requirements-node.txt")
    return ours


def install():
    """Install the pinned npm packages and copy WeUI's style sheet with its licence."""
    wanted = stamps.digest("node", *(paths.ROOT / name for name in FILES))
    modules = paths.NODE / "node_modules"
    if not (stamps.is_fresh("node", wanted) and modules.is_dir()):
        with step("Installing the style sheet of the patient pages"):
            for name in FILES:
                shutil.copyfile(paths.ROOT / name, paths.NODE / name)
            command = [_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            process.run(command, "npm.log", "npm ci", cwd=paths.NODE)
            stamps.mark("node", wanted)
    weui = modules / "weui"
    sources = {
        "weui.min.css": weui / "dist" / "style" / "weui.min.css",
        "LICENSE.txt": weui / "LICENSE.txt",
    }
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        if not (TARGET / name).exists() or (TARGET / name).read_bytes() != source.read_bytes():
            shutil.copyfile(source, TARGET / name)
