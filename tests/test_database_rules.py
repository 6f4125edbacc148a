"""Gates on what the installed database really holds."""


def missing(declared, existing):
    """Return the declared rules that PostgreSQL does not know."""
    known = set(existing)
    return [row[3] for row in declared if row[3] not in known]


def without_rule(access):
    """Return (model, group) that reaches the model without a record rule of its own."""
    return sorted(
        (name, group)
        for name, row in access.items()
        for group in set(row["open"]) - set(row["confined"])
    )


def without_access(access):
    """Return the models that have no access line at all."""
    return sorted(name for name, row in access.items() if not row["lines"])


def test_every_declared_constraint_exists(facts):
    assert facts["declared"]
    assert missing(facts["declared"], facts["existing"]) == []


def test_constraint_gate_sees_a_dropped_constraint(facts):
    planted = facts["planted"]
    assert planted["dropped"]
    assert missing(facts["declared"], planted["existing"]) == [planted["dropped"]]


def test_every_model_open_to_patients_has_a_record_rule(facts):
    assert without_rule(facts["access"]) == []


def test_rule_gate_sees_an_open_model():
    row = {"lines": 1, "open": ["Portal"], "confined": []}
    assert without_rule({"hospital.planted": row}) == [("hospital.planted", "Portal")]
    assert without_rule({"hospital.planted": {**row, "confined": ["Portal"]}}) == []
    assert without_rule({"hospital.planted": {**row, "open": ["everybody"]}}) == [
        ("hospital.planted", "everybody")
    ]


def test_every_model_has_an_access_line(facts):
    assert without_access(facts["access"]) == []
    assert without_access({"hospital.planted": {"lines": 0}}) == ["hospital.planted"]


def test_every_field_about_a_person_is_classified(facts):
    assert facts["classes"]["unclassified"] == []


def test_every_sensitive_field_is_protected(facts):
    assert facts["classes"]["unprotected"] == []


def test_every_model_that_others_point_at_is_found_by_a_name(facts):
    assert facts["unsearchable"] == []
