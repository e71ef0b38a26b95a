"""A small internet on the loopback: name servers, mail servers and spam filters."""
