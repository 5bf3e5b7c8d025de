"""The pytest plugin of the testkit."""
