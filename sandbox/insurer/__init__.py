"""A commercial health insurer that pays hospitals directly (商业健康险直赔)."""
