# The fleet on this machine. `make` without a word prints this list.

WORKERS   := order payment shipping promo invoice
PROCESSES := gateway $(WORKERS) sandbox

.PHONY: help up down status scale logs demo seed test lint fuzz bench clean-local $(PROCESSES)

help:          ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1@/p' Makefile | column -t -s @

up:            ## install what is missing, build, start all, wait until it can work; again: restart what changed
	@deploy/local/up

down:          ## stop all in order; the data stays
	@deploy/local/down

status:        ## what runs, whether it can work, which queues hold messages
	@deploy/local/status

scale:         ## number of processes of a worker: make scale payment=3 order=2
	@deploy/local/scale $(foreach worker,$(WORKERS),$(if $($(worker)),$(worker)=$($(worker))))

logs:          ## follow the logs: make logs, make logs order gateway
	@deploy/local/logs $(filter $(PROCESSES),$(MAKECMDGOALS))

demo:          ## one order from cart to door, each step shown
	@deploy/local/demo

test:          ## build and run all tests, unit and live: make test, make test ARGS="--filter Promo"
	@deploy/local/test $(ARGS)

lint:          ## check the form of Swift sources and scripts
	@deploy/local/lint

fuzz:          ## send generated requests to the fleet that is up: make fuzz, make fuzz ARGS="--max-examples 200"
	@deploy/local/fuzz $(ARGS)

bench:         ## measure the release build: make bench SECS=5 REPEATS=1 CONC=64,256 MODES=orders
	@bench/run

clean-local:   ## stop all and delete the local data
	@deploy/local/down
	@deploy/local/clean

# Words that follow `logs`.
$(PROCESSES):
	@:

export SECS WARM REPEATS CONC MODES PEER PEER_CMD PEER_URL
