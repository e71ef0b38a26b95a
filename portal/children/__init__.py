"""Children, and who may know about them: guardianship is the only path to a child."""
