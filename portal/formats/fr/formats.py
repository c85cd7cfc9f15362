"""Swiss figures and dates: straight apostrophes between thousands, a point before the Rappen; "5 mars 2027 à 14:30"."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "'"
NUMBER_GROUPING = 3
DATE_FORMAT = "j\u00a0F Y"  # the day stays on the line of its month
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j\u00a0F Y à\u00a0H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
