room(NAME hal/common DEPENDS libfdt)
