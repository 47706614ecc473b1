"""What the market can do: one plain async function per verb.

They know no GraphQL: the schema, the command line and the tests call them alike.
"""
