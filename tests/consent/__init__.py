"""What parents allow."""
