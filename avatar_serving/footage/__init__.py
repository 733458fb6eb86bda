"""Speaking from a film of somebody who speaks: its frames, found by sound, in another order."""
