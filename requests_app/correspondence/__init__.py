"""What office and requester write to each other, the city's own letters, and how letters are sent."""
