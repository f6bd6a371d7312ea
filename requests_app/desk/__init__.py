"""What the staff work with: queue, boards, calendars, saved views, acts on many cases, figures."""
