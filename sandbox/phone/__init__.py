"""The phone: a page with WeChat, Alipay and SMS for each made-up person.

A link that is opened on it goes through a web view with that person's identity and the app's user
agent, under a host name of its own, so that several people keep their sessions apart.
"""
