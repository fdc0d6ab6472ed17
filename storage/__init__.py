"""The only room with the database and the evidence files: keeps what the crawler found."""
