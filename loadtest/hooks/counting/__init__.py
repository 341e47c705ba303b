"""What has happened: connections, calls, errors and times, by run and navigation."""
