"""Facts to resources: one module per kind of resource, each a plain function."""
