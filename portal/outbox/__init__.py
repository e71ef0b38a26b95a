"""Mail that leaves: a row in the transaction of the change it tells about, and a worker that sends it."""
