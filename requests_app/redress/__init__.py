"""What a requester can still do against an answer: the ways, the bond to the case, reviews outside."""
