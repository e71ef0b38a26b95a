from portal.children import rules


def test_who_has_no_custody_has_no_right_at_all():
    assert not any(rules.RIGHTS["no_custody"])
