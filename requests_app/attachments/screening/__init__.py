"""What a file carries beyond what it shows: hidden sheets, comments, tracked changes, names, places.

Pure: from a path to findings, a code with plain parameters each; `words` tells them. The readers are run
apart from the service (attachments/screened.py), within limits of time, memory and size, because the files
come from anywhere and the libraries that read them are large. What cannot be opened and checked is a
finding too.
"""
