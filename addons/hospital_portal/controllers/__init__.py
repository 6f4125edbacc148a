from . import (
    arrive,
    base,
    booking,
    choose,
    confirm,
    family,
    home,
    message,
    my_copy,
    my_data,
    my_request,
    sign_in,
)
