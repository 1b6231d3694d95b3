# Long runs, each with a target of its own; `make test` runs none of them.
