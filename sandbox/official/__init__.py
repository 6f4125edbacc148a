"""A WeChat official account (服务号): server API, web authorisation, callbacks and its followers."""
