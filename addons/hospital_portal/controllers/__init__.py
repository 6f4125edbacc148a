from . import (
    arrive,
    base,
    booking,
    choose,
    confirm,
    family,
    home,
    message,
    my_data,
    sign_in,
)
