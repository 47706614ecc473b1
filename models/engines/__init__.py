"""Tortoise's database clients, mended where they lose locks, connections or letters.

The names of the modules matter: Tortoise's migrations choose their SQL by them.
"""
