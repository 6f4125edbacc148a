"""What every simulated system of the outside world shares: time, faults, a journal, sockets.

Nothing here knows a protocol, and nothing here knows Odoo. ``sandbox`` (payment, WeChat, SMS and
insurance gateways) and ``reference_his`` (a hospital's systems) stand on it.
"""
