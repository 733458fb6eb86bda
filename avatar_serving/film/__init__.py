"""What a film of an avatar is made with: framing, formats, sound files, motion at any rate."""
