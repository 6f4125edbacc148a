"""``python -m reference_his``: generate the hospital if its database is empty, then serve it."""

import argparse
import asyncio
import json
import logging
import secrets
from dataclasses import asdict
from pathlib import Path

from simulation.clock import parse
from simulation.world import World

from . import numbering, registry, views
from .db import Database
from .feed import Feed
from .generate import generate
from .hospital import Hospital


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reference_his", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of faults and journal")
    parser.add_argument("--db", required=True, help="connection string of a database of its own")
    parser.add_argument("--patients", type=int, default=5000, help="how many to generate (5000)")
    parser.add_argument("--seed", type=int, default=1, help="which hospital to generate (1)")
    parser.add_argument(
        "--base-port",
        type=int,
        default=registry.BASE_PORT,
        help=f"first port ({registry.BASE_PORT}); 0 takes any free ones",
    )
    known = [*registry.GATEWAYS, *registry.SERVICES]
    parser.add_argument("--only", nargs="*", default=(), choices=known, help="serve only these")
    parser.add_argument("--images", action="store_true", help="serve pictures too, by Orthanc")
    parser.add_argument("--now", default="", help="set the clock to this time and stop it there")
    return parser.parse_args()


def _let_readers_in(world: World, database: Database) -> None:
    """Open the SQL views to a role, and write down how it logs in."""
    password = world.store.setting("views.password") or secrets.token_hex(16)
    world.store.keep("views.password", password)
    access = views.install(database, password=password)
    file = world.folder / "sql-views.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(access), ensure_ascii=False), encoding="utf-8")


async def _serve(asked: argparse.Namespace) -> None:
    world = World("reference-his", asked.state)
    if asked.now:
        world.clock.set(parse(asked.now), 0.0)
    database = Database(asked.db)
    if database.is_empty():
        with database.transaction():  # a half-made hospital would look like a whole one
            database.create()
            generate(database, asked.patients, asked.seed, world.clock.moment())
    numbering.go_on(database)
    _let_readers_in(world, database)
    hospital = Hospital(database, world.clock, world.faults, world.journal)
    feed = Feed(hospital)
    registry.fill(world, hospital, feed, asked.only, asked.images)
    try:
        await world.run(registry.ports(asked.base_port))
    finally:
        await feed.stop()
        database.close()


def main() -> None:
    """Read the arguments and serve."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    asyncio.run(_serve(_arguments()))


if __name__ == "__main__":
    main()
