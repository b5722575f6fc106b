"""Tests of what comes in from outside and what goes on into the warehouse."""
