"""``python -m sandbox``: serve the gateways until the process is ended."""

import argparse
import asyncio
import logging
from pathlib import Path

from simulation.world import World

from . import registry


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of state and keys")
    parser.add_argument(
        "--base-port",
        type=int,
        default=registry.BASE_PORT,
        help=f"first port ({registry.BASE_PORT}); 0 takes any free ones",
    )
    known = [*registry.GATEWAYS, *registry.SERVICES]
    parser.add_argument("--only", nargs="*", default=(), choices=known, help="serve only these")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    world = World("sandbox", asked.state)
    registry.fill(world, asked.only)
    asyncio.run(world.run(registry.ports(asked.base_port)))


if __name__ == "__main__":
    main()
