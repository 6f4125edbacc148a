"""Gateways of the outside world on one machine: payment, WeChat, SMS, insurance, and a phone.

Every gateway checks what the real one checks (signatures, fields, states, limits), answers with
the real one's errors, and keeps a journal of what really happened. No Odoo, no product code.
"""
