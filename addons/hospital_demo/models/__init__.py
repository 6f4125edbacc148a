from . import hospital_demo
