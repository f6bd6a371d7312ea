"""The doors that strangers press: references and codes, how often one may try, forms half filled."""
