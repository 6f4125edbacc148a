"""Read-only SQL views in a schema of their own, and a role that may read nothing else."""

from .access import Access, install

__all__ = ["Access", "install"]
