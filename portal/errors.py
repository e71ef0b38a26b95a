"""The two ways in which the portal says no."""


class Refused(Exception):
    """A rule says no. The message is a sentence a parent (or, in a command, the office) can read."""


class ConfigError(Exception):
    """The portal cannot start like this. The message says which setting is wrong and what it should be."""
