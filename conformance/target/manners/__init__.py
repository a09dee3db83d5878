"""A guest's manners: who asks, what may be asked, what was made, and how it is removed again."""
