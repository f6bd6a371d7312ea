"""What people type, checked: a form saves nothing and reads no clock; the act decides.

`kinds` are the seven things that can be filed, `acts` what staff do with a case, `desk` the other pages of
staff.
"""
