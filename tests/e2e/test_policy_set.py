"""Policies before they take effect (AZ-8): validated against the schema and held to their decision
tables from files alone; and an instance that begins with the hospital's set."""
import shutil
import subprocess

from instance import BINARY, REPOSITORY, Instance

HOSPITAL = REPOSITORY / "policies/hospital"


def policy(command, folder):
    return subprocess.run([BINARY, "policy", command, str(folder)], capture_output=True, text=True,
                          timeout=60)


def changed(folder, name, before, after):
    """A copy of the hospital's set in which one text stands for another."""
    copy = folder / "changed"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(HOSPITAL, copy)
    text = (copy / name).read_text()
    assert before in text, (name, before)
    (copy / name).write_text(text.replace(before, after, 1))
    return copy


def refused(done, *words):
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    for word in words:
        assert word in done.stderr, (word, done.stderr)


def files_alone(folder):
    for command in ("validate", "test"):
        done = policy(command, HOSPITAL)
        assert done.returncode == 0 and not done.stderr, (done.stdout, done.stderr)
    assert " 0 of them come out otherwise" in done.stdout, done.stdout
    # The grammar, the schema, what nobody could ever be permitted by.
    line = (HOSPITAL / "care.cedar").read_text().count("\n") + 1
    for wrong, says in (("permit(principal);", f"care.cedar:{line}:"),
                        ('@id("x") @fields("*") permit(principal, action, resource is Record)\n'
                         'when { resource.careRelation };', f"care.cedar:{line + 1}:"),
                        ('@id("x") forbid(principal, action, resource)\n'
                         'when { context.hour == "10" };', f"care.cedar:{line + 1}:")):
        copy = changed(folder, "care.cedar", "\n", "\n")
        with open(copy / "care.cedar", "a") as file:
            file.write(wrong)
        for command in ("validate", "test"):
            refused(policy(command, copy), says)
    refused(policy("validate", folder), "*.cedar is needed")


def tables(folder):
    """A rule that changed comes out otherwise, and a table that is not understood is refused."""
    copy = changed(folder, "payment.cedar", '@fields("identifier, name, gender',
                   '@fields("identifier, photo, name, gender')
    assert policy("validate", copy).returncode == 0
    refused(policy("test", copy), "tests/payment.json:", "elements: ", "photo")
    first = next(line for line in (HOSPITAL / "tests/care.json").read_text().splitlines()
                 if '"expect": "deny"' in line)
    copy = changed(folder, "tests/care.json", first, first.replace('"deny"', '"allow"', 1)
                   .replace('"rules"', '"fields": "*", "rules"', 1))
    done = policy("test", copy)
    refused(done, "tests/care.json:", "decision: allow expected, deny came out")
    assert " 1 of them come out otherwise" in done.stdout, done.stdout
    refused(policy("test", changed(folder, "tests/care.json", '"expect"', '"expects"')),
            "tests/care.json:", "a case has no such member")
    refused(policy("test", changed(folder, "facts.json", '"hour": 10, ', "")),
            "facts.json:1:1: context.hour: it is absent")
    shutil.rmtree(copy / "tests")
    refused(policy("test", copy), "*.json is needed")


def in_an_instance():
    instance = Instance("--policies", "hospital")
    try:
        settings = (instance.directory / "salus.toml").read_text()
        assert "\n[policy." not in settings and 'policies = "policies"' in settings
        made = instance.directory / "policies"
        names = {str(path.relative_to(HOSPITAL)) for path in HOSPITAL.rglob("*") if path.is_file()}
        assert names == {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()}
        assert all((made / name).read_bytes() == (HOSPITAL / name).read_bytes() for name in names)
        assert policy("test", made).returncode == 0
        instance.start()
        # The first administrator administers; the service writes; keys are for key custodians.
        administrator = instance.administrator("admin/clients.read", "admin/keys.read")
        assert administrator.get("/admin/clients").status == 200
        assert administrator.get("/admin/keys").status == 403
        service = instance.client(instance.token())
        answer = service.post("/fhir/Patient", {"resourceType": "Patient"})
        assert answer.status == 201, (answer.status, answer.body)
        instance.stop()
        # What does not keep to the schema is not served.
        with open(made / "care.cedar", "a") as file:
            file.write('@id("x") forbid(principal, action, resource)\nwhen { resource.own };\n')
        done = instance.command("serve", "--dir", str(instance.directory), check=False)
        assert done.returncode != 0 and "authorization.policies: care.cedar:" in done.stderr, (
            done.stderr)
    finally:
        instance.stop()
        instance.remove()


def main():
    instance = Instance("--policies", "purposes")
    try:
        assert "[policy.TREAT]" in (instance.directory / "salus.toml").read_text()
        assert not (instance.directory / "policies").exists()
        done = instance.command("init", str(instance.root / "other"), "--policies", "none",
                                check=False)
        assert done.returncode == 2, done.returncode
        files_alone(instance.root)
        tables(instance.root)
    finally:
        instance.remove()
    in_an_instance()


if __name__ == "__main__":
    main()
