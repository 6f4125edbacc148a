"""Alipay's open platform: gateway.do, the cashier, notifications and bills of a merchant."""
