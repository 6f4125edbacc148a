"""What happened to a few people: each story leaves rows for one screen."""


def tell(env, rng, users, doctors, cast, accounts):
    """Tell every story; ``cast`` are patients with an account and no other booking."""
