"""How tools count, as data: one table of integer weights a tool and range of versions, and what reads and checks them."""
