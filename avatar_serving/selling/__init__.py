"""Live selling: what is offered, which viewers are answered, and what an avatar may promise."""
