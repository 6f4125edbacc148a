"""Numbers that several gateways share: one hospital, one account at each of them."""

APPID = "wx5a1b0c0ffee00001"
ALIPAY_APP_ID = "2021000000000001"
HOSPITAL_NAME = "丽水市示范医院"
