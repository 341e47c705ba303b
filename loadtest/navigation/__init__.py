"""One visit, without I/O: its phases, its departures, its protocol, its record."""
