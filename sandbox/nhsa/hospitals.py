"""The hospitals that may call, each with the credentials of its province's gateway."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simulation.world import World

from .. import sm
from ..keys import KeyFolder

DDL = """
CREATE TABLE IF NOT EXISTS nhsa_hospital (
    code TEXT PRIMARY KEY, name TEXT NOT NULL, area TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    signer TEXT NOT NULL CHECK (signer IN ('tif', 'csb', 'portal')),
    needs_cainfo INTEGER NOT NULL DEFAULT 0);
"""
DEMO = (
    ("H33110200001", "丽水市中心医院（演示）", "331100", 3, "tif"),
    ("H33110200002", "莲都区人民医院（演示）", "331100", 2, "csb"),
    ("H33110200003", "碧湖镇卫生院（演示）", "331100", 1, "portal"),
)
SM4_KEY_LENGTH = 16


@dataclass(frozen=True)
class Hospital:
    """One account. All three gateways' credentials exist; ``signer`` says which one counts."""

    code: str
    name: str
    area: str
    level: int
    signer: str
    needs_cainfo: bool
    access_key: str
    secret_key: str
    paas_id: str
    paas_token: str
    app_id: str
    app_secret: str
    key: sm.PrivateKey

    @cached_property
    def sm4_key(self) -> bytes:
        """Return the key that number and secret of the application agree on."""
        sealed = sm.sm4_encrypt(self.app_id[:SM4_KEY_LENGTH].encode(), self.app_secret.encode())
        return sealed.hex().upper()[:SM4_KEY_LENGTH].encode()

    def credentials(self) -> dict[str, Any]:
        """Return what the hospital is given."""
        return {
            "fixmedins_code": self.code,
            "fixmedins_name": self.name,
            "area": self.area,
            "level": self.level,
            "signer": self.signer,
            "needs_cainfo": self.needs_cainfo,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "paas_id": self.paas_id,
            "paas_token": self.paas_token,
            "app_id": self.app_id,
            "app_secret": self.app_secret,
            "private_key": self.key.hex,
            "public_key": self.key.public.hex,
        }


class Hospitals:
    """All accounts, kept in memory: every call looks one up."""

    def __init__(self, world: World):
        self._store = world.store
        self._keys = KeyFolder(world.folder / "keys")
        self._by_key: dict[tuple[str, str], Hospital] = {}
        self.bureau_key = sm.PrivateKey.from_hex(self._keys.word("nhsa-bureau", 64))

    def prepare(self) -> None:
        """Create the table and the demo's accounts."""
        self._store.create(DDL)
        for row in DEMO:
            self._store.run(
                "INSERT INTO nhsa_hospital (code, name, area, level, signer) VALUES"
                " (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
        self.reload()

    def reload(self) -> None:
        """Read the accounts again: one was changed."""
        self._by_key = {}
        for row in self._store.all("SELECT * FROM nhsa_hospital"):
            self._remember(self._hospital(dict(row)))

    def _hospital(self, row: dict[str, Any]) -> Hospital:
        def word(kind: str, length: int = 32) -> str:
            return self._keys.word(f"nhsa-{row['code']}-{kind}", length)

        return Hospital(
            **{**row, "needs_cainfo": bool(row["needs_cainfo"])},
            access_key=word("access"),
            secret_key=word("secret"),
            paas_id=f"hosp_{row['code'][-6:]}",
            paas_token=word("token"),
            app_id=word("app").upper(),
            app_secret=word("app-secret").upper(),
            key=sm.PrivateKey.from_hex(word("sm2", 64)),
        )

    def _remember(self, hospital: Hospital) -> None:
        self._by_key["code", hospital.code] = hospital
        self._by_key["csb", hospital.access_key] = hospital
        self._by_key["tif", hospital.paas_id] = hospital
        self._by_key["portal", hospital.app_id] = hospital

    def find(self, kind: str, key: str) -> Hospital | None:
        """Return an account by ``code``, or by its name at one of the gateways."""
        return self._by_key.get((kind, key))

    def all(self) -> list[Hospital]:
        """Return all accounts."""
        return [one for (kind, _key), one in sorted(self._by_key.items()) if kind == "code"]

    def change(self, code: str, **values: Any) -> Hospital:
        """Change an account.

        :raise KeyError: when there is none.
        """
        if self.find("code", code) is None:
            raise KeyError(code)
        for name, value in values.items():
            sql = f"UPDATE nhsa_hospital SET {name} = ? WHERE code = ?"  # noqa: S608 (our names)
            self._store.run(sql, (value, code))
        self.reload()
        return self._by_key["code", code]
