"""What a participant sees: home, catalogue, course, lessons. Composes the rooms below."""
