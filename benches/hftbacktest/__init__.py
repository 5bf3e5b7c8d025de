"""Our fill models against those of hftbacktest, fill by fill, on one capture."""
