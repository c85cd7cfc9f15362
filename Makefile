# Thin over ./portal.sh, which says what each of these does.
.DEFAULT_GOAL := help
.PHONY: run test proof bench gallery handbook lint format messages help

# Make hands these on to the script whether they stand before or after the command.
export PORT PART

run lint bench format messages help:
	@exec ./portal.sh $@

test proof gallery handbook:
	@exec ./portal.sh $@ $(ARGS)
