"""`make capacity CHECK=1`: the capacity planner's method against containers under load."""
