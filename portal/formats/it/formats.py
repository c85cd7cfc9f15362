"""Swiss figures and dates: an apostrophe between thousands, a point before the Rappen, "5 marzo 2027, ore 14:30"."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "'"
NUMBER_GROUPING = 3
DATE_FORMAT = "j\u00a0F Y"  # the day stays on the line of its month
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j\u00a0F Y, \\o\\r\\e\u00a0H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
