"""WeChat Pay on one machine: API v3, the older XML interface, bills, callbacks and the payer."""
