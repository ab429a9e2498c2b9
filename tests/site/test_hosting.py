"""What a public forge, Binder and Colab would read: checked as far as it can be without them."""

import re
import subprocess
import sys
import tomllib

import yaml

from tests import REPOSITORY
from tests.readme import README, blocks

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


def steps(name):
    """The commands of a workflow's jobs."""
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return {job: [step["run"] for step in content["steps"] if "run" in step] for job, content in workflow["jobs"].items()}


def test_workflows_are_what_the_forge_s_schema_allows():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert len(WORKFLOWS) == 2 and done.returncode == 0, done.stdout + done.stderr


def test_the_forge_runs_the_readme_s_test_command_and_what_ci_runs_elsewhere():
    commands = steps("tests.yml")
    assert [command.replace("python ", "python3 ", 1) for command in commands["everything"]] == [blocks("bash")[1]]
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    tested = re.search(r"tests/unit tests/exercises", ci).group()
    assert commands["unit"][-1].endswith(tested) and commands["lowest"][-1].endswith(tested)


def test_the_forge_tests_on_every_python_and_system_that_the_course_promises():
    jobs = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"]
    oldest = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"].removeprefix(">=")
    promised = re.search(r"You need Python ([\d.]+) to ([\d.]+)", README.read_text(encoding="utf-8")).groups()
    pythons = jobs["unit"]["strategy"]["matrix"]["python"]
    assert (oldest, promised) == (pythons[0], (pythons[0], pythons[-1])) and len(pythons) == 4
    assert len(jobs["everything"]["strategy"]["matrix"]["os"]) == len(jobs["unit"]["strategy"]["matrix"]["os"]) == 3


def test_the_site_is_built_by_the_readme_s_command():
    [command] = steps("site.yml")["build"]
    assert command.startswith(next(block for block in blocks("sh") if "--site" in block))


def test_the_address_of_the_course_stands_at_one_place():
    text = README.read_text(encoding="utf-8")
    assert len(re.findall(r"mybinder\.org/v2/gh/[^/\s]+/[^/\s]+/", text)) == 1
    assert "urlpath=lab/tree/notebooks/00_start_here.ipynb" in text
