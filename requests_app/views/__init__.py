"""What answers an address: find with permission, form, one act, redirect."""
