"""How documents reach the schema and answers leave it."""
