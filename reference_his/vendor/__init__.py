"""The HIS vendor's own interface: signed JSON, single-string SOAP, and the kiosks' XML strings.

One list of functions (``functions``) is called by all three; what each of them calls a function, a
field or a code stands in its table (``words_*``).
"""
