"""Swiss figures: a straight apostrophe between thousands, a point before the Rappen."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "'"
NUMBER_GROUPING = 3
