"""A WeChat official account (服务号): server API, authorisation, callbacks, followers."""
