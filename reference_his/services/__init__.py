"""What a HIS does: rules, records and books. All fronts call these functions and nothing else.

Each function takes the :class:`~reference_his.hospital.Hospital` first, business numbers and fen
after it, writes in one transaction with its events, returns dictionaries shaped like the facts of
``events.FACTS`` and raises the refusals of ``refusals.SENTENCES``.
"""
