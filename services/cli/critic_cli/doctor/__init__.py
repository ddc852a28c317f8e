"""`photo-critic doctor`: looks at each part, and says what to do about those that are not well."""
