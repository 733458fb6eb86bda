"""What the user feels, and what the avatar's face makes of it. Pure: no I/O, no clock."""
