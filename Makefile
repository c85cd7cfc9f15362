# Thin over ./portal.sh, which says what each of these does.
.DEFAULT_GOAL := help
.PHONY: run test proof bench gallery lint format messages help

# Make hands PORT on to the script whether it stands before or after `make run`.
export PORT

run lint bench format messages help:
	@exec ./portal.sh $@

test proof gallery:
	@exec ./portal.sh $@ $(ARGS)
