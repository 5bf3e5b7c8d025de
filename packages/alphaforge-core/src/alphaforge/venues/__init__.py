"""Venues: approved orders out, reports back. In this version: the paper venue."""
