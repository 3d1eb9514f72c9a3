"""A person who has no dossier, on a page of their own."""
